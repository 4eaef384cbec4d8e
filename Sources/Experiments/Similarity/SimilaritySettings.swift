import Checkpoints

/// What `experiments/similarity.yaml` may say.
struct SimilaritySettings: SeriesSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// The token sequences.
    var probeSet = ProbeInput()
    /// Which checkpoints are compared.
    var compare: [Comparison.Kind] = [.reference, .predecessor, .branchPoint, .ingredients]
    /// Label of the checkpoint that `reference` comparisons start from; the first of the series when not given.
    var reference: String?
    /// Label of the branch point; the last stage-1 checkpoint when not given.
    var branchPoint: String?
    /// What of a sequence's hidden states is compared.
    var states: [Pooling] = [.mean, .last]
    /// Tokens of each sequence whose states' rank is computed besides, evenly spaced; 0 for none.
    var tokensPerSequence = 16
    /// Whether tensors are fingerprinted, so that copies are found and work is recognised by content.
    var fingerprints = true
    /// Folders below which external storage may lie, besides the checkpoint's own.
    var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    var bfloat16Dumps: [BFloat16Dump] = []
    /// Facts of revisions that neither attributes nor names tell, by label.
    var revisions: [String: StatedRevision] = [:]

    init() {}

    static let describing = ProbeInput.describing

    enum CodingKeys: String, CodingKey, CaseIterable {
        case series
        case probeSet = "probe_set"
        case compare, reference
        case branchPoint = "branch_point"
        case states
        case tokensPerSequence = "tokens_per_sequence"
        case fingerprints
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    /// Values that no computation could follow.
    func check() throws {
        var problems: [String] = []
        if states.isEmpty || Set(states).count < states.count {
            problems.append("states is [\(states.map(\.rawValue).joined(separator: ", "))]; name mean, last, or both")
        }
        if tokensPerSequence < 0 {
            problems.append("tokens_per_sequence is \(tokensPerSequence); a number from 0 on is expected")
        }
        if !problems.isEmpty { throw InputError(problems) }
    }
}
