import Settings

/// What `experiments/similarity.yaml` may say.
struct SimilaritySettings: ExperimentSettings {
    @SettingGroup var input: ModelInput
    @SettingGroup var comparisons: ComparisonSettings
    @SettingGroup var pooling: StatesSettings
    @Setting(
        "Tokens of each sequence whose states' rank is computed besides, evenly spaced; 0 for none.", .atLeast(0))
    var tokensPerSequence = 16

    static let describing = ProbeInput.describing
}
