import Reports

/// The tables of `trainability`: every column with its meaning. `docs/metrics.md` gives sources.
enum TrainabilityTables {
    static func rankings(_ records: [RankingRecord]) -> Table {
        let columns: [TypedColumn<RankingRecord>] = [
            .string("ranking", "size: what a run takes; system: how well its hardware was used.") { $0.ranking },
            .integer(
                "rank", "Pareto front first, then score; 1 is best, equals are equal; missing when nothing is known."
            ) { $0.rank },
            .string("model", "The run.") { $0.model },
            .integer(
                "front",
                "1 for runs that none dominates, 2 for those that only runs of front 1 dominate, and so on. One dominates another if it is known in all metrics that the other is known in, nowhere worse and somewhere better."
            ) { $0.front },
            .number(
                "score",
                "Weighted mean, over the metrics known, of the share of the other runs that the run is better than; equals count half."
            ) { $0.score },
            .number("coverage", digits: 3, "Share of the weights whose metrics are known and stand.") { $0.coverage },
            .number(
                "stability", digits: 3,
                "Share of random weightings, uniform over all, in which the rank stays within one place."
            ) { $0.stability },
            .integer("best_rank", "The best rank over these weightings.") { $0.bestRank },
            .integer("worst_rank", "The worst rank over these weightings.") { $0.worstRank },
            .string("withheld", "Metrics that do not count because a figure failed a check; see checks.csv.") {
                $0.withheld.isEmpty ? nil : $0.withheld.map(\.rawValue).joined(separator: "; ")
            },
        ]
        return Table(
            "rankings", title: "Runs by what they take and by how well they used their hardware.", columns: columns,
            primaryKey: ["ranking", "model"], records: records)
    }

    static func efficiency(_ runs: [PublishedRun]) -> Table {
        Table(
            "efficiency", title: "Published training runs: what they took, a row each.", columns: efficiencyColumns,
            primaryKey: ["model"], records: runs)
    }

    /// The columns of `efficiency` that fit a page.
    static let brief = [
        "model", "gpu", "training_flops", "gpu_hours_per_billion_tokens", "normalised_gpu_hours_per_billion_tokens",
        "mfu", "mfu_reported", "hfu", "energy", "emissions",
    ]

    private static let efficiencyColumns: [TypedColumn<PublishedRun>] = [
        .string("model", "The run.") { $0.model },
        .string("gpu", "Kind of GPU.") { $0.gpu },
        .integer("gpus", "Number of GPUs.") { $0.gpus },
        .number("parameters", "Parameters in all.") { $0.parameters },
        .number("active_parameters", "Parameters N that a token passes through; all, where nothing else is stated.") {
            $0.computedParameters
        },
        .number("tokens", "Training tokens D.") { $0.tokens },
        .number("training_flops", unit: "FLOP", "6·N·D, without the attention term.") { $0.trainingFLOPs },
        .number(
            "attention_flops", unit: "FLOP",
            "12·L·d·s·D, the attention term; missing without layers, width and context."
        ) { $0.attentionFLOPs },
        .number("flops_reported", unit: "FLOP", "As published.") { $0.reportedFLOPs },
        .string("flops_kind", "model, hardware (recomputation counted) or unstated.") { $0.reportedFLOPsKind },
        .number("gpu_hours", unit: "h", "As published, or derived as gpu_hours_basis says.") { $0.gpuHours },
        .string("gpu_hours_basis", "Where gpu_hours comes from.") { $0.gpuHoursBasis },
        .number("normalised_gpu_hours", unit: "h", "gpu_hours times the peak of the GPU over the reference's.") {
            $0.normalisedGPUHours
        },
        .number("gpu_hours_per_billion_tokens", unit: "h", "gpu_hours/(D/10^9), on the GPU as it was.") {
            $0.gpuHoursPerBillionTokens
        },
        .number(
            "normalised_gpu_hours_per_billion_tokens", unit: "h",
            "The same times the peak of the GPU over the reference's."
        ) { $0.normalisedGPUHoursPerBillionTokens },
        .number("peak", unit: "FLOP/s", "Dense bfloat16 peak of one GPU.") { $0.peak },
        .number("mfu", "Model FLOPs utilisation without attention: 6·N·D/(gpu_hours·3600·peak).") { $0.utilisation },
        .number("mfu_attention", "The same with the attention term.") { $0.utilisationWithAttention },
        .number("mfu_throughput", "6·N·(tokens per second per GPU)/peak: while it ran.") {
            $0.utilisationFromThroughput
        },
        .number("mfu_reported", "As published.") { $0.reportedUtilisation },
        .number(
            "hfu",
            "Hardware FLOPs utilisation, recomputation counted: published hardware FLOPs/(gpu_hours·3600·peak), or a published rate/peak."
        ) { $0.hardwareUtilisation },
        .number("tokens_per_second_per_gpu", unit: "1/s", "As published.") { $0.tokensPerSecondPerGPU },
        .number("mean_tokens_per_second_per_gpu", unit: "1/s", "D/(gpu_hours·3600): over the whole run.") {
            $0.meanTokensPerSecondPerGPU
        },
        .number("wall_days", unit: "d", "As published.") { $0.wallDays },
        .number("energy", unit: "MWh", "As published.") { $0.energy },
        .number("gpu_energy", unit: "MWh", "gpu_hours times the power stated, or else the GPU's design power.") {
            $0.gpuEnergy
        },
        .number("flops_per_joule", unit: "FLOP/J", "training_flops over the published energy.") { $0.flopsPerJoule },
        .number("emissions", unit: "t CO2eq", "As published.") { $0.emissions },
        .number(
            "carbon_intensity", unit: "kg/kWh", "emissions over energy, or over gpu_energy where none is published."
        ) {
            $0.impliedIntensity
        },
        .number("emissions_per_zettaflop", unit: "t", "emissions/(training_flops/10^21).") {
            $0.emissionsPerZettaFLOP
        },
        .number("cost", "gpu_hours times the price in the settings; missing without one.") { $0.cost },
        .number("cost_reported", unit: "USD", "As published.") { $0.reportedCost },
        .string("source", "Where the figures were read.") { $0.source },
        .string("notes", "What is odd about them.") { $0.notes },
    ]

