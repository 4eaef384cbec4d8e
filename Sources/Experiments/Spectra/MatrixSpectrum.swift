import Engine
import Statistics
import Tensors

/// What is kept of a matrix's singular values: the largest, what all of them say together, and how they were found.
struct MatrixSpectrum: Codable, Sendable, Equatable {
    /// What kept a matrix from having singular values.
    enum Problem: String, Codable, Sendable {
        case empty
        case nonFinite = "non_finite"
        case notConverged = "not_converged"
    }

    var problem: Problem?
    var method: SpectrumMethod?
    /// Number of singular values: the smaller side.
    var order = 0
    /// Singular values, descending: as many as were to be kept.
    var values: [Double] = []
    /// A bound of the error of each.
    var errorBounds: [Double] = []
    /// The largest error bound of all that were computed, over the spectral norm.
    var relativeErrorBound: Double?
    var shape: SpectrumShape?
    var tail: HeavyTail?

    /// A matrix without singular values.
    init(_ problem: Problem) { self.problem = problem }

    /// What the values say; the first `kept` of them stay.
    init(_ spectrum: SingularValues, kept: Int, tail: HeavyTail?) {
        method = spectrum.method
        order = min(spectrum.rows, spectrum.columns)
        values = Array(spectrum.values.prefix(kept))
        errorBounds = Array(spectrum.errorBounds.prefix(kept))
        relativeErrorBound = spectrum.relativeErrorBound
        shape = SpectrumShape(spectrum)
        self.tail = tail
    }
}

extension MatrixSpectrum.Problem {
    init(_ error: DecompositionError) {
        switch error {
        case .empty: self = .empty
        case .nonFinite: self = .nonFinite
        case .notConverged: self = .notConverged
        }
    }
}

/// The power law fitted to the tail of the eigenvalues of WᵀW.
struct HeavyTail: Codable, Sendable, Equatable {
    let alpha: Double
    let standardError: Double
    let xMin: Double
    let distance: Double
    let tailCount: Int
    let isPlausible: Bool
    let pValue: Double?
    let weightedAlpha: Double?
    let logAlphaNorm: Double?

    /// Fits all singular values; `nil` where there are too few. Those that cannot be told from zero are left out.
    init?(_ spectrum: SingularValues, floor: Double, replicates: Int, seed: UInt64) {
        guard spectrum.isComplete else { return nil }
        let eigenvalues = zip(spectrum.values, spectrum.errorBounds).compactMap { $0 > $1 ? $0 * $0 : nil }
        guard let metrics = WeightWatcherMetrics(eigenvalues: eigenvalues, floor: floor), let fit = metrics.fit
        else { return nil }
        alpha = fit.alpha
        standardError = fit.standardError
        xMin = fit.xMin
        distance = fit.distance
        tailCount = fit.tailCount
        isPlausible = fit.isPlausible
        pValue = replicates > 0 ? fit.bootstrapPValue(replicates: replicates, seed: seed) : nil
        weightedAlpha = metrics.weightedAlpha
        logAlphaNorm = metrics.logAlphaNorm
    }
}

/// The singular values of a matrix, or of the difference of two.
struct SpectrumRequest: MatrixRequest {
    typealias Summary = MatrixSpectrum
    /// See `ExactSpectrum`, `LeadingSpectrum` and `HeavyTail`.
    static let kernel = "spectrum/1"

    let matrix: TensorReference
    /// The matrix it is measured from: the spectrum is that of the update.
    let from: TensorReference?
    let isExact: Bool
    let settings: SpectraSettings

    /// Eigenvalues of updates have no customary floor.
    private var floor: Double { from == nil ? settings.powerLaw.floor : 0 }
    private var kept: Int { settings.allSingularValues ? .max : settings.k }

    var parameters: String {
        let list = settings.allSingularValues ? "all" : "\(settings.k)"
        guard isExact else { return "fast k=\(settings.k) tolerance=\(settings.tolerance) seed=\(settings.seed)" }
        let seed = settings.powerLaw.replicates > 0 ? " seed=\(settings.seed)" : ""
        return "exact accuracy=\(settings.accuracy) list=\(list) floor=\(floor) "
            + "replicates=\(settings.powerLaw.replicates)\(seed)"
    }
    var matrices: [TensorReference] { [matrix] + (from.map { [$0] } ?? []) }

    func summary(_ workspace: MatrixWorkspace) throws -> MatrixSpectrum {
        do {
            let values = try singularValues(workspace)
            let tail = HeavyTail(
                values, floor: floor, replicates: settings.powerLaw.replicates, seed: UInt64(settings.seed))
            return MatrixSpectrum(values, kept: isExact ? kept : settings.k, tail: tail)
        } catch let error as DecompositionError {
            return MatrixSpectrum(MatrixSpectrum.Problem(error))
        }
    }

    private func singularValues(_ workspace: MatrixWorkspace) throws -> SingularValues {
        if !isExact, from == nil {
            return try workspace.leadingSpectrum(matrix, settings.leading).singularValues
        }
        let source = try from.map { try workspace.loader.source(matrix, minus: $0) } ?? workspace.loader.source(matrix)
        if isExact {
            return try ExactSpectrum.singularValues(of: source, accuracy: settings.accuracy, on: workspace.threads)
        }
        return try LeadingSpectrum.compute(of: source, settings.leading, on: workspace.threads).singularValues
    }
}

extension SpectraSettings {
    /// One value more than `k`: how far the k-th stands from it tells how well the subspace is determined.
    var leading: LeadingSpectrum.Settings {
        LeadingSpectrum.Settings(count: k + 1, tolerance: tolerance, seed: UInt64(seed))
    }
}
