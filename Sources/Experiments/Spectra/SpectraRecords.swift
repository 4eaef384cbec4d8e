import Checkpoints
import Engine
import Tensors

/// The spectrum of a matrix of one checkpoint, or of an update that leads to it.
struct SpectrumRecord: Sendable {
    /// Label of the checkpoint.
    let label: String
    let revision: Revision
    let matrix: SpectraMatrix
    let elementType: ElementType
    /// Where the update starts, and why; `nil` for the weights themselves.
    let update: (kind: Comparison.Kind, from: String)?
    /// `nil` where the other side of the update has no such matrix.
    let spectrum: MatrixSpectrum?
    /// The residual that was asked for.
    let tolerance: Double

    var shape: SpectrumShape? { spectrum?.shape }
    var tail: HeavyTail? { spectrum?.tail }

    /// What there is to know about the row before its numbers are used.
    var status: String {
        guard let spectrum else { return "no_counterpart" }
        if let problem = spectrum.problem { return problem.rawValue }
        guard let shape, shape.spectralNorm > 0 else { return "zero" }
        if spectrum.method == .lanczos, let bound = spectrum.relativeErrorBound, bound > tolerance {
            return MatrixSpectrum.Problem.notConverged.rawValue
        }
        if let rank = shape.numericalRank, rank < spectrum.order { return "rank_deficient" }
        return "ok"
    }
}

/// How the leading subspaces of a matrix stand to each other in two checkpoints.
struct TurnRecord: Sendable {
    let comparison: Comparison.Kind
    let from: String
    let to: String
    let revision: Revision
    let matrix: SpectraMatrix
    /// `nil` where the other checkpoint has no such matrix.
    let angles: SubspaceAngles?

    var status: String {
        guard let angles else { return "no_counterpart" }
        if let problem = angles.problem { return problem.rawValue }
        return angles.right?.angles.isEmpty ?? true ? "zero" : "ok"
    }
}

extension SubspaceAngles.Side {
    /// Mean squared cosine of the angles: 1 for the same subspace.
    var overlap: Double? {
        guard !angles.isEmpty else { return nil }
        return angles.reduce(0) { $0 + cosineSquared($1) } / Double(angles.count)
    }

    /// What unrelated subspaces of these dimensions have on average.
    var chanceOverlap: Double? { angles.isEmpty ? nil : Double(largerCount) / Double(dimension) }

    /// The angle in the middle.
    var medianAngle: Double? { median(angles) }
}

extension Spectra {
    /// Indices of the checkpoints that could be read to the end.
    func readable(_ results: ReductionResults) -> [Int] {
        series.checkpoints.indices.filter { index in
            contents.isRead(index, results)
                && matrices[index].allSatisfy { results.summary(spectrum(index, $0)) != nil }
        }
    }

    /// The weights of a checkpoint, matrix by matrix.
    func weightRecords(_ index: Int, _ results: ReductionResults) -> [SpectrumRecord] {
        matrices[index].map { record(index, $0, update: nil, results.summary(spectrum(index, $0))) }
    }

    /// An update, matrix by matrix.
    func updateRecords(_ comparison: Comparison, _ results: ReductionResults) -> [SpectrumRecord] {
        let from = (kind: comparison.kind, from: series.checkpoints[comparison.from].label)
        return matrices[comparison.to].map { matrix in
            record(comparison.to, matrix, update: from, update(comparison, matrix).flatMap { results.summary($0) })
        }
    }

    /// The turn of leading subspaces between two checkpoints, matrix by matrix.
    func turnRecords(_ comparison: Comparison, _ results: ReductionResults) -> [TurnRecord] {
        let (from, to) = (series.checkpoints[comparison.from], series.checkpoints[comparison.to])
        return matrices[comparison.to].map { matrix in
            TurnRecord(
                comparison: comparison.kind, from: from.label, to: to.label, revision: to.revision, matrix: matrix,
                angles: turn(comparison, matrix).flatMap { results.summary($0) })
        }
    }

    private func record(
        _ index: Int, _ matrix: SpectraMatrix, update: (kind: Comparison.Kind, from: String)?,
        _ spectrum: MatrixSpectrum?
    ) -> SpectrumRecord {
        SpectrumRecord(
            label: series.checkpoints[index].label, revision: series.checkpoints[index].revision, matrix: matrix,
            elementType: elementType(index, matrix), update: update, spectrum: spectrum,
            tolerance: settings.tolerance)
    }
}
