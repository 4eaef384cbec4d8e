import Checkpoints
import Engine
import Reports
import Tensors

extension Norms {
    static var tables: [Table] {
        [
            summaryTable([], NormsSettings()), normsTable([], NormsSettings()), growthTable([], NormGrowth.columns),
            integrityTable(),
        ]
    }

    func report(_ results: ReductionResults) throws -> Report {
        // An aggregate over some of a checkpoint's tensors would pass for one over all.
        let standing = series.checkpoints.indices.filter { place in
            contents.tensors(of: place).allSatisfy { metrics(place, $0, results) != nil }
        }
        guard !standing.isEmpty else {
            throw InputError(results.failures.sorted { $0.key < $1.key }.map(\.value.description))
        }
        let integrity = try contents.integrity(results, strict: settings.integrity.strict)
        let records = standing.flatMap { self.records($0, results) }
        let norms = Norms.normsTable(records, settings)
        let growth = self.growth(records, standing)
        return Report(
            tables: [norms, Norms.growthTable(growth, NormGrowth.columns), integrityTable(integrity)],
            readable: [
                Norms.summaryTable(records, settings),
                Norms.growthTable(growth, NormGrowth.columns.filter { NormGrowth.brief.contains($0.column.name) }),
            ],
            findings: integrity.findings.map(\.message) + contents.coverageFindings, inputs: contents.facts(results))
    }

    private static func normsTable(_ records: [NormsRecord], _ settings: NormsSettings) -> Table {
        Table(
            "norms", title: "Size and distribution of the weights, a row for each checkpoint and part of the model.",
            columns: NormsRecord.columns(outlierThreshold: settings.outlierThreshold),
            primaryKey: ["revision", "level", "name"], records: records)
    }

    private static func growthTable(_ growth: [NormGrowth], _ columns: [TypedColumn<NormGrowth>]) -> Table {
        Table(
            "norm_growth", title: "How the L2 norm grows after the warm-up, along stage 1.", columns: columns,
            primaryKey: ["level", "name"], records: growth)
    }

    /// The columns of the model's rows that fit a page.
    private static func summaryTable(_ records: [NormsRecord], _ settings: NormsSettings) -> Table {
        let isWhole = records.allSatisfy(\.coverage.isWhole)
        // A share below 1 belongs beside the numbers that it is about.
        let wanted =
            ["revision"] + (isWhole ? [] : ["coverage"])
            + ["l2", "rms", "max_abs", "std", "skewness", "excess_kurtosis", "outliers"]
        let all = NormsRecord.columns(outlierThreshold: settings.outlierThreshold)
        return Table(
            "summary", title: "Size and distribution of all weights, a row a checkpoint.",
            columns: wanted.compactMap { name in all.first { $0.column.name == name } }, primaryKey: ["revision"],
            records: records.filter { $0.scope == .model })
    }

    /// The rows of a checkpoint: model, modules, layers, tensors.
    private func records(_ place: Int, _ results: ReductionResults) -> [NormsRecord] {
        let checkpoint = series.checkpoints[place]
        var records: [Scope: NormsRecord] = [:]
        for tensor in contents.tensors(of: place) {
            guard !contents.isTiedCopy(place, tensor, results), let metrics = metrics(place, tensor, results) else {
                continue
            }
            let info = checkpoint.tensors[tensor]
            for scope in Scope.containing(info.name) {
                if records[scope] == nil {
                    records[scope] = NormsRecord(
                        label: checkpoint.label, revision: checkpoint.revision, scope: scope,
                        tensor: scope.level == "tensor" ? info : nil, coverage: checkpoint.coverage, metrics: metrics)
                } else {
                    records[scope]?.metrics.add(metrics)
                }
            }
        }
        return records.values.sorted { $0.scope.rank < $1.scope.rank }
    }
}

/// One row of `norms`.
struct NormsRecord: Sendable {
    let label: String
    let revision: Revision
    let scope: Scope
    /// What the manifest tells of it, for a tensor.
    let tensor: TensorInfo?
    /// Of the checkpoint as a whole.
    let coverage: WeightCoverage
    var metrics: NormsMetrics

