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

    /// - Parameter places: of the series' checkpoints in the run.
    init(_ series: CheckpointSeries, places: [Int], fingerprints: Bool) {
        self.series = series
        self.places = places
        self.fingerprints = fingerprints
    }

    /// A tensor by its checkpoint's place in the series.
    func reference(_ place: Int, _ tensor: Int) -> TensorReference {
        TensorReference(checkpoint: places[place], tensor: tensor)
    }

    /// The reduction that gives its content.
    func request(_ place: Int, _ tensor: Int) -> ContentReduction {
        ContentReduction(reference(place, tensor), fingerprints: fingerprints)
    }

    /// Those of all tensors that have statistics and are not left out.
    var requests: [ContentReduction] {
        series.checkpoints.indices.flatMap { place in tensors(of: place).map { request(place, $0) } }
    }

    /// Places of a checkpoint's tensors that have statistics and are not left out.
    func tensors(of place: Int) -> [Int] {
        let tensors = series.checkpoints[place].tensors
        return tensors.indices.filter { tensors[$0].isMeasured }
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
            throw InputError(integrity.findings.map(\.message) + ["strict is set: no table is written"])
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
        if let fingerprint = checkpoint.contents.fingerprint(contents(of: place, results)) {
            facts.append(("fingerprint", .string("\(fingerprint)")))
        }
        return .object(facts)
    }
}
