import Settings

/// What `experiments/probe.yaml` may say.
struct ProbeSettings: ExperimentSettings {
    @SettingGroup var input: ModelInput
    @SettingGroup var anchors: AnchorSettings
    @Setting(
        "Whether divergences from the reference are computed: two more products with the vocabulary for each checkpoint."
    )
    var divergence = true
    @Setting("Of which changes of the loss changes.csv tells, with paired intervals.")
    var changes: [Comparison.Kind] = [.reference, .branchPoint]
    @Setting("Sequences of a batch, for the mean of batches' perplexities.", .atLeast(1))
    var batch = 8
    @SettingGroup var resampling: ResamplingSettings

    static let describing = ProbeInput.describing
}