    static func columns(outlierThreshold: Double) -> [TypedColumn<NormsRecord>] {
        place + size + distribution(outlierThreshold: outlierThreshold) + axes
    }

    private static let place: [TypedColumn<NormsRecord>] =
        [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of(\.revision) } + [
            .string("level", "What the row is about: 'model', 'module', 'layer' or 'tensor'.") { $0.scope.level },
            .string("name", "Which one: a module's role, a block's index ('none' outside the blocks), a tensor's name.")
            {
                $0.scope.name
            },
            .string("layer", "Index of the tensor's block; 'none' outside the blocks, missing above tensors.") {
                $0.tensor.flatMap { Scope.layer(of: $0.name) }
            },
            .string("module", "Role of the tensor; missing above tensors.") {
                $0.tensor.flatMap { Scope.module(of: $0.name) }
            },
            .string("shape", "Extents of the tensor, slowest first; empty for a scalar.") {
                $0.tensor.map { $0.shape.map(String.init).joined(separator: "x") }
            },
            .string("dtype", "Element type of the tensor.") { $0.tensor?.elementType.rawValue },
        ]

    private static let size: [TypedColumn<NormsRecord>] = [
        .integer("elements", "Number n of elements x.") { $0.metrics.count },
        .number(
            "coverage",
            "Share of the weights that have statistics: of the elements stored, without what is no weight; of the model."
        ) { $0.scope == .model ? $0.coverage.share : nil },
        .number("l1", "‖x‖₁ = Σ|x|.") { $0.metrics.l1 },
        .number("l2", "‖x‖₂ = √Σx², of a matrix the Frobenius norm.") { $0.metrics.l2 },
        .number("rms", "√(Σx²/n).") { $0.metrics.rms },
        .number("max_abs", "max|x|.") { $0.metrics.maximumMagnitude },
        .number("minimum", "min x; of gains, the smallest of a channel.") { $0.metrics.minimum },
        .number("maximum", "max x; of gains, the largest of a channel.") { $0.metrics.maximum },
    ]

    private static func distribution(outlierThreshold: Double) -> [TypedColumn<NormsRecord>] {
        [
            .number("mean", "μ = Σx/n.") { $0.metrics.mean },
            .number("std", "σ = √(Σ(x−μ)²/n), of the elements as a whole population.") {
                $0.metrics.standardDeviation
            },
            .number("skewness", "Σ(x−μ)³/(nσ³); missing when all elements are equal.") { $0.metrics.skewness },
            .number(
                "excess_kurtosis",
                "Σ(x−μ)⁴/(nσ⁴) − 3, 0 for a normal distribution; missing when all elements are equal."
            ) { $0.metrics.excessKurtosis },
            .number("zeros", "Fraction of elements that are +0 or −0.") { $0.metrics.zeros },
            .number(
                "denormals", "Fraction of elements that are not 0 and below the smallest normal number of their type."
            ) {
                $0.metrics.denormals
            },
            .integer("nonfinite", "Elements that are NaN or infinite; when there are any, only counts are given.") {
                $0.metrics.nonFiniteCount
            },
            .number(
                "outliers",
                "Fraction of elements with |x−μ| > \(outlierThreshold)σ, μ and σ being those of their own tensor."
            ) { $0.metrics.outliers },
        ]
    }

    private static let axes: [TypedColumn<NormsRecord>] = [
        .number("row_norm_min", "The smallest ‖row‖₂ of a matrix, or of all matrices there; missing without one.") {
            $0.metrics.rowNorms.smallest
        },
        .number("row_norm_max", "The largest ‖row‖₂.") { $0.metrics.rowNorms.largest },
        .number("column_norm_min", "The smallest ‖column‖₂.") { $0.metrics.columnNorms.smallest },
        .number("column_norm_max", "The largest ‖column‖₂.") { $0.metrics.columnNorms.largest },
    ]
}
