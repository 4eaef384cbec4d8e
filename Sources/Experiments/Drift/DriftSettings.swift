import Checkpoints

/// What `experiments/drift.yaml` may say.
public struct DriftSettings: ExperimentSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    public var series: [String] = []
    /// A single pair instead of a series: the checkpoint that drift is measured from.
    public var from: String?
    /// A single pair instead of a series: the checkpoint that it is measured to.
    public var to: String?
    /// Which comparisons to make of a series.
    public var compare: [Comparison.Kind] = [.reference, .predecessor, .branchPoint, .ingredients]
    /// Label of the checkpoint that `reference` comparisons start from; the first of the series when not given.
    public var reference: String?
    /// Label of the branch point; the last stage-1 checkpoint when not given.
    public var branchPoint: String?
    /// |b − a| above which an element counts as moved.
    public var movedThreshold = 1e-5
    /// Whether the Gram matrix of displacements is computed, and with it the cosines between updates.
    public var gram = true
    /// Whether tensors without a counterpart are left out rather than stopping the run.
    public var allowUnmatched = false
    /// Whether tensors are fingerprinted, so that copies are found and work is recognised by content.
    public var fingerprints = true
    /// Whether identical or non-finite tensors withhold the tables.
    public var strict = false
    /// Whether `heads.csv` is made: drift by attention head.
    public var heads = false
    /// How many of the most-moved embedding rows `embedding_rows.csv` lists for each comparison; 0 for no table.
    public var embeddingRows = 0
    /// Folders below which external storage may lie, besides the checkpoint's own.
    public var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    public var bfloat16Dumps: [BFloat16Dump] = []
    /// Facts of revisions that neither attributes nor names tell, by label.
    public var revisions: [String: StatedRevision] = [:]

    public init() {}

    public enum CodingKeys: String, CodingKey, CaseIterable {
        case series, from, to, compare, reference
        case branchPoint = "branch_point"
        case movedThreshold = "moved_threshold"
        case gram
        case allowUnmatched = "allow_unmatched"
        case fingerprints, strict, heads
        case embeddingRows = "embedding_rows"
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    var input: SeriesInput {
        SeriesInput(
            series: [from, to].compactMap { $0 }.isEmpty ? series : [from, to].compactMap { $0 }, revisions: revisions,
            allowExternal: allowExternal, bfloat16Dumps: bfloat16Dumps)
    }
}
