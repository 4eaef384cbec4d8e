import Base
import Checkpoints
import Engine
import LanguageModels
import Statistics
import Synchronization
import Tensors

/// What a linear classifier can read from the hidden states of every layer, checkpoint by checkpoint.
struct LinearProbe: Experiment {
    static let name = "linear_probe"
    static let question = "What can a linear classifier read from each layer's hidden states?"

    let settings: LinearProbeSettings
    let models: ModelSeries
    /// The same for all layers and checkpoints, so that their scores compare.
    let task: ClassificationTask
    /// Names of the classes.
    let classes: [String]
    /// What casts doubt on the labels, a line each.
    let doubts: [String]

    /// Reads the probe set, opens the series and splits the sequences.
    /// - Throws: `InputError` when no checkpoint can be run, or there is nothing to tell sequences by.
    init(_ settings: LinearProbeSettings, _ context: RunContext) throws {
        self.settings = settings
        models = try ModelSeries(
            settings.input, context)
        try settings.pooling.layers.note(in: context, models.series)
        let labels: [Int]
        (labels, classes) = try LinearProbe.labels(models.probe, settings)
        task = ClassificationTask(labels: labels, settings.options)
        doubts = LinearProbe.copies(models.probe)
    }

    /// The class of every sequence, and the names of the classes.
    private static func labels(
        _ probe: ProbeSet, _ settings: LinearProbeSettings
    ) throws -> (labels: [Int], classes: [String]) {
        let labels: [Int]
        let classes: [String]
        switch settings.task {
        case .domain:
            (labels, classes) = (probe.sequences.map(\.domain), probe.domains)
        case .labels:
            let own = probe.sequences.compactMap(\.label)
            guard own.count == probe.sequences.count else {
                throw InputError(
                    "\(probe.sequences.count - own.count) of \(probe.sequences.count) sequences have no label; task=labels "
                        + "needs an integer dataset '\(settings.input.probeSet.labels)' beside the tokens of an HDF5 probe set, "
                        + "with an entry a sequence")
            }
            let values = Set(own).sorted()
            let places = Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
            (labels, classes) = (own.compactMap { places[$0] }, values.map(String.init))
        }
        guard classes.count > 1 else {
            throw InputError("all sequences are of the one class '\(classes[0])'; a classifier needs two or more")
        }
        for (place, name) in classes.enumerated() {
            let count = labels.count { $0 == place }
            guard count >= StratifiedSplit.smallestClass else {
                throw InputError(
                    "the class '\(name)' has \(count) sequence(s); \(StratifiedSplit.smallestClass) are the fewest that can be "
                        + "split into training, validation and held-out parts")
            }
        }
        return (labels, classes)
    }

    /// A sequence that stands twice may be trained on and held out at once.
    private static func copies(_ probe: ProbeSet) -> [String] {
        let copies = probe.sequences.count - Set(probe.sequences.map(\.tokens)).count
        guard copies > 0 else { return [] }
        return [
            "\(copies) sequence(s) of the probe set hold the same tokens as another: what is held out may have been "
                + "trained on"
        ]
    }

    var requests: [any Request] { models.requests + models.series.checkpoints.indices.map(request) as [any Request] }

    func request(_ place: Int) -> LinearProbeRequest {
        LinearProbeRequest(
            checkpoint: models.places[place], probe: models.probe, fingerprint: models.fingerprint, task: task,
            states: settings.pooling.states, predictions: settings.predictions)
    }
}

/// Trains a classifier on each layer's states of a checkpoint.
struct LinearProbeRequest: ModelRequest {
    /// See `ClassificationTask.solve` and `Matrix.init(_:_:)`.
    static let kernel = "linear-probe/1"

    let checkpoint: Int
    let probe: ProbeSet
    /// Of the probe set.
    let fingerprint: Fingerprint
    let task: ClassificationTask
    let states: [Pooling]
    let predictions: Bool

    /// What a checkpoint gives.
    struct Summary: Codable, Sendable, Equatable {
        let layerCount: Int
        let width: Int
        /// By depth, then by pooling; `nil` where states are not finite.
        let outcomes: [[ClassificationOutcome?]]
    }

    var checkpoints: [Int] { [checkpoint] }
    var tokenCount: Int { probe.tokenCount }

    var parameters: String {
        let labels = Fingerprint(of: task.labels.map(String.init).joined(separator: " "))
        return "probe=\(fingerprint) labels=\(labels) \(task.options) states=\(states.map(\.rawValue)) "
            + "predictions=\(predictions)"
    }

    func summary(_ workspace: ModelWorkspace) throws -> Summary {
        let model = try workspace.model(checkpoint)
        var features: [FeatureMatrix] = []
        try workspace.forward(checkpoint, over: probe) { _, hidden in
            features += states.map { FeatureMatrix(Matrix(hidden, $0)) }
        }
        let (all, task) = (features, self.task)
        let found = Mutex<[Int: ClassificationOutcome]>([:])
        try workspace.threads.forEach(all.count) { (index: Int) throws(any Error) in
            try Interruption.check()
            var outcome = task.solve(all[index])
            if !predictions { outcome?.forgetPredictions() }
            let result = outcome
            found.withLock { $0[index] = result }
        }
        let outcomes = found.withLock { $0 }
        return Summary(
            layerCount: model.layerCount, width: model.width,
            outcomes: (0..<model.stepCount).map { depth in
                states.indices.map { outcomes[depth * states.count + $0] }
            })
    }
}

extension FeatureMatrix {
    /// The same numbers in double.
    init(_ matrix: Matrix) {
        self.init(rows: matrix.rows, columns: matrix.columns, values: matrix.elements.map(Double.init))
    }
}