    static func checks(_ records: [CheckRecord]) -> Table {
        let columns: [TypedColumn<CheckRecord>] = [
            .string("model", "The run.") { $0.model },
            .string("check", "What was found.") { $0.check.rawValue },
            .number("value", "The figure in question.") { $0.value },
            .number("low", "The least it should be, or the least of several accounts.") { $0.low },
            .number("high", "The most it should be, or the most of several accounts.") { $0.high },
            .boolean("withheld", "Whether the figure is left out of the rankings.") { !$0.withheld.isEmpty },
            .string("reason", "In words.") { $0.reason },
        ]
        return Table(
            "checks", title: "Published figures that cannot be, that disagree, or that have several accounts.",
            columns: columns, records: records)
    }

    private static let speedupColumns: [TypedColumn<ThroughputRecord>] = [
        .string("model", "The model.") { $0.model },
        .string("gpu", "Kind of GPU.") { $0.gpu },
        .string("scaling", "weak: as many tokens a GPU and step; strong: as many tokens a step.") { $0.scaling },
        .integer("gpus", "Number n of GPUs.") { $0.gpus },
        .integer(
            "reference_gpus", "Number n0 of GPUs that it is compared with: the fewest; missing when there is no other."
        ) {
            $0.reference?.gpus
        },
        .integer("batch_tokens", "Tokens a step.") { $0.batchTokens },
        .number("tokens_per_second", unit: "1/s", "Throughput T(n).") { $0.tokensPerSecond },
        .number("tokens_per_second_per_gpu", unit: "1/s", "T(n)/n.") { $0.tokensPerSecond / Double($0.gpus) },
        .number("speedup", "S = T(n)/T(n0).") { $0.speedup },
        .number("efficiency", "Parallel efficiency S·n0/n.") { $0.efficiency },
        .number("mfu", "6·N·T/(n·peak), without attention.") { $0.utilisation },
        .number("mfu_attention", "(6·N + 12·L·d·s)·T/(n·peak).") { $0.utilisationWithAttention },
        .number("mfu_reported", "As published.") { $0.reportedUtilisation },
        .number("hfu", "mfu_attention, times 4/3 where activations are recomputed.") { $0.hardwareUtilisation },
        .number("hfu_reported", "As published.") { $0.reportedHardwareUtilisation },
    ]

    static func speedup(_ records: [ThroughputRecord]) -> Table {
        Table(
            "speedup", title: "Throughput at several numbers of GPUs.", columns: speedupColumns,
            primaryKey: ["model", "gpu", "scaling", "gpus", "batch_tokens"], records: records)
    }

    /// The columns of `speedup` that fit a page.
    static let briefSpeedup = [
        "model", "scaling", "gpus", "tokens_per_second", "speedup", "efficiency", "mfu_attention", "hfu",
    ]

    static func convergence(_ records: [ConvergenceRecord], _ settings: TrainabilitySettings) -> Table {
        let columns: [TypedColumn<ConvergenceRecord>] = [
            .string("run", "The log.") { $0.run },
            .number("target_loss", unit: "nats/token", "The training loss aimed at.") { $0.target },
            .integer(
                "step",
                "The first step at which the mean loss of the last \(settings.smoothing) steps is at most the target; missing when none is."
            ) { $0.step },
            .integer("tokens", "Tokens seen by then.") { $0.tokens },
            .number("tokens_over_best", "tokens over the fewest that any log took to the same target.") {
                $0.tokensOverBest
            },
            .string("reason", "Why step or tokens are missing.") { $0.reason },
        ]
        return Table(
            "convergence", title: "When the logged runs first reached a loss.", columns: columns,
            primaryKey: ["run", "target_loss"], records: records)
    }

    static func stability(_ records: [StabilityRecord], _ settings: TrainabilitySettings) -> Table {
        let rule =
            "at least \(settings.spikeDeviations) standard deviations away from the mean of the \(settings.spikeWindow) before"
        let columns: [TypedColumn<StabilityRecord>] = [
            .string("run", "The log.") { $0.run },
            .integer("steps", "Logged steps.") { $0.steps },
            .integer("nonfinite", "Losses and gradient norms that are NaN or infinite.") { $0.nonFinite },
            .integer("judged", "Steps that have a whole window before them.") { $0.loss?.judged },
            .integer("loss_spikes", "Judged losses \(rule); missing when none is judged.") { $0.loss?.count },
            .number("loss_spike_rate", "loss_spikes/judged: the spike score.") { $0.loss?.rate },
            .integer("gradient_spikes", "Judged gradient norms \(rule); missing when none is judged or logged.") {
                $0.gradient?.count
            },
            .number("gradient_spike_rate", "gradient_spikes/judged.") { $0.gradient?.rate },
            .integer("first_spike", "Step of the first spike of either; missing when there is none.") { $0.firstSpike },
            .string("reason", "Why spikes are missing.") { $0.reason },
        ]
        return Table(
            "stability", title: "How often losses and gradients jumped.", columns: columns, primaryKey: ["run"],
            records: records)
    }
}
