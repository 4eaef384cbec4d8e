import Settings

/// What `experiments/norms.yaml` may say.
struct NormsSettings: ExperimentSettings {
    @SettingGroup var input: TensorInput
    @Setting("Standard deviations from its tensor's mean beyond which a weight is an outlier.", .above(0))
    var outlierThreshold = 6.0
    @Setting(
        "Optimiser steps of stage 1 until the learning rate is warmed up: growth is measured from there.", .atLeast(0))
    var warmupSteps = 0
    @SettingGroup var integrity: IntegritySettings
}
