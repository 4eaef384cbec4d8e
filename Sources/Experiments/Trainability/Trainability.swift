import Base
import Engine
import Foundation
import Reports
import Settings

/// How easy models are to train: what published runs took, how well they used their hardware, how fast and how smoothly
/// training logs come down.
struct Trainability: Experiment {
    static let name = "trainability"
    static let question =
        "How easy are models to train: what does it take, how well is hardware used, how smooth is it?"
    static let inputsName = "inputs"

    let settings: TrainabilitySettings
    let runs: [PublishedRun]
    let accounts: [Account]
    let throughputs: [ThroughputRecord]
    let logs: [TrainingLog]
    private let gpus: [String]
    private let inputs: [JSON]

    /// Reads the tables and logs.
    /// - Throws: `InputError` for the first that cannot be used, or a setting that makes no sense.
    init(_ settings: TrainabilitySettings, _ context: RunContext) throws {
        self.settings = settings
        var inputs: [JSON] = []
        func read(_ path: String?, _ setting: String, _ columns: [String], _ required: [String]) throws(InputError)
            -> InputTable?
        {
            guard let path else { return nil }
            let table = try InputTable(path, in: context, of: setting, columns: columns, required: required)
            inputs.append(table.facts)
            return table
        }

        let gpus = try read(settings.gpus, "gpus", GPU.columns, ["gpu", "peak_tflops"]).map(GPU.read) ?? [:]
        let referencePeak = gpus[settings.referenceGPU]?.peak
        if settings.runs != nil, referencePeak == nil {
            throw InputError(
                "the reference_gpu '\(settings.referenceGPU)' is not in the table of GPUs; it has "
                    + "\(gpus.isEmpty ? "none" : gpus.filter { $0.value.peak != nil }.keys.sorted().joined(separator: ", "))"
            )
        }
        for (name, _) in settings.prices.sorted(by: { $0.key < $1.key }) where gpus[name] == nil {
            let near = nearest(to: name, among: gpus.keys.sorted()).map { "; did you mean '\($0)'?" }
            throw InputError("prices: '\(name)' is not in the table of GPUs\(near ?? "")")
        }
        var runs: [PublishedRun] = []
        if let table = try read(settings.runs, "runs", PublishedRun.columns, PublishedRun.required) {
            for row in table.rows {
                let run = try PublishedRun(
                    table, row, gpus: gpus, referencePeak: referencePeak, prices: settings.prices)
                if runs.contains(where: { $0.model == run.model }) {
                    throw table.failure(row, "model", "there are two rows for '\(run.model)'")
                }
                runs.append(run)
            }
        }
        self.runs = runs
        self.gpus = gpus.keys.sorted()
        accounts =
            try read(settings.accounts, "accounts", Account.columns, ["model", "quantity", "value", "account"])
            .map { table throws(InputError) in try Account.read(table, models: Set(runs.map(\.model))) } ?? []
        throughputs =
            try read(settings.throughput, "throughput", ThroughputRecord.columns, ThroughputRecord.required)
            .map { table throws(InputError) in try ThroughputRecord.read(table, gpus: gpus) } ?? []
        let paths = try settings.logs.flatMap { try Trainability.logPaths($0, context) }
        logs = try paths.map { path in
            try TrainingLog(
                path, in: context, columns: settings.logColumns, vocabulary: settings.vocabulary)
        }
        inputs += try paths.map { try context.fileFacts($0, of: "logs") }
        guard !(runs.isEmpty && throughputs.isEmpty && logs.isEmpty) else {
            throw InputError("there is nothing to look at; name a table under runs or throughput, or logs")
        }
        self.inputs = inputs
    }

    static var tables: [Table] {
        let settings = TrainabilitySettings()
        return [
            TrainabilityTables.rankings([]), TrainabilityTables.efficiency([]), TrainabilityTables.checks([]),
            TrainabilityTables.speedup([]), TrainabilityTables.convergence([], settings),
            TrainabilityTables.stability([], settings),
        ]
    }

    var requests: [any Request] { [] }

    func report(_ results: ReductionResults) throws -> Report {
        let checks = TrainingChecks(limits: settings.limits, gpus: gpus).records(runs, accounts, throughputs)
        var withheld: [String: [RankingMetric]] = [:]
        for check in checks { withheld[check.model, default: []] += check.withheld }
        let rankings = [("size", settings.rankings.size), ("system", settings.rankings.system)].flatMap {
            name, chosen in
            Ranking(name: name, weights: chosen.weights, weightings: settings.weightings, seed: settings.seed)
                .records(runs, withheld: withheld)
        }
        var tables: [Table] = []
        var readable: [TableView] = []
        if !runs.isEmpty {
            tables += [TrainabilityTables.rankings(rankings), TrainabilityTables.efficiency(runs)]
            readable += [
                tables[0].view { $0.integer("rank") != nil },
                // Runs that have any of these columns.
                tables[1].view(TrainabilityTables.brief) {
                    $0.number("gpu_hours") != nil || $0.number("energy") != nil
                },
            ]
        }
        if !(runs.isEmpty && checks.isEmpty) {
            let table = TrainabilityTables.checks(checks)
            tables.append(table)
            readable.append(table.view())
        }
        if !throughputs.isEmpty {
            let table = TrainabilityTables.speedup(throughputs)
            tables.append(table)
            readable.append(table.view(TrainabilityTables.briefSpeedup))
        }
        if !logs.isEmpty {
            let table = TrainabilityTables.stability(stability, settings)
            tables += [TrainabilityTables.convergence(convergence, settings), table]
            readable += tables.suffix(2).map { $0.view() }
        }
        return Report(
            tables: tables, readable: readable,
            // Others' figures are shown as they are; a name that fits no GPU is a slip in the input.
            findings: checks.filter { settings.strict || $0.check == .gpuUnknown }.map { "\($0.model): \($0.reason)" }
                + logs.flatMap(\.findings),
            inputs: .array(inputs))
    }

    private var stability: [StabilityRecord] {
        logs.map { StabilityRecord($0, window: settings.spikeWindow, deviations: settings.spikeDeviations) }
    }

    private var convergence: [ConvergenceRecord] {
        settings.targetLosses.flatMap { target in
            var records = logs.map { ConvergenceRecord($0, target: target, smoothing: settings.smoothing) }
            if let best = records.compactMap(\.tokens).min(), best > 0 {
                for index in records.indices {
                    records[index].tokensOverBest = records[index].tokens.map { Double($0) / Double(best) }
                }
            }
            return records
        }
    }

    /// A folder stands for the CSV files in it.
    private static func logPaths(_ entry: String, _ context: RunContext) throws(InputError) -> [String] {
        let found = context.resolve(entry, of: "logs")
        guard isDirectory(found) else { return [entry] }
        let names: [String]
        do throws(FileReadingError) {
            names = try folderNames(found).filter { $0.hasSuffix(".csv") && !$0.hasPrefix(".") }
        } catch {
            throw InputError(
                ["cannot list the folder of logs '\(entry)': \(error.reason)"],
                isMachineFailure: error.kind == .machine)
        }
        guard !names.isEmpty else { throw InputError("the folder of logs '\(entry)' holds no .csv file") }
        return names.map { "\(entry)/\($0)" }
    }
}
