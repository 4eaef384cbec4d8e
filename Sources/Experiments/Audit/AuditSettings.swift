import Checkpoints

/// What `experiments/audit.yaml` may say.
struct AuditSettings: SeriesSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// How the model was trained: a known model's name, or files of runs or training configs.
    var training: [String]?
    /// Catalogs that list its checkpoints: CSV files, lists of revision names.
    var catalog: [String]?
    /// Label of the branch point; the last stage-1 checkpoint when not given.
    var branchPoint: String?
    /// Averages and the labels they were made from, such as `main: [A, B, C]`. Others are held against the last
    /// checkpoints of all ingredients.
    var soups: [String: [String]] = [:]
    /// Tokens in use: rows of the embedding from there on are padding. Without it, and without a known model, only the
    /// padding token's row is known.
    var vocabulary: Int?
    /// How far ln‖x‖ of a tensor may leave its trend: at least this much, ...
    var normDeviation = 0.25
    /// ... and this many times the scaled median deviation of its like.
    var normMADs = 12.0
    /// Share of denormal elements from which a float16 tensor is reported; of other types, one is enough.
    var float16Denormals = 0.1
    /// By what share a path through the checkpoints must be shorter than the labels' for their order to be doubted.
    var orderTolerance = 0.03
    /// Of the signs of the random projections that distances are estimated from.
    var seed = 0
    /// Folders below which external storage may lie, besides the checkpoint's own.
    var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    var bfloat16Dumps: [BFloat16Dump] = []
    /// Facts of revisions that neither attributes nor names tell, by label.
    var revisions: [String: StatedRevision] = [:]

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case series, training, catalog
        case branchPoint = "branch_point"
        case soups, vocabulary
        case normDeviation = "norm_deviation"
        case normMADs = "norm_mads"
        case float16Denormals = "float16_denormals"
        case orderTolerance = "order_tolerance"
        case seed
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    /// Throws `InputError` when a setting makes no sense.
    func check() throws {
        for (name, value) in [
            ("norm_deviation", normDeviation), ("norm_mads", normMADs), ("float16_denormals", float16Denormals),
            ("order_tolerance", orderTolerance),
        ] where !(value.isFinite && value >= 0) {
            throw InputError("\(name) is \(value), not a number of 0 or more")
        }
        if let vocabulary, vocabulary <= 0 { throw InputError("vocabulary is \(vocabulary), not a number of tokens") }
    }
}
