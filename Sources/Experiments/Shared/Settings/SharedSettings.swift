import Settings
import Statistics

/// Whether tensors are hashed.
struct Fingerprinting: SettingsSection {
    static let title: String? = "fingerprints"

    @Setting("Whether every tensor is hashed, so that copies are found and finished work is recognised by content.")
    var fingerprints = true
}

/// What is made of what a reading finds.
struct IntegritySettings: SettingsSection {
    static let title: String? = "integrity"

    @SettingGroup var hashing: Fingerprinting
    @Setting("Whether identical or non-finite tensors are errors: no table is written.")
    var strict = false

    /// See `Fingerprinting`.
    var fingerprints: Bool { hashing.fingerprints }
}

/// Two checkpoints instead of a series.
struct PairSettings: SettingsSection {
    static let title: String? = "pair"

    @Setting("A single pair instead of a series: the checkpoint that it is compared from.")
    var from: String?
    @Setting("A single pair instead of a series: the checkpoint that it is compared to.")
    var to: String?

    /// What is wrong with half a pair.
    var conflicts: [String] {
        (from == nil) == (to == nil)
            ? [] : ["a pair needs both from and to; only \(from == nil ? "to" : "from") is given"]
    }
}

/// The checkpoint that others are compared with.
struct ReferenceSettings: SettingsSection {
    static let title: String? = "reference"

    @Setting(
        "Label of the checkpoint that comparisons with the reference start from.", unset: "the first of the series")
    var reference: String?
}

/// The checkpoints that others are compared with by name.
struct AnchorSettings: SettingsSection {
    static let title: String? = "comparisons"

    @SettingGroup var first: ReferenceSettings
    @Setting("Label of the checkpoint that the ingredients start from.", unset: "the last of stage 1")
    var branchPoint: String?

    /// See `ReferenceSettings`.
    var reference: String? { first.reference }
}

/// Which checkpoints of a series are compared.
struct ComparisonSettings: SettingsSection {
    static let title: String? = "comparisons"

    @Setting("Which comparisons are made.")
    var compare: [Comparison.Kind] = [.reference, .predecessor, .branchPoint, .ingredients]
    @SettingGroup var anchors: AnchorSettings
}

/// A series that is run over a probe set.
struct ModelInput: SettingsSection {
    static let title: String? = "probe set"

    @SettingGroup var series: SeriesInput
    @Setting("The token sequences that checkpoints are run over.")
    var probeSet = ProbeInput()
    @SettingGroup var hashing: Fingerprinting
}

/// Which hidden states are looked at.
struct StatesSettings: SettingsSection {
    static let title: String? = "hidden states"

    @Setting("What of a sequence's hidden states is looked at: their mean, and that of the last token.", .distinct)
    var states: [Pooling] = [.mean, .last]
    @SettingGroup var layers: LayerSelection
}

/// How intervals are resampled.
struct ResamplingSettings: SettingsSection {
    static let title: String? = "resampling"

    @Setting("Resamples behind each interval.", .within(1...1_000_000))
    var resamples = 1000
    @Setting("Seed of the resampling, and of whatever else is drawn.", .atLeast(0))
    var seed = 0
}

/// How the runs that laws are fitted to are resampled.
struct LawResampling: SettingsSection {
    static let title: String? = "resampling of laws"

    @Setting("Resamples of the runs; 0 for none.", .within(0...100_000))
    var resamples = 1000
    @Setting("Seed of the resampling.")
    var seed: UInt64 = 6198

    /// `nil` for none.
    var bootstrap: Bootstrap? { resamples > 0 ? Bootstrap(resamples: resamples, seed: seed) : nil }
}
