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
    let threads: Threads

    /// Checks the settings and reads the tables they name.
    /// - Throws: `InputError` for settings without a question, and for tables that hold no answer.
    init(_ settings: TransferSettings, _ context: RunContext) throws {
        self.settings = settings
        threads = context.threads
        var inputs: [JSON] = []
        runs = try settings.runs.map { path in
            inputs.append(try context.fileFacts(path, of: "runs"))
            return try TransferRuns(try context.table(path, of: "runs"), settings.columns)
        }
        stages = try settings.stages.map { stages in
            for path in stages.files { inputs.append(try context.fileFacts(path, of: "stages")) }
            return try StageLosses(stages) { path throws(InputError) in try context.table(path, of: "stages") }
        }
        self.inputs = inputs
    }

    var requests: [any Request] { [] }

    static var tables: [Table] { tables(TransferSettings(), [], []) }

    private static func tables(_ settings: TransferSettings, _ own: [OwnPair], _ savings: [StageSaving]) -> [Table] {
        [
            lawsTable(settings), lossesTable(settings), pairsTable(settings), equivalentTable(settings),
            allocationTable(settings), transferredTable(settings), budgetsTable(settings), ownLawsTable(own),
            ownPairsTable(own), ownRunsTable(own), ownCurvesTable(own), stagesTable(savings),
        ]
    }

    func report(_ results: ReductionResults) throws -> Report {
        let own = try runs.map { try OwnPair.fits($0, settings, threads) } ?? []
        let savings = try stages.map { try StageSaving.all($0, settings, threads) } ?? []
        // A question that was not asked leaves no empty table.
        let tables = Transfer.tables(settings, own, savings).filter { !$0.rows.isEmpty }
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
