import Checkpoints
import Statistics

/// What `experiments/linear_probe.yaml` may say.
struct LinearProbeSettings: SeriesSettings {
    /// What the classifier has to tell of a sequence.
    enum Task: String, Codable, Sendable, CaseIterable {
        /// Which domain it is from.
        case domain
        /// The user's own label.
        case labels
    }

    /// Files, folders of checkpoints, or Hugging Face directories.
    var series: [String] = []
    /// The token sequences, with labels for the task `labels`.
    var probeSet = ProbeInput()
    /// What the classifier has to tell.
    var task = Task.domain
    /// How the states of a sequence become features.
    var states: [Pooling] = [.mean, .last]
    /// Share of each class' sequences that is held out.
    var heldOut = 0.25
    /// Folds of the cross-validation on the others.
    var folds = 5
    /// Inverse strengths C of the penalty that it chooses from.
    var inverseStrengths: [Double] = [1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2]
    /// Shuffles of the labels that the control is a mean of.
    var controls = 1
    /// Whether `predictions.csv` is made: what is said of each sequence held out.
    var predictions = false
    /// Resamples of sequences behind each interval.
    var resamples = 1000
    /// Of the split, the folds, the shuffles and the resampling.
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
        case task, states
        case heldOut = "held_out"
        case folds
        case inverseStrengths = "inverse_strengths"
        case controls, predictions, resamples, seed, fingerprints
        case allowExternal = "allow_external"
        case bfloat16Dumps = "bfloat16_dumps"
        case revisions
    }

    var options: ClassificationTask.Options {
        var options = ClassificationTask.Options()
        options.heldOut = heldOut
        options.folds = folds
        options.inverseStrengths = inverseStrengths
        options.controls = controls
        options.resamples = resamples
        options.seed = UInt64(seed)
        return options
    }

    /// Values that no computation could follow.
    func check() throws {
        var problems: [String] = []
        if states.isEmpty || Set(states).count < states.count {
            problems.append("states is [\(states.map(\.rawValue).joined(separator: ", "))]; name mean, last, or both")
        }
        if !(heldOut > 0 && heldOut < 1) {
            problems.append("held_out is \(heldOut); a share between 0 and 1 is expected")
        }
        if folds < 2 { problems.append("folds is \(folds); cross-validation has at least two") }
        if inverseStrengths.isEmpty || !inverseStrengths.allSatisfy({ $0 > 0 && $0.isFinite }) {
            problems.append("inverse_strengths is \(inverseStrengths); positive numbers are expected")
        }
        if !(0...1000).contains(controls) {
            problems.append("controls is \(controls); a number from 0 to 1000 is expected")
        }
        if !(1...1_000_000).contains(resamples) {
            problems.append("resamples is \(resamples); a number from 1 to 1000000 is expected")
        }
        if seed < 0 { problems.append("seed is \(seed); it cannot be negative") }
        if !problems.isEmpty { throw InputError(problems) }
    }
}
