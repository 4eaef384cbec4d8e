import Checkpoints

/// What `experiments/drift.yaml` may say.
struct DriftSettings: SeriesSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// A single pair instead of a series: the checkpoint that drift is measured from.
    var from: String?
    /// A single pair instead of a series: the checkpoint that it is measured to.
    var to: String?
    /// Which comparisons to make of a series.
    var compare: [Comparison.Kind] = [.reference, .predecessor, .branchPoint, .ingredients]
    /// Label of the checkpoint that `reference` comparisons start from; the first of the series when not given.
    var reference: String?
    /// Label of the branch point; the last stage-1 checkpoint when not given.
    var branchPoint: String?
    /// |b − a| above which an element counts as moved.
    var movedThreshold = 1e-5
    /// Whether the Gram matrix of displacements is computed, and with it the cosines between updates.
    var gram = true
    /// Whether tensors without a counterpart are left out rather than stopping the run.
    var allowUnmatched = false
    /// Whether tensors are fingerprinted, so that copies are found and work is recognised by content.
    var fingerprints = true
    /// Whether identical or non-finite tensors withhold the tables.
    var strict = false
    /// Whether `heads.csv` is made: drift by attention head.
    var heads = false
    /// How many of the most-moved embedding rows `embedding_rows.csv` lists for each comparison; 0 for no table.
    var embeddingRows = 0
    /// Folders below which external storage may lie, besides the checkpoint's own.
    var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    var bfloat16Dumps: [BFloat16Dump] = []
    /// How the model was trained: a known model's name, or files of runs or training configs.
    var training: [String]?
    /// Facts of revisions that neither attributes nor names tell, by label.
    var revisions: [String: StatedRevision] = [:]

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case series, from, to, compare, reference
        case branchPoint = "branch_point"
        case movedThreshold = "moved_threshold"
        case gram
        case allowUnmatched = "allow_unmatched"
        case fingerprints, strict, heads
        case embeddingRows = "embedding_rows"
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case training, revisions
    }
}
