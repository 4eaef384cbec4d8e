import Checkpoints

/// What `experiments/spectra.yaml` may say.
struct SpectraSettings: SeriesSettings {
    /// How singular values are computed.
    enum Method: String, Codable, Sendable, CaseIterable {
        /// Exact where the smaller side is at most 2048, fast beyond.
        case auto
        /// All singular values.
        case exact
        /// The largest `k` and what follows from them.
        case fast
    }

    /// Whose singular values are listed.
    enum Listed: String, Codable, Sendable, CaseIterable {
        case weights, updates
    }

    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// A single pair instead of a series: the checkpoint that the update starts from.
    var from: String?
    /// A single pair instead of a series: the checkpoint that it leads to.
    var to: String?
    /// How singular values are computed.
    var method = Method.auto
    /// How many singular values are listed, and computed by the fast method; dimensions of the compared subspaces.
    var k = 16
    /// Largest error of the exact method, relative to the spectral norm: decides between its two routes.
    var accuracy = 1e-10
    /// Largest residual of the fast method and of singular vectors, relative to the spectral norm.
    var tolerance = 1e-6
    /// Of random start vectors and of resampling.
    var seed = 0
    /// Which updates are taken apart: kinds of comparisons.
    var updates: [Comparison.Kind] = [.reference, .branchPoint]
    /// Between which checkpoints leading singular subspaces are compared.
    var subspaces: [Comparison.Kind] = [.predecessor, .reference]
    /// Whose singular values `singular_values.csv` lists.
    var singularValues: [Listed] = [.weights, .updates]
    /// Whether it lists all that were computed, not only the first `k`.
    var allSingularValues = false
    /// Whether `principal_angles.csv` is made: every angle of every pair of subspaces.
    var principalAngles = false
    /// How tails are fitted.
    var powerLaw = PowerLaw()
    /// Label of the checkpoint that `reference` comparisons start from; the first of the series when not given.
    var reference: String?
    /// Label of the branch point; the last stage-1 checkpoint when not given.
    var branchPoint: String?
    /// Folders below which external storage may lie, besides the checkpoint's own.
    var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    var bfloat16Dumps: [BFloat16Dump] = []
    /// Facts of revisions that neither attributes nor names tell, by label.
    var revisions: [String: StatedRevision] = [:]

    /// The heavy tail of the eigenvalues of WᵀW.
    struct PowerLaw: Codable, Equatable, Sendable {
        /// Eigenvalues of weights at or below it are left out of the fit, as WeightWatcher does.
        var floor = 1e-5
        /// Synthetic samples for the p-value of each fit; 0 for no p-value.
        var replicates = 0

        enum CodingKeys: String, CodingKey, CaseIterable {
            case floor, replicates
        }
    }

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case series, from, to, method, k, accuracy, tolerance, seed, updates, subspaces
        case singularValues = "singular_values"
        case allSingularValues = "all_singular_values"
        case principalAngles = "principal_angles"
        case powerLaw = "power_law"
        case reference
        case branchPoint = "branch_point"
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    /// Numbers that no computation could follow.
    func check() throws {
        var problems: [String] = []
        if !(1...1024).contains(k) { problems.append("k is \(k); a number from 1 to 1024 is expected") }
        for (name, value) in [("accuracy", accuracy), ("tolerance", tolerance)] where !(value > 0 && value < 1) {
            problems.append("\(name) is \(value); a number between 0 and 1 is expected, such as 1e-6")
        }
        if seed < 0 { problems.append("seed is \(seed); it cannot be negative") }
        if !(powerLaw.floor >= 0 && powerLaw.floor.isFinite) {
            problems.append("power_law.floor is \(powerLaw.floor); it cannot be negative")
        }
        if powerLaw.replicates < 0 {
            problems.append("power_law.replicates is \(powerLaw.replicates); it cannot be negative")
        }
        if (from == nil) != (to == nil) {
            problems.append("a pair needs both from and to; only \(from == nil ? "to" : "from") is given")
        }
        if !problems.isEmpty { throw InputError(problems) }
    }
}
