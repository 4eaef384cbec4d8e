import Base
import Engine
import Reports
import Statistics

/// What transfer between objectives or stages saves: published laws, one's own runs, and the two stages of a training.
///
/// It reads no checkpoint: everything is computed in `report`, from the settings and the tables that `init` checked.
struct Transfer: Experiment {
    static let name = "transfer"
    static let question = "What does transfer from another objective or stage save, by laws, runs and logs?"

    let settings: TransferSettings
    let runs: TransferRuns?
    let stages: StageLosses?
    private let inputs: [JSON]
    let parallel: Parallel

    /// Checks the settings and reads the tables they name.
    /// - Throws: `InputError` for settings without a question, and for tables that hold no answer.
    init(_ settings: TransferSettings, _ context: RunContext) throws {
        self.settings = settings
        parallel = context.parallel
        var inputs: [JSON] = []
        runs = try settings.runs.map { path in
            inputs.append(context.fileFacts(path, of: "runs"))
            return try TransferRuns(try context.table(path, of: "runs"), settings.columns)
        }
        stages = try settings.stages.map { stages in
            for path in stages.files { inputs.append(context.fileFacts(path, of: "stages")) }
            return try StageLosses(stages) { path throws(InputError) in try context.table(path, of: "stages") }
        }
        self.inputs = inputs
    }

    var requests: [any Reduction] { [] }

    /// The pairs with their laws.
    var pairs: [StatedPair] {
        settings.pairs.compactMap { pair in
            guard let scratch = settings.laws.first(where: { $0.name == pair.scratch }),
                let transfer = settings.laws.first(where: { $0.name == pair.transfer })
            else { return nil }
            return StatedPair(name: pair.name, scratch: scratch, transfer: transfer)
        }
    }

    func report(_ results: ReductionResults) throws -> Report {
        let own = try runs.map { try OwnPair.fits($0, settings, parallel) } ?? []
        let savings = try stages.map { try StageSaving.all($0, settings, parallel) } ?? []
        let all = [
            lawsTable, lossesTable, pairsTable, equivalentTable, allocationTable, transferredTable, budgetsTable,
            ownLawsTable(own), ownPairsTable(own), ownRunsTable(own), ownCurvesTable(own), stagesTable(savings),
        ]
        // A question that was not asked leaves no empty table.
        let tables = all.filter { !$0.rows.isEmpty }
        guard !tables.isEmpty else { throw InputError("the settings ask for no value; set compute, models or cases") }
        return Report(
            tables: tables, readable: tables.compactMap(readable),
            findings: runs?.findings ?? [], inputs: .array(inputs))
    }

    /// What of a table fits a page; `nil` for those that are for programs.
    private func readable(_ table: Table) -> TableView? {
        switch table.name {
        case "losses", "pairs", "transferred_tokens", "own_pairs": table.view()
        case "stages":
            table.view(["domain", "run", "loss", "stage1_loss", "saved_loss", "equivalent_tokens", "saved_tokens"])
        default: nil
        }
    }
}
