import Settings
import Statistics

/// What `experiments/linear_probe.yaml` may say.
struct LinearProbeSettings: ExperimentSettings {
    /// What the classifier has to tell of a sequence.
    enum Task: String, Codable, Sendable, CaseIterable {
        /// Which domain it is from.
        case domain
        /// The user's own label.
        case labels
    }

    @SettingGroup var input: ModelInput
    @Setting(
        "What is told of a sequence: its domain, or its entry in the integer dataset of labels beside the tokens of an HDF5 probe set (probe_set.labels)."
    )
    var task = Task.domain
    @SettingGroup var pooling: StatesSettings
    @Setting("Share of each class' sequences that is held out.", .between(0, 1))
    var heldOut = 0.25
    @Setting("Folds of the cross-validation on the others.", .atLeast(2))
    var folds = 5
    @Setting("Inverse strengths C of the penalty that it chooses from.", .above(0).inList)
    var inverseStrengths: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2]
    @Setting("Shuffles of the labels that the control is a mean of.", .within(0...1000))
    var controls = 1
    @Setting("Whether predictions.csv is made: what is said of each sequence held out.")
    var predictions = false
    @SettingGroup var resampling: ResamplingSettings

    static let describing = ProbeInput.describing

    var options: ClassificationTask.Options {
        var options = ClassificationTask.Options()
        options.heldOut = heldOut
        options.folds = folds
        options.inverseStrengths = inverseStrengths
        options.controls = controls
        options.resamples = resampling.resamples
        options.seed = UInt64(resampling.seed)
        return options
    }
}
