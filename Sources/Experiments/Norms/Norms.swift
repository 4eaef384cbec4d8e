import Checkpoints
import Engine
import Reports
import Settings
import Tensors

/// What `experiments/norms.yaml` may say.
struct NormsSettings: ExperimentSettings {
    @SettingGroup var input: SeriesInput
    @Setting("Standard deviations from its tensor's mean beyond which a weight is an outlier.", .above(0))
    var outlierThreshold = 6.0
    @Setting(
        "Optimiser steps of stage 1 until the learning rate is warmed up: growth is measured from there.", .atLeast(0))
    var warmupSteps = 0
    @SettingGroup var integrity: IntegritySettings
}

/// How large the weights of each checkpoint are, how they are distributed, and how they grow.
struct Norms: Experiment {
    static let name = "norms"
    static let question = "How large are the weights, how are they distributed, and how do they grow?"
    static var tables: [Table] {
        let norms = table([], NormsSettings())
        return [summary(of: norms).table, norms, NormGrowth.table([]), integrityTable()]
    }

    private let settings: NormsSettings
    private let contents: SeriesContents
    private let moments: SeriesMoments

    /// Opens the series.
    /// - Throws: `InputError` when there is nothing to read.
    init(_ settings: NormsSettings, _ context: RunContext) throws {
        self.settings = settings
        contents = try SeriesContents(
            opening: settings.input, in: context, fingerprints: settings.integrity.fingerprints)
        moments = SeriesMoments(contents, outlierThreshold: settings.outlierThreshold)
    }

    var requests: [any Request] { contents.requests as [any Request] + moments.requests }

    func followUps(_ results: ReductionResults) -> [any Request] { moments.recounts(results) }

    func report(_ results: ReductionResults) throws -> Report {
        // An aggregate over some of a checkpoint's tensors would pass for one over all.
        let standing = try contents.standing(results) { checkpoint in
            contents.tensors(of: checkpoint).allSatisfy { moments.weights(checkpoint, $0, results) != nil }
        }
        let integrity = try contents.integrity(results, strict: settings.integrity.strict)
        let records = standing.flatMap { index in
            contents.parts(
                // A tied head that is stored is no weight of its own.
                of: index, { contents.isTiedCopy(index, $0, results) ? nil : moments.weights(index, $0, results) },
                adding: { $0.add($1) }
            ).map {
                NormsRecord(checkpoint: contents.series.checkpoints[index], part: $0.part, weights: $0.value)
            }
        }
        let norms = Norms.table(records, settings)
        let growth = NormGrowth.table(NormGrowth.of(records, warmup: settings.warmupSteps))
        return Report(
            tables: [norms, growth, integrityTable(integrity)],
            readable: [Norms.summary(of: norms), growth.view(NormGrowth.brief)],
            findings: integrity.findings.map(\.message) + contents.coverageFindings, inputs: contents.facts(results))
    }

    private static func table(_ records: [NormsRecord], _ settings: NormsSettings) -> Table {
        Table(
            "norms", title: "Size and distribution of the weights, a row for each checkpoint and part of the model.",
            columns: checkpointColumns.map { $0.of(\.checkpoint) } + partColumns.map { $0.of(\.part) }
                + NormsRecord.columns(settings.outlierThreshold),
            primaryKey: ["revision", "level", "name"], records: records)
    }

    /// The columns of the model's rows that fit a page; a share below 1 belongs beside the numbers that it is about.
    private static func summary(of norms: Table) -> TableView {
        let isWhole = norms.records.allSatisfy { ($0.number("coverage") ?? 1) == 1 }
        return norms.view(
            ["revision"] + (isWhole ? [] : ["coverage"]) + [
                "l2", "rms", "max_abs", "std", "skewness", "excess_kurtosis", "outliers",
            ], as: "summary",
            title: "Size and distribution of all weights, a row a checkpoint."
        ) { $0.text("level") == "model" }
    }
}

/// One row of `norms`.
struct NormsRecord: Sendable {
    let checkpoint: Checkpoint
    let part: ModelPart
    let weights: WeightDistribution

    fileprivate static func columns(_ outlierThreshold: Double) -> [TypedColumn<NormsRecord>] {
        [
            .integer("elements", "Number n of elements x.") { $0.weights.count },
            .number(
                "coverage",
                "Share of the weights that have statistics: of the elements stored, without what is no weight; of the model."
            ) { $0.part.scope == .model ? $0.checkpoint.coverage.share : nil },
        ] + distribution(outlierThreshold).map { $0.of(\.weights) }
    }

    private static func distribution(_ outlierThreshold: Double) -> [TypedColumn<WeightDistribution>] {
        [
            .number("l1", "‖x‖₁ = Σ|x|.") { $0.l1 },
            .number("l2", "‖x‖₂ = √Σx², of a matrix the Frobenius norm.") { $0.l2 },
            .number("rms", "√(Σx²/n).") { $0.rms },
            .number("max_abs", "max|x|.") { $0.maximumMagnitude },
            .number("minimum", "min x; of gains, the smallest of a channel.") { $0.minimum },
            .number("maximum", "max x; of gains, the largest of a channel.") { $0.maximum },
            .number("mean", "μ = Σx/n.") { $0.mean },
            .number("std", "σ = √(Σ(x−μ)²/n), of the elements as a whole population.") { $0.standardDeviation },
            .number("skewness", "Σ(x−μ)³/(nσ³); missing when all elements are equal.") { $0.skewness },
            .number(
                "excess_kurtosis",
                "Σ(x−μ)⁴/(nσ⁴) − 3, 0 for a normal distribution; missing when all elements are equal."
            ) { $0.excessKurtosis },
            .number("zeros", "Fraction of elements that are +0 or −0.") { $0.zeros },
            .number(
                "denormals", "Fraction of elements that are not 0 and below the smallest normal number of their type."
            ) { $0.denormals },
            .integer("nonfinite", "Elements that are NaN or infinite; when there are any, only counts are given.") {
                $0.nonFiniteCount
            },
            .number(
                "outliers",
                "Fraction of elements with |x−μ| > \(outlierThreshold)σ, μ and σ being those of their own tensor."
            ) { $0.outliers },
            .number(
                "row_norm_min", "The smallest ‖row‖₂ of a matrix, or of all matrices there; missing without one."
            ) { $0.rowNorms.smallest },
            .number("row_norm_max", "The largest ‖row‖₂.") { $0.rowNorms.largest },
            .number("column_norm_min", "The smallest ‖column‖₂.") { $0.columnNorms.smallest },
            .number("column_norm_max", "The largest ‖column‖₂.") { $0.columnNorms.largest },
        ]
    }
}
