import Checkpoints
import Engine
import Reports
import Tensors

/// The singular values of every matrix and of every update, and how leading subspaces turn.
struct Spectra: Experiment {
    static let name = "spectra"
    static let question = "How are singular values of weights and updates spread, and how do leading subspaces turn?"

    let settings: SpectraSettings
    let series: CheckpointSeries
    /// Updates to take apart, in the order of the tables.
    let updates: [Comparison]
    /// Checkpoints whose leading subspaces are compared.
    let turns: [Comparison]
    let contents: SeriesContents
    /// Matrices of each checkpoint, in the order of their tensors.
    let matrices: [[SpectraMatrix]]
    /// Places of tensors by name, for each checkpoint.
    private let tensors: [[String: Int]]

    /// The exact method's reach, where `auto` decides.
    static let largestExactOrder = 2048

    /// Opens the series and chooses the updates.
    /// - Throws: `InputError` when a setting cannot be followed or no checkpoint holds a matrix.
    init(_ settings: SpectraSettings, _ context: RunContext) throws {
        self.settings = settings
        let places: [Int]
        if let from = settings.pair.from, let to = settings.pair.to {
            (series, places) = try settings.input.open(pair: from, to, in: context)
            guard series.checkpoints.count == 2 else { throw InputError("\(from) and \(to) are one checkpoint") }
            updates = [Comparison(kind: .pair, from: 0, to: 1)]
            turns = updates
        } else {
            let (series, itsPlaces) = try settings.input.open(
                in: context, branchPoint: settings.anchors.branchPoint)
            (self.series, places) = (series, itsPlaces)
            let reference =
                try settings.anchors.reference.map { try series.place(named: $0, setting: "reference") } ?? 0
            let branchPoint =
                try settings.anchors.branchPoint.map { try series.place(named: $0, setting: "branch_point") }
                ?? series.branchPoint
            func list(_ kinds: [Comparison.Kind]) -> [Comparison] {
                Comparison.list(kinds, series, reference: reference, branchPoint: branchPoint).filter {
                    // An update leads forward: checkpoints before the branch point were not trained from it.
                    $0.kind != .branchPoint || series.path(to: $0.to).contains($0.from)
                }
            }
            (updates, turns) = (list(settings.updates), list(settings.subspaces))
        }
        contents = SeriesContents(series, places: places, fingerprints: true)
        matrices = series.checkpoints.map { checkpoint in
            checkpoint.tensors.compactMap { SpectraMatrix($0) }
        }
        tensors = series.checkpoints.map { checkpoint in
            Dictionary(checkpoint.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        guard matrices.contains(where: { !$0.isEmpty }) else {
            let isSelected = series.checkpoints.contains { $0.tensors.contains(where: \.isDeselected) }
            throw InputError(
                "no checkpoint of the series holds a floating-point tensor of two dimensions"
                    + (isSelected ? " among those that tensors and layers select" : ""))
        }
    }

    /// The content of every tensor: what matrices are known by, and what is not finite. Then the matrices, checkpoint by
    /// checkpoint, so that subspaces which several requests need are still at hand.
    var requests: [any Request] {
        contents.requests as [any Request] + matrixRequests
    }

    private var matrixRequests: [any Request] {
        series.checkpoints.indices.flatMap { place in
            matrices[place].flatMap { matrix in
                var requests: [any Request] = [spectrum(place, matrix)]
                requests += updates.filter { $0.to == place }.compactMap { update($0, matrix) }
                requests += turns.filter { $0.to == place }.compactMap { turn($0, matrix) }
                return requests
            }
        }
    }

    private func input(_ place: Int, _ matrix: SpectraMatrix) -> TensorReference? {
        tensors[place][matrix.tensor].map { contents.reference(place, $0) }
    }

    /// How a checkpoint stores a matrix.
    func elementType(_ place: Int, _ matrix: SpectraMatrix) -> ElementType {
        guard let tensor = tensors[place][matrix.tensor] else { preconditionFailure("a matrix of another checkpoint") }
        return series.checkpoints[place].tensors[tensor].elementType
    }

    private func isExact(_ matrix: SpectraMatrix) -> Bool {
        switch settings.method {
        case .auto: min(matrix.rows, matrix.columns) <= Spectra.largestExactOrder
        case .exact: true
        case .fast: false
        }
    }

    /// The spectrum of a checkpoint's own matrix.
    func spectrum(_ place: Int, _ matrix: SpectraMatrix) -> SpectrumRequest {
        guard let input = input(place, matrix) else { preconditionFailure("a matrix of another checkpoint") }
        return SpectrumRequest(matrix: input, from: nil, isExact: isExact(matrix), settings: settings)
    }

    /// The spectrum of an update; `nil` where the other side has no such matrix of that shape.
    func update(_ comparison: Comparison, _ matrix: SpectraMatrix) -> SpectrumRequest? {
        guard matrices[comparison.from].contains(matrix), let to = input(comparison.to, matrix),
            let from = input(comparison.from, matrix)
        else { return nil }
        return SpectrumRequest(matrix: to, from: from, isExact: isExact(matrix), settings: settings)
    }

    /// The angles between leading subspaces; `nil` where the other side has no such matrix of that shape.
    func turn(_ comparison: Comparison, _ matrix: SpectraMatrix) -> SubspaceRequest? {
        guard matrices[comparison.from].contains(matrix), let to = input(comparison.to, matrix),
            let from = input(comparison.from, matrix)
        else { return nil }
        return SubspaceRequest(from: from, to: to, settings: settings)
    }
}
