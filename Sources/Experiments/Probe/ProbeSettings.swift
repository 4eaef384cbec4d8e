import Checkpoints

/// What `experiments/probe.yaml` may say.
struct ProbeSettings: SeriesSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// The token sequences.
    var probeSet = ProbeInput()
    /// Label of the checkpoint that divergences are measured from; the first of the series when not given.
    var reference: String?
    /// Whether divergences from the reference are computed: they take two more products with the vocabulary.
    var divergence = true
    /// Sequences of a batch, for the mean of batches' perplexities.
    var batch = 8
    /// Resamples of sequences behind each interval.
    var resamples = 1000
    /// Of the resampling.
    var seed = 0
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
        case reference, divergence, batch, resamples, seed, fingerprints
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    /// Numbers that no computation could follow.
    func check() throws {
        var problems: [String] = []
        if batch < 1 { problems.append("batch is \(batch); a batch has at least one sequence") }
        if !(1...1_000_000).contains(resamples) {
            problems.append("resamples is \(resamples); a number from 1 to 1000000 is expected")
        }
        if seed < 0 { problems.append("seed is \(seed); it cannot be negative") }
        if !problems.isEmpty { throw InputError(problems) }
    }
}
