import Settings

/// What `experiments/trainability.yaml` may say.
struct TrainabilitySettings: ExperimentSettings {
    /// A CSV table of published training runs; nothing for none.
    var runs: String?
    /// A CSV table of GPUs' peaks.
    var gpus: String?
    /// A CSV table of several accounts of one figure; nothing for none.
    var accounts: String?
    /// A CSV table of throughputs at several numbers of GPUs; nothing for none.
    var throughput: String?
    /// Training logs: CSV files, or folders of them.
    var logs: [String] = []
    /// What the columns of the logs are called.
    var logColumns = LogColumns()
    /// Training losses in nats a token whose first crossing is looked for.
    var targetLosses: [Double] = []
    /// Steps over which the training loss is averaged before it is compared with a target.
    var smoothing = 25
    /// Steps before a step that it is compared with, to tell whether it is a spike.
    var spikeWindow = 1000
    /// Standard deviations of those steps from their mean beyond which a step is a spike.
    var spikeDeviations = 7.0
    /// Tokens that the logged models know: a mean loss above ln of it is no loss.
    var vocabulary = 1_000_000
    /// The GPU whose peak GPU-hours are normalised to.
    var referenceGPU = "H100-80GB"
    /// What an hour of a GPU costs, by its name in `gpus`, in one currency of the user's choice.
    var prices: [String: Double] = [:]
    /// The weights of the metrics in each ranking.
    var rankings = Rankings()
    /// How many random weightings each rank is tried against, and their seed.
    var weightings = 1000
    var seed: UInt64 = 0
    /// What is possible.
    var limits = Limits()
    /// Whether figures that fail a check are findings (exit code 4).
    var strict = false

    init() {}

    enum CodingKeys: String, CodingKey, CaseIterable {
        case runs, gpus, accounts, throughput, logs
        case logColumns = "log_columns"
        case targetLosses = "target_losses"
        case smoothing
        case spikeWindow = "spike_window"
        case spikeDeviations = "spike_deviations"
        case vocabulary
        case referenceGPU = "reference_gpu"
        case prices, rankings, weightings, seed, limits, strict
    }

    /// Names of columns.
    struct LogColumns: Codable, Equatable, Sendable {
        var step = "step"
        /// `nil` where logs have none.
        var tokens: String? = "tokens"
        var loss = "train_loss"
        /// `nil` where logs have none.
        var gradientNorm: String? = "grad_norm"

        enum CodingKeys: String, CodingKey, CaseIterable {
            case step, tokens, loss
            case gradientNorm = "gradient_norm"
        }
    }

    /// Two rankings: what a run takes, and how well its hardware was used.
    struct Rankings: Codable, Equatable, Sendable {
        var size = MetricWeights(activeParameters: 1, trainingFLOPs: 1, gpuHours: 1, energy: 1)
        var system = MetricWeights(utilisation: 1, flopsPerJoule: 1, emissionsPerZettaFLOP: 1)

        enum CodingKeys: String, CodingKey, CaseIterable {
            case size, system
        }
    }

    /// Bounds beyond which a figure is not believed.
    struct Limits: Codable, Equatable, Sendable {
        /// The largest share of its peak that hardware reaches in training.
        var utilisation = 0.7
        /// The least and the most carbon of electricity, in kg CO₂eq/kWh.
        var intensityLow = 0.01
        var intensityHigh = 1.2
        /// Relative difference of two ways to one figure that is worth a line.
        var disagreement = 0.1

        enum CodingKeys: String, CodingKey, CaseIterable {
            case utilisation
            case intensityLow = "intensity_low"
            case intensityHigh = "intensity_high"
            case disagreement
        }
    }
}

/// How much each metric counts in a ranking; 0 leaves it out.
struct MetricWeights: Codable, Equatable, Sendable {
    var activeParameters = 0.0
    var tokens = 0.0
    var trainingFLOPs = 0.0
    var gpuHours = 0.0
    var energy = 0.0
    var emissions = 0.0
    var utilisation = 0.0
    var flopsPerJoule = 0.0
    var emissionsPerZettaFLOP = 0.0
    var costPerZettaFLOP = 0.0

    enum CodingKeys: String, CodingKey, CaseIterable {
        case activeParameters = "active_parameters"
        case tokens
        case trainingFLOPs = "training_flops"
        case gpuHours = "gpu_hours"
        case energy, emissions, utilisation
        case flopsPerJoule = "flops_per_joule"
        case emissionsPerZettaFLOP = "emissions_per_zettaflop"
        case costPerZettaFLOP = "cost_per_zettaflop"
    }

    /// The metrics that count, in a fixed order.
    var weights: [(metric: RankingMetric, weight: Double)] {
        RankingMetric.allCases.map { (metric: $0, weight: self[$0]) }.filter { $0.weight > 0 }
    }

    /// The weight of one.
    subscript(_ metric: RankingMetric) -> Double {
        switch metric {
        case .activeParameters: activeParameters
        case .tokens: tokens
        case .trainingFLOPs: trainingFLOPs
        case .gpuHours: gpuHours
        case .energy: energy
        case .emissions: emissions
        case .utilisation: utilisation
        case .flopsPerJoule: flopsPerJoule
        case .emissionsPerZettaFLOP: emissionsPerZettaFLOP
        case .costPerZettaFLOP: costPerZettaFLOP
        }
    }
}
