import Settings

/// What `experiments/drift.yaml` may say.
struct DriftSettings: ExperimentSettings {
    @SettingGroup var input: TensorInput
    @SettingGroup var pair: PairSettings
    @SettingGroup var comparisons: ComparisonSettings
    @Setting("|b − a| above which a weight counts as moved.", .atLeast(0))
    var movedThreshold = 1e-5
    @Setting(
        "Whether angles between updates are computed (trajectory, displacement_gram, ingredient_updates), from the Gram matrix of all updates."
    )
    var gram = true
    @Setting("Whether tensors without a counterpart are left out rather than stopping the run.")
    var allowUnmatched = false
    @SettingGroup var integrity: IntegritySettings
    @Setting("Whether heads.csv is made: drift by attention head.")
    var heads = false
    @Setting("embedding_rows.csv: that many of the rows of the embedding that moved most; 0 for no table.", .atLeast(0))
    var embeddingRows = 0
    @Setting(
        "How the model was trained: a known model's name, or files of runs or training configs. Adds lr, cumulative_lr, and drift per token and per sum of learning rates."
    )
    var training: [String]?

    var conflicts: [String] { pair.conflicts }
}
