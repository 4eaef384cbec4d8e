import Checkpoints

/// What `experiments/norms.yaml` may say.
struct NormsSettings: SeriesSettings {
    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// Standard deviations from its tensor's mean beyond which a weight is an outlier.
    var outlierThreshold = 6.0
    /// Optimiser steps of stage 1 until the learning rate is warmed up: growth is measured from there.
    var warmupSteps = 0
    /// Whether tensors are fingerprinted, so that copies are found and work is recognised by content.
    var fingerprints = true
    /// Whether identical or non-finite tensors withhold the tables.
    var strict = false
    /// Folders below which external storage may lie, besides the checkpoint's own.
    var allowExternal: [String] = []
    /// Dumps without a float type that are read as bfloat16.
    var bfloat16Dumps: [BFloat16Dump] = []
    /// Facts of revisions that neither attributes nor names tell, by label.
    var revisions: [String: StatedRevision] = [:]

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case series
        case outlierThreshold = "outlier_threshold"
        case warmupSteps = "warmup_steps"
        case fingerprints, strict
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }
}
