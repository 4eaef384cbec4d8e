import Settings

/// What `experiments/spectra.yaml` may say.
struct SpectraSettings: ExperimentSettings {
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

    @SettingGroup var input: TensorInput
    @SettingGroup var pair: PairSettings
    @Setting("exact: all singular values; fast: the k largest; auto: exact where the smaller side is at most 2048.")
    var method = Method.auto
    @Setting(
        "Singular values that are listed, and computed by the fast method; dimensions of the compared subspaces.",
        .within(1...1024))
    var k = 16
    @Setting("Largest error of exact values, over the largest value: decides between two routes.", .between(0, 1))
    var accuracy = 1e-10
    @Setting("Largest residual of fast values and of singular vectors, over the largest value.", .between(0, 1))
    var tolerance = 1e-6
    @Setting("Seed of random start vectors and of resampling.", .atLeast(0))
    var seed = 0
    @Setting("Which updates are taken apart: kinds of comparisons.")
    var updates: [Comparison.Kind] = [.reference, .branchPoint]
    @Setting("Between which checkpoints leading singular subspaces are compared.")
    var subspaces: [Comparison.Kind] = [.predecessor, .reference]
    @Setting("Whose singular values singular_values.csv lists.")
    var singularValues: [Listed] = [.weights, .updates]
    @Setting("Whether it lists all that were computed, not only the first k.")
    var allSingularValues = false
    @Setting("Whether principal_angles.csv is made: every angle of every pair of subspaces.")
    var principalAngles = false
    @Setting("How tails of the eigenvalues of WᵀW are fitted.")
    var powerLaw = PowerLaw()
    @SettingGroup var anchors: AnchorSettings

    /// The heavy tail of the eigenvalues of WᵀW.
    struct PowerLaw: SettingsSection {
        @Setting("Eigenvalues of weights at or below it are left out of the fit, as WeightWatcher does.", .atLeast(0))
        var floor = 1e-5
        @Setting("Synthetic samples for the p-value of each fit; 0 for no p-value.", .atLeast(0))
        var replicates = 0
    }

    var conflicts: [String] { pair.conflicts }
}
