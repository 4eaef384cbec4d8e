import Checkpoints
import Engine
import Reports
import Settings
import Tensors

@testable import Experiments

/// How large the weights of each checkpoint are.
struct Magnitudes: Experiment {
    /// What `experiments/magnitudes.yaml` may say.
    struct Settings: ExperimentSettings {
        @SettingGroup var input: SeriesInput
    }

    static let name = "magnitudes"
    static let question = "How large are the weights of each checkpoint?"
    static var tables: [Table] { [table([])] }

    let contents: SeriesContents
    var requests: [any Request] { contents.requests }

    init(_ settings: Settings, _ context: RunContext) throws {
        contents = try SeriesContents(opening: settings.input, in: context)
    }

    func report(_ results: ReductionResults) throws -> Report {
        let table = Magnitudes.table(
            try contents.standing(results).map { (contents.series.checkpoints[$0], contents.sums(of: $0, results)) })
        return Report(tables: [table], readable: [table.view()], inputs: contents.facts(results))
    }

    private static func table(_ rows: [(Checkpoint, TensorSums)]) -> Table {
        let columns: [TypedColumn<TensorSums>] = [
            .integer("elements", "Number n of floating-point elements.") { $0.count },
            .number("rms", "√(Σx²/n); missing when n = 0 or an element is not finite.") {
                ($0.squareSum / Double($0.count)).squareRoot()
            },
        ]
        return Table(
            "magnitudes", title: "Size of the weights, a row a checkpoint.",
            columns: checkpointColumns.map { $0.of(\.0) } + columns.map { $0.of(\.1) }, primaryKey: ["revision"],
            records: rows)
    }
}
