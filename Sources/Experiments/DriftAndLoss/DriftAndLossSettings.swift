import Settings

/// What `experiments/drift_and_loss.yaml` may say.
struct DriftAndLossSettings: ExperimentSettings {
    @Setting("Results folder of a drift run over a series.")
    var drift = "results/drift"
    @Setting("Results folder of a probe run over the same series.")
    var loss = "results/probe"
    @Setting("Whether checkpoints that only one of the runs has are left out rather than stopping this one.")
    var allowUnmatched = false
    @SettingGroup var resampling: ResamplingSettings
}
