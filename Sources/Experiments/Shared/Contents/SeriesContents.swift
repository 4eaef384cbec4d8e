import Base
import Checkpoints
import Engine
import Reports
import Tensors

/// What every experiment reads of a series: the content of each tensor, which tells norms, fingerprints and what is not
/// finite. All ask for the same reductions, so that a run of several, or a later one, has them once.
struct SeriesContents: Sendable {
    let series: CheckpointSeries
    private let runIndices: [RunIndex]
    private let fingerprints: Bool
    /// Of each checkpoint, the indices of matrices that are called embeddings.
    private let embeddings: [[Int]]

    /// - Parameter runIndices: those of the series' checkpoints.
    init(_ series: CheckpointSeries, runIndices: [RunIndex], fingerprints: Bool) {
        self.series = series
        self.runIndices = runIndices
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

    /// Opens a series.
    /// - Throws: `InputError` when there is nothing to read, or no checkpoint has a tensor with statistics.
    init(opening input: SeriesInput, in context: RunContext, fingerprints: Bool = true) throws {
        let (series, runIndices) = try input.open(in: context)
        self.init(series, runIndices: runIndices, fingerprints: fingerprints)
        // Of a file that nobody has written to there is a finding, and tables without rows.
        guard !requests.isEmpty || series.checkpoints.contains(where: \.hasNeverWritten) else {
            throw InputError(
                "no checkpoint has a floating-point tensor; "
                    + CoverageRemedy.text(for: series.checkpoints, otherwise: "'dynamics inspect' shows what is there"))
        }
    }

    /// What is known of a tensor before it is read.
    func info(_ checkpoint: Int, _ tensor: Int) -> TensorInfo { series.checkpoints[checkpoint].tensors[tensor] }

    /// What is asked of each tensor that has statistics, checkpoint by checkpoint.
    func eachTensor<Asked>(_ ask: (_ checkpoint: Int, _ tensor: Int) -> Asked?) -> [Asked] {
        series.checkpoints.indices.flatMap { checkpoint in
            tensors(of: checkpoint).compactMap { ask(checkpoint, $0) }
        }
    }

    /// The checkpoints of which all that is needed is known, in order.
    /// - Throws: `InputError` with what became of the others, where there is none.
    func standing(_ results: ReductionResults, _ isKnown: (_ checkpoint: Int) -> Bool) throws -> [Int] {
        let standing = series.checkpoints.indices.filter(isKnown)
        guard !standing.isEmpty else { throw InputError(results.refusals.map(\.description)) }
        return standing
    }

    /// A tensor by its checkpoint's index in the series.
    func reference(_ index: Int, _ tensor: Int) -> TensorReference {
        TensorReference(checkpoint: runIndices[index].value, tensor: tensor)
    }

    /// The reduction that gives its content.
    func request(_ index: Int, _ tensor: Int) -> ContentReduction {
        ContentReduction(reference(index, tensor), fingerprints: fingerprints)
    }

    /// The reductions of all weights that have statistics.
    var requests: [ContentReduction] { eachTensor(request) }

    /// Indices of a checkpoint's weights that have statistics.
    func tensors(of index: Int) -> [Int] {
        let checkpoint = series.checkpoints[index]
        return checkpoint.tensors.indices.filter(checkpoint.isCounted)
    }

    /// Whether that tensor holds what an embedding before it does, bit for bit: a tied head, or a second embedding, that
    /// was stored all the same, which is no weight of its own. Only fingerprints tell: one row moved has the same sums.
    func isTiedCopy(_ index: Int, _ tensor: Int, _ results: ReductionResults) -> Bool {
        let tensors = series.checkpoints[index].tensors
        let head = tensors[tensor]
        let isEmbedding = embeddings[index].contains(tensor)
        let candidates = embeddings[index].filter { other in
            other != tensor && (!isEmbedding || other < tensor) && tensors[other].shape == head.shape
                && tensors[other].elementType == head.elementType
        }
        guard !candidates.isEmpty, let content = results.summary(request(index, tensor)), !content.hasOneMagnitude,
            content.fingerprint != nil
        else { return false }
        return candidates.contains { results.summary(request(index, $0)) == content }
    }

    /// Whether that tensor is an embedding that stands for others.
    func isEmbedding(_ index: Int, _ tensor: Int) -> Bool { embeddings[index].contains(tensor) }

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

    /// The checkpoints whose tensors were all read, in order.
    /// - Throws: `InputError` with what became of the others, where there is none.
    func standing(_ results: ReductionResults) throws -> [Int] { try standing(results) { isRead($0, results) } }

    /// The sums over all weights of a checkpoint that was read.
    func sums(of checkpoint: Int, _ results: ReductionResults) -> TensorSums {
        tensors(of: checkpoint).filter { !isTiedCopy(checkpoint, $0, results) }.reduce(into: TensorSums()) {
            if let content = results.summary(request(checkpoint, $1)) { $0.append(content.sums) }
        }
    }

    /// Whether all of a checkpoint's tensors were read.
    func isRead(_ index: Int, _ results: ReductionResults) -> Bool {
        tensors(of: index).allSatisfy { results.summary(request(index, $0)) != nil }
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

    private func contents(of index: Int, _ results: ReductionResults) -> [TensorContent?] {
        series.checkpoints[index].tensors.indices.map { results.summary(request(index, $0)) }
    }

    private func facts(of index: Int, _ results: ReductionResults) -> JSON {
        let checkpoint = series.checkpoints[index]
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
        if let mixture = checkpoint.mixture { facts.append(("made_of", mixture.json)) }
        let read = tensors(of: index).map { checkpoint.tensors[$0] }
        facts += [
            ("tensors", .integer(read.count)), ("elements", .integer(read.reduce(0) { $0 + $1.elementCount })),
        ]
        if let fingerprint = checkpoint.fingerprint(contents(of: index, results)) {
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

extension Mixture {
    /// The terms in the order of the sum, with their exact weights.
    fileprivate var json: JSON {
        .array(terms.map { ["label": .string($0.checkpoint.label), "weight": .number($0.coefficient)] })
    }
}
