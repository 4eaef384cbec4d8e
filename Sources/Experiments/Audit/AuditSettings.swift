import Settings

/// What `experiments/audit.yaml` may say.
struct AuditSettings: ExperimentSettings {
    @SettingGroup var input: TensorInput
    @Setting(
        "How the model was trained, a known model's name, or files of runs or training configs: steps, tokens and starts are held against it."
    )
    var training: [String]?
    @Setting("Catalogs that should list the checkpoints: CSV files, lists of revision names.")
    var catalog: [String]?
    @Setting(
        "Label of the checkpoint that the ingredients start from.", unset: "the training's, or the last of stage 1")
    var branchPoint: String?
    @Setting("Averages and the labels they were made from, {main: [LABEL, ...]}.")
    var soups: [String: [String]] = [:]
    @Setting(
        "Tokens in use: rows of the embedding from there on are padding.", .atLeast(1), unset: "the known model's")
    var vocabulary: Int?
    @Setting("How far ln‖x‖ of a tensor may leave its trend: at least this much, and norm_mads.", .atLeast(0))
    var normDeviation = 0.25
    @Setting("How far it may leave its trend besides, in scaled median deviations of its like.", .atLeast(0))
    var normMADs = 12.0
    @Setting(
        "Share of denormal elements from which a float16 tensor is reported; of other types, one is enough.",
        .atLeast(0))
    var float16Denormals = 0.1
    @Setting(
        "By what share a path through the checkpoints must be shorter than the labels' for their order to be doubted.",
        .atLeast(0))
    var orderTolerance = 0.03
    @Setting("Seed of the signs of the random projections that distances are estimated from.")
    var seed = 0
}
