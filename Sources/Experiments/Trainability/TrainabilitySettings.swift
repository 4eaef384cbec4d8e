import Settings

/// What `experiments/trainability.yaml` may say.
struct TrainabilitySettings: ExperimentSettings {
    @Setting("A CSV table of published training runs.")
    var runs: String?
    @Setting("A CSV table of GPUs' peaks.")
    var gpus: String?
    @Setting("A CSV table of several accounts of one figure.")
    var accounts: String?
    @Setting("A CSV table of throughputs at several numbers of GPUs.")
    var throughput: String?
    @Setting("Training logs: CSV files, or folders of them.")
    var logs: [String] = []
    @Setting("What the columns of the logs are called.")
    var logColumns = LogColumns()
    @Setting("Training losses in nats a token whose first crossing is looked for.")
    var targetLosses: [Double] = []
    @Setting("Steps over which the training loss is averaged before it is compared with a target.", .atLeast(1))
    var smoothing = 25
    @Setting("Steps before a step that it is compared with, to tell whether it is a spike.", .atLeast(2))
    var spikeWindow = 1000
    @Setting("Standard deviations of those steps from their mean beyond which a step is a spike.", .above(0))
    var spikeDeviations = 7.0
    @Setting("Tokens that the logged models know: a mean loss above ln of it is no loss.", .atLeast(2))
    var vocabulary = 1_000_000
    @Setting("The GPU whose peak GPU-hours are normalised to.")
    var referenceGPU = "H100-80GB"
    @Setting("What an hour of a GPU costs, by its name in gpus, in one currency of the user's choice.", .atLeast(0))
    var prices: [String: Double] = [:]
    @Setting("The weights of the metrics in each ranking; 0 leaves one out.")
    var rankings = Rankings()
    @Setting("How many random weightings each rank is tried against.", .atLeast(1))
    var weightings = 1000
    @Setting("Seed of the random weightings.")
    var seed: UInt64 = 0
    @Setting("What is possible.")
    var limits = Limits()
    @Setting("Whether figures that fail a check are findings (exit code 4).")
    var strict = false

    /// Names of columns.
    struct LogColumns: SettingsSection {
        @Setting("The step.")
        var step = "step"
        @Setting("Tokens seen by then; null where logs have none.")
        var tokens: String? = "tokens"
        @Setting("The training loss.")
        var loss = "train_loss"
        @Setting("The gradient norm; null where logs have none.")
        var gradientNorm: String? = "grad_norm"
    }

    /// Two rankings: what a run takes, and how well its hardware was used.
    struct Rankings: SettingsSection {
        @Setting("What a run takes.")
        var size = MetricWeights.size
        @Setting("How well its hardware was used.")
        var system = MetricWeights.system
    }

    /// Bounds beyond which a figure is not believed.
    struct Limits: SettingsSection {
        @Setting("The largest share of its peak that hardware reaches in training.", .above(0))
        var utilisation = 0.7
        @Setting("The least carbon of electricity, in kg CO₂eq/kWh.", .atLeast(0))
        var intensityLow = 0.01
        @Setting("The most carbon of electricity, in kg CO₂eq/kWh.", .above(0))
        var intensityHigh = 1.2
        @Setting("Relative difference of two ways to one figure that is worth a line.", .above(0))
        var disagreement = 0.1
    }

    var conflicts: [String] {
        var conflicts: [String] = []
        if limits.intensityHigh <= limits.intensityLow {
            conflicts.append("limits.intensity_high is \(limits.intensityHigh), not above limits.intensity_low")
        }
        for (name, chosen) in [("size", rankings.size), ("system", rankings.system)] where chosen.weights.isEmpty {
            conflicts.append("rankings.\(name): no metric has a weight above 0")
        }
        return conflicts
    }
}

/// How much each metric counts in a ranking; 0 leaves it out.
struct MetricWeights: SettingsSection {
    @Setting("Of the parameters that a token passes through.", .atLeast(0))
    var activeParameters = 0.0
    @Setting("Of the training tokens.", .atLeast(0))
    var tokens = 0.0
    @Setting("Of 6ND.", .atLeast(0))
    var trainingFLOPs = 0.0
    @Setting("Of the GPU-hours.", .atLeast(0))
    var gpuHours = 0.0
    @Setting("Of the energy.", .atLeast(0))
    var energy = 0.0
    @Setting("Of the carbon.", .atLeast(0))
    var emissions = 0.0
    @Setting("Of the share of its peak that hardware reached.", .atLeast(0))
    var utilisation = 0.0
    @Setting("Of the work for an energy.", .atLeast(0))
    var flopsPerJoule = 0.0
    @Setting("Of the carbon for a work.", .atLeast(0))
    var emissionsPerZettaflop = 0.0
    @Setting("Of the cost for a work.", .atLeast(0))
    var costPerZettaflop = 0.0

    /// What a run takes.
    static var size: MetricWeights {
        var weights = MetricWeights()
        (weights.activeParameters, weights.trainingFLOPs, weights.gpuHours, weights.energy) = (1, 1, 1, 1)
        return weights
    }

    /// How well hardware was used.
    static var system: MetricWeights {
        var weights = MetricWeights()
        (weights.utilisation, weights.flopsPerJoule, weights.emissionsPerZettaflop) = (1, 1, 1)
        return weights
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
        case .emissionsPerZettaFLOP: emissionsPerZettaflop
        case .costPerZettaFLOP: costPerZettaflop
        }
    }
}
