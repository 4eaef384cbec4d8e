import Base
import Checkpoints
import Engine
import Reports
import Tensors

/// What every experiment reads of a series: the content of each tensor, which tells norms, fingerprints and what is not
/// finite. All ask for the same reductions, so that a run of several, or a later one, has them once.
struct SeriesContents: Sendable {
    private let series: CheckpointSeries
    private let places: [Int]
    private let fingerprints: Bool
    /// Of each checkpoint, the places of matrices that are called embeddings.
    private let embeddings: [[Int]]

    /// - Parameter places: of the series' checkpoints in the run.
    init(_ series: CheckpointSeries, places: [Int], fingerprints: Bool) {
        self.series = series
        self.places = places
        self.fingerprints = fingerprints
        embeddings = series.checkpoints.map { checkpoint in
            checkpoint.tensors.indices.filter {
                checkpoint.tensors[$0].shape.count == 2 && checkpoint.isCounted($0)
                    && SeriesContents.isEmbedding(checkpoint.tensors[$0].name)
            }
        }
    }

    private static func isEmbedding(_ name: String) -> Bool {
        ParameterName(name).module == .embedding
            || name.split(separator: ".").contains { $0.contains("embed") || $0 == "wte" || $0 == "shared" }
    }

    /// A tensor by its checkpoint's place in the series.
    func reference(_ place: Int, _ tensor: Int) -> TensorReference {
        TensorReference(checkpoint: places[place], tensor: tensor)
    }

    /// The reduction that gives its content.
    func request(_ place: Int, _ tensor: Int) -> ContentReduction {
        ContentReduction(reference(place, tensor), fingerprints: fingerprints)
    }

    /// Those of all weights that have statistics.
    var requests: [ContentReduction] {
        series.checkpoints.indices.flatMap { place in tensors(of: place).map { request(place, $0) } }
    }

    /// Places of a checkpoint's weights that have statistics.
    func tensors(of place: Int) -> [Int] {
        let checkpoint = series.checkpoints[place]
        return checkpoint.tensors.indices.filter(checkpoint.isCounted)
    }

    /// Whether that tensor holds what an embedding before it does, bit for bit: a tied head, or a second embedding, that
    /// was stored all the same, which is no weight of its own. Only fingerprints tell: one row moved has the same sums.
    func isTiedCopy(_ place: Int, _ tensor: Int, _ results: ReductionResults) -> Bool {
        let tensors = series.checkpoints[place].tensors
        let head = tensors[tensor]
        let isEmbedding = embeddings[place].contains(tensor)
        let candidates = embeddings[place].filter { other in
            other != tensor && (!isEmbedding || other < tensor) && tensors[other].shape == head.shape
                && tensors[other].elementType == head.elementType
        }
        guard !candidates.isEmpty, let content = results.summary(request(place, tensor)), !content.hasOneMagnitude,
            content.fingerprint != nil
        else { return false }
        return candidates.contains { results.summary(request(place, $0)) == content }
    }

    /// Whether that tensor is an embedding that stands for others.
    func isEmbedding(_ place: Int, _ tensor: Int) -> Bool { embeddings[place].contains(tensor) }

    /// Checkpoints of which statistics speak for a part of the weights only, one line for each part.
    var coverageFindings: [String] {
        let parts = Dictionary(
            grouping: series.checkpoints.filter { !$0.coverage.isWhole }, by: { $0.coverage })
        return series.checkpoints.compactMap { checkpoint in
            guard let group = parts[checkpoint.coverage], group.first?.label == checkpoint.label else { return nil }
            return "\(checkpoint.label)\(andMore(group.count - 1, "checkpoint")): statistics speak for "
                + checkpoint.coverage.description + "; " + CoverageRemedy.text(for: [checkpoint])
        }
    }

    /// Whether all of a checkpoint's tensors were read.
    func isRead(_ place: Int, _ results: ReductionResults) -> Bool {
        tensors(of: place).allSatisfy { results.summary(request(place, $0)) != nil }
    }

    /// What casts doubt on the checkpoints.
    /// - Throws: `InputError` when something does, and `strict` forbids it.
    func integrity(_ results: ReductionResults, strict: Bool) throws -> Integrity {
        let integrity = Integrity(
            series.checkpoints, contents: series.checkpoints.indices.map { contents(of: $0, results) })
        if strict, !integrity.findings.isEmpty {
            throw InputError.withheld(integrity.findings)
        }
        return integrity
    }

    /// The checkpoints as `run.json` states them.
    func facts(_ results: ReductionResults) -> JSON {
        .array(series.checkpoints.indices.map { facts(of: $0, results) })
    }

    private func contents(of place: Int, _ results: ReductionResults) -> [TensorContent?] {
        series.checkpoints[place].tensors.indices.map { results.summary(request(place, $0)) }
    }

    private func facts(of place: Int, _ results: ReductionResults) -> JSON {
        let checkpoint = series.checkpoints[place]
        var facts: [(key: String, value: JSON)] = [
            ("label", .string(checkpoint.label)), ("location", .string(checkpoint.location.description)),
        ]
        let revision = checkpoint.revision
        for (key, value) in [
            ("stage", revision.stage), ("ingredient", revision.ingredient), ("step", revision.step),
            ("tokens", revision.tokens),
        ] {
            if let value { facts.append((key, .integer(value))) }
        }
        let read = tensors(of: place).map { checkpoint.tensors[$0] }
        facts += [
            ("tensors", .integer(read.count)), ("elements", .integer(read.reduce(0) { $0 + $1.elementCount })),
        ]
        if let fingerprint = checkpoint.fingerprint(contents(of: place, results)) {
            facts.append(("fingerprint", .string("\(fingerprint)")))
        }
        return .object(facts)
    }
}

extension InputError {
    /// What `strict` makes of findings.
    static func withheld(_ findings: [IntegrityFinding]) -> InputError {
        InputError(findings.map(\.message) + ["strict is set: no table is written"])
    }
}
