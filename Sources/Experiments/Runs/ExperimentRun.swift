import Base
import Checkpoints
import Engine
import Foundation
import Reports
import Results
import Settings
import Tensors

/// One run of one or several experiments: their plans are merged, each byte is read once, and each leaves its folder.
package struct ExperimentRun: Sendable {
    /// What to run, and how.
    package struct Options: Sendable {
        /// Names of experiments.
        package var names: [String]
        /// The settings file, for a single experiment; `nil` takes `experiments/NAME.yaml`.
        package var settingsFile: String?
        /// What `--set` says, and `--from` and `--to`.
        package var overrides: [SettingsOverride] = []
        /// The two checkpoints of a pair, as typed: they name the results' folder when `output` does not.
        package var pair: (from: String, to: String)?
        /// The results' folder; `nil` takes `results/NAME`, or `results/NAME/FROM--TO` for a pair.
        package var output: String?
        /// Where summaries are journalled; `nil` takes `.journal` beside the results.
        package var journal: String?
        /// Threads to work on.
        package var jobs: Int
        /// Which share of the work to do: it is journalled, and no results are written; `nil` for all, with results.
        package var share: Share?
        /// How wide figures are printed; `nil` for no figures.
        package var figureWidth: GnuplotScript.Width? = .one
        /// How checkpoints are read.
        package var readOptions = ReadOptions()

        /// Runs these experiments with their default settings on `jobs` threads.
        package init(names: [String], jobs: Int) {
            self.names = names
            self.jobs = jobs
        }
    }

    /// What a run did.
    package struct Outcome: Sendable {
        /// The files written, in order.
        package let paths: [String]
        /// What to read first: a table of each experiment, with the file that has all of it.
        package let headlines: [(table: Table, path: String)]
        /// The answers to the experiments' questions, in sentences.
        package let answers: [(experiment: String, sentences: [Sentence])]
        /// Figures that could not be drawn, one line each: the run is done all the same.
        package let undrawn: [String]
        /// Findings about the input.
        package let findings: [String]
        /// What was taken for what, one line each, where nothing is wrong.
        package let notes: [String]
        /// Experiments that the input gives no answer to, while it does to others.
        package let unanswered: [(experiment: String, error: InputError)]
        /// Checkpoints that were left out because they could not be read.
        package let refused: [CheckpointError]
        /// What was taken for finished work and is done again, one line each: files that only looked as an earlier run left
        /// them, and damaged lines of the journal.
        package let rewritten: [String]
        /// Bytes read from tensors' storage.
        package let bytesRead: Int
        /// Whether checkpoints are read, and not tables alone.
        package let hasCheckpoints: Bool
        /// Bytes read besides, to recognise files.
        package let bytesSampled: Int
        /// Of a share: the pieces of work in it, and in the whole plan.
        package let pieceCounts: (own: Int, all: Int)?
    }

    let options: Options
    private let experiments: [any Experiment.Type]

    /// Checks the names.
    /// - Throws: `SettingsError` for an experiment that does not exist, and when none is named.
    package init(_ options: Options) throws(SettingsError) { try self.init(options, among: Registry.experiments) }

    /// Checks the names against other experiments than those of the registry.
    init(_ options: Options, among all: [any Experiment.Type]) throws(SettingsError) {
        self.options = options
        let known = all.map { $0.name }
        guard !options.names.isEmpty else {
            throw SettingsError(
                .option("run"), "no experiment is named; there are \(known.joined(separator: ", "))")
        }
        var experiments: [any Experiment.Type] = []
        for name in options.names {
            guard let experiment = all.first(where: { $0.name == name }) else {
                let near = nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                throw SettingsError(
                    .option("run \(name)"),
                    "there is no experiment '\(name)'; \(near ?? "there are \(known.joined(separator: ", "))")")
            }
            experiments.append(experiment)
        }
        self.experiments = experiments
    }

    /// What `run` would do, without reading a tensor and without writing anything.
    package func plan(progress: @escaping @Sendable (RunProgress) -> Void = { _ in }) throws -> RunPlan {
        let journal = try Journal(directory: journalFolder)
        let (prepared, unanswered, context) = try prepareAll(journal, progress)
        for item in prepared { try item.checkFolder() }
        let engine = RequestEngine(context.checkpoints, jobs: options.jobs, journal: journal)
        let requests = prepared.flatMap { $0.experiment.requests as [any Request] }
        let part = options.share.map { engine.part($0, of: requests).requests }
        return RunPlan(
            parts: prepared.map { ($0.name, $0.source, $0.folder) },
            checkpoints: (options.pair == nil
                ? context.checkpoints.sorted { $0.revision < $1.revision } : context.checkpoints).map {
                    ($0.label, $0.tensors.reduce(0) { $0 + $1.storedByteCount })
                },
            notes: prepared.flatMap(\.notes).distinct, unanswered: unanswered, refused: context.refused,
            outlook: engine.outlook(of: part ?? requests), journal: journalFolder,
            jobs: options.jobs)
    }

    /// Runs. Everything that can fail without reading fails first; nothing is written before all is computed.
    package func run(progress: @escaping @Sendable (RunProgress) -> Void = { _ in }) throws -> Outcome {
        let started = Date()
        let journal = try Journal(directory: journalFolder)
        var (prepared, unanswered, context) = try prepareAll(journal, progress)
        // First the lock, then the look: another experiment's results may be on their way into the folder.
        // A share writes no results.
        if options.share == nil {
            for item in prepared { try item.reserveFolder() }
            for item in prepared { try item.checkFolder() }
        }
        try context.journalContents()

        let engine = RequestEngine(context.checkpoints, jobs: options.jobs, journal: journal, progress: progress)
        let plan = prepared.flatMap { $0.experiment.requests as [any Request] }
        let part = options.share.map { engine.part($0, of: plan) }
        var results = try engine.run(part?.requests ?? plan)
        results = try engine.run(prepared.flatMap { [results] in $0.experiment.followUps(results) }, after: results)
        let refused = context.refused + results.refusals
        let bytesRead = context.checkpoints.reduce(0) { $0 + ($1.reader?.bytesRead ?? 0) }

        guard part == nil else {
            return Outcome(
                paths: [], headlines: [], answers: [], undrawn: [], findings: [], notes: [], unanswered: unanswered,
                refused: refused, rewritten: journal.notices + context.rewritten, bytesRead: bytesRead,
                hasCheckpoints: !context.checkpoints.isEmpty, bytesSampled: context.sampledBytes,
                pieceCounts: part?.pieceCounts)
        }

        var reports: [Report] = []
        for item in prepared {
            progress(RunProgress("tables of \(item.name)"))
            do {
                reports.append(try item.report(results))
            } catch let error as InputError where experiments.count > 1 && !error.isMachineFailure {
                unanswered.append((item.name, error))
            }
        }
        prepared.removeAll { item in unanswered.contains { $0.experiment == item.name } }
        guard !prepared.isEmpty else { throw ExperimentRun.combined(unanswered) }
        var (paths, undrawn): ([String], [String]) = ([], [])
        for (item, report) in zip(prepared, reports) {
            let machine = MachineRecord(
                started: started, jobs: options.jobs, bytesRead: bytesRead, bytesSampled: context.sampledBytes)
            progress(RunProgress("figures of \(item.name)"))
            let written = try item.write(report, refused: refused, machine: machine, figureWidth: options.figureWidth)
            paths += written.paths
            undrawn += written.undrawn
        }
        for index in Set(prepared.compactMap { ResultsIndex(besides: $0.folder) }) { paths.append(try index.write()) }
        let headlines = zip(prepared, reports).compactMap { item, report in
            report.readable.first.map {
                (table: $0.table, path: "\(item.folder)/\(MarkdownWriter().fileName($0.table))")
            }
        }
        let answers = zip(prepared, reports).map { (experiment: $0.name, sentences: $1.answer) }
        return Outcome(
            paths: paths, headlines: headlines, answers: answers, undrawn: undrawn,
            // Several experiments may say the same of a series they share.
            findings: reports.flatMap(\.findings).distinct, notes: prepared.flatMap(\.notes).distinct,
            unanswered: unanswered, refused: refused,
            rewritten: journal.notices + context.rewritten,
            bytesRead: bytesRead, hasCheckpoints: !context.checkpoints.isEmpty, bytesSampled: context.sampledBytes,
            pieceCounts: nil)
    }

    /// Looks at the settings and the checkpoints and plans, without reading a tensor or writing anything.
    private func prepareAll(
        _ journal: Journal, _ progress: @escaping @Sendable (RunProgress) -> Void
    ) throws -> (prepared: [Prepared], unanswered: [(experiment: String, error: InputError)], context: RunContext) {
        let context = RunContext(
            jobs: options.jobs, settings: RunContext.SettingsPlace(folder: ""), journal: journal,
            readOptions: options.readOptions, progress: progress)
        var prepared: [Prepared] = []
        var unanswered: [(experiment: String, error: InputError)] = []
        for experiment in experiments {
            do {
                prepared.append(try prepare(experiment, context))
            } catch let error as InputError where experiments.count > 1 && !error.isMachineFailure {
                unanswered.append((experiment.name, error))
            }
        }
        guard !prepared.isEmpty else { throw ExperimentRun.combined(unanswered) }
        return (prepared, unanswered, context)
    }

    private func prepare<E: Experiment>(_ type: E.Type, _ context: RunContext) throws -> Prepared {
        let source = SettingsSource(named: options.settingsFile, experiment: E.name)
        let overrides = try overrides(for: type)
        let settings = try source.load(E.Settings.self, of: E.name, overrides: overrides)
        guard settings.problems.isEmpty else { throw InputError(settings.problems) }
        // Its own: what opening finds is told of the experiment that opens, whatever others have opened before.
        let context = context.forExperiment(
            RunContext.SettingsPlace(
                folder: source.folder, stated: Set(overrides.map(\.name)), isBuiltIn: source == .builtIn))
        let experiment: E
        do {
            experiment = try E(settings, context)
        } catch let error as InputError {
            if let problem = absentDefaults(of: type, context) { throw InputError(problem) }
            // What is missing, or was found on the way, may be why there is nothing to do.
            let known = (context.refused.map(\.description) + context.findings).filter { !error.problems.contains($0) }
            throw InputError(known + error.problems, isMachineFailure: error.isMachineFailure)
        }
        return Prepared(
            experiment: experiment, settings: settings.canonicalJSON, source: source.name(of: E.name),
            folder: try outputFolder(E.name), findings: context.findings, notes: context.notes)
    }

    /// One error of those of several experiments.
    private static func combined(_ unanswered: [(experiment: String, error: InputError)]) -> InputError {
        InputError(unanswered.flatMap { name, error in error.problems.map { "\(name): \($0)" } })
    }

    /// What is to be said when only the project's folder has what built-in settings name; `nil` where that is not why.
    private func absentDefaults<E: Experiment>(of type: E.Type, _ context: RunContext) -> String? {
        let paths = context.absentDefaults
        guard let first = paths.first else { return nil }
        let names = Set(E.Settings.descriptions.map(\.name))
        let own =
            names.contains("probe_set.file") && paths.allSatisfy { $0.hasSuffix(".h5") }
            ? "name a probe set of yours with --set probe_set.file=FILE (tools/make-probe-set.py makes one)"
            : names.contains("series")
                ? "name checkpoints of yours with --from and --to or --set series=[DIR or FILE, ...]"
                : "name files of yours with --set, which 'dynamics describe \(E.name)' lists"
        return
            "\(paths.count == 1 ? "there is no \(first)" : "there are no \(paths.joined(separator: ", "))") here, which "
            + "the built-in settings of \(E.name) name: it lies in the project's 'experiments' folder; \(own), or write a "
            + "settings file with 'dynamics init \(E.name)'"
    }

    /// The overrides that hold for an experiment. `drift.moved_threshold=...` is drift's alone, where it is among those
    /// that are run; without its name a setting is that of all of them.
    private func overrides<E: Experiment>(for type: E.Type) throws(SettingsError) -> [SettingsOverride] {
        let known = Set(E.Settings.descriptions.map { $0.name.prefix { $0 != "." && $0 != "[" } }.map(String.init))
        var found: [SettingsOverride] = []
        for override in options.overrides {
            let name = override.name.prefix { $0 != "." }
            if let (owner, inner) = override.split, options.names.contains(owner) {
                if owner == E.name { found.append(inner) }
                continue
            }
            if !known.contains(String(name)), let problem = foreign(override, String(name), to: E.name) {
                throw problem
            }
            found.append(override)
        }
        return found
    }

    /// Why an override that an experiment does not know is not its own; `nil` for a misspelt one, of which decoding the
    /// settings names the nearest.
    private func foreign(_ override: SettingsOverride, _ name: String, to experiment: String) -> SettingsError? {
        let origin = SettingsOrigin.option(override.origin)
        if Registry.experiment(named: name) != nil, override.split != nil {
            return SettingsError(
                origin, "\(name) is not among the experiments that are run: \(options.names.joined(separator: ", "))")
        }
        let other = experiments.first { other in
            Description.settings(of: other).contains { $0.name.prefix { $0 != "." && $0 != "[" } == name }
        }
        guard let other else { return nil }
        return SettingsError(
            origin,
            "\(experiment) has no setting '\(name)'; for \(other.name) alone, say \(other.name).\(override.name)=...")
    }

    private func outputFolder(_ name: String) throws(EnvironmentError) -> String {
        if let output = options.output { return experiments.count == 1 ? output : "\(output)/\(name)" }
        guard let pair = options.pair else { return "results/\(name)" }
        let folder = "results/\(name)/\(stem(pair.from))--\(stem(pair.to))"
        // Another pair of the same names keeps its results.
        let pairFingerprint = Fingerprint(of: realPath(pair.from) + "\n" + realPath(pair.to))
        let other = "\(folder)-\("\(pairFingerprint)".prefix(8))"
        let record: RunRecord
        do throws(SavedFileProblem) {
            record = try RunRecord(folder: folder)
        } catch {
            if case .unreadable(let error) = error, let failure = error.environment { throw failure }
            return folder
        }
        let ends = [("from", pair.from), ("to", pair.to)]
        let isSame = ends.allSatisfy { key, end in
            record.settings[key]?.text.map { CheckpointLocation(parsing: $0) } == CheckpointLocation(parsing: end)
        }
        return isSame ? folder : other
    }

    private var journalFolder: String { options.journal ?? "\(options.output ?? "results")/.journal" }

    /// The last component of a checkpoint's path without its ending, fit for a folder's name.
    private func stem(_ text: String) -> String {
        let location = CheckpointLocation(parsing: text)
        let name = PathText(location.path).name ?? "checkpoint"
        let base =
            ["h5", "hdf5", "keras"].contains((name as NSString).pathExtension)
            ? (name as NSString).deletingPathExtension : name
        return base + (location.group.map { PathText($0).replacingSlashes(with: "-") } ?? "")
    }
}

/// An experiment that is ready to run, and where its results go.
private final class Prepared {
    let experiment: any Experiment
    private let settings: JSON
    /// Where the settings come from, for people.
    let source: String
    let folder: String
    /// Findings about its checkpoints that opening them made.
    private let findings: [String]
    /// What opening them took for what.
    let notes: [String]
    /// Between `reserveFolder` and `write`.
    private var directory: RunDirectory?

    init(
        experiment: any Experiment, settings: JSON, source: String, folder: String, findings: [String], notes: [String]
    ) {
        self.experiment = experiment
        self.settings = settings
        self.source = source
        self.folder = folder
        (self.findings, self.notes) = (findings, notes)
    }

    var name: String { type(of: experiment).name }
    private var question: String { type(of: experiment).question }

    func report(_ results: ReductionResults) throws -> Report {
        var report = try experiment.report(results)
        report.answer = type(of: experiment).answer(report.tables)
        report.findings = findings + report.findings
        return report
    }

    /// Makes sure that the folder does not hold another experiment's results: the files of both would lie there mixed,
    /// under one record.
    func checkFolder() throws {
        guard let other = try ResultsFolder(path: folder).experimentName(), other != name else { return }
        throw SettingsError(
            .option("results folder \(folder)"),
            "it holds results of \(other), and those of \(name) would mix with them; name another folder with --out, or "
                + "run both at once, 'run \(other) \(name) --out DIR', which gives each its own in DIR")
    }

    /// Makes sure before hours of reading that the results can be written, and that no other run writes there.
    func reserveFolder() throws(EnvironmentError) { directory = try RunDirectory(at: folder) }

    /// Writes everything the run leaves, all together.
    func write(
        _ report: Report, refused: [CheckpointError], machine: MachineRecord, figureWidth: GnuplotScript.Width?
    ) throws -> (paths: [String], undrawn: [String]) {
        // Once more: some network file systems have no locks.
        try checkFolder()
        guard let directory = directory.take() else { preconditionFailure("the results' folder is not reserved") }
        let record = self.record(report, refused)
        let results = ResultsFiles(
            name, question: question, tables: report.tables, readable: report.readable,
            run: record,
            figures: figureWidth == nil ? [] : type(of: experiment).figures.drawn(of: report.tables),
            figureWidth: figureWidth, jobs: machine.jobs)
        return try results.write(
            to: directory, tables: true,
            records: [("machine.json", machine.json), (RunRecord.fileName, record.json)])
    }

    private func record(_ report: Report, _ refused: [CheckpointError]) -> RunRecord {
        RunRecord(
            experiment: name, question: question, answer: report.answer, version: harnessVersion, settings: settings,
            inputsName: type(of: experiment).inputsName, inputs: report.inputs.elements ?? [],
            probeSet: report.probeSet, notes: notes, refused: refused.map(\.description), findings: report.findings,
            tables: report.tables.map { CSVWriter().fileName($0) })
    }
}

/// When, where and how fast: kept apart from `run.json`, because it differs from run to run.
private struct MachineRecord {
    let started: Date
    let jobs: Int
    let bytesRead: Int
    let bytesSampled: Int

    var json: JSON {
        [
            "started": .string(universalTime(started)),
            "seconds": .number((Date().timeIntervalSince(started) * 1000).rounded() / 1000),
            "bytes_read": .integer(bytesRead),
            "bytes_sampled": .integer(bytesSampled),
            "jobs": .integer(jobs),
            "host": .string(hostName()),
            "system": .string(ProcessInfo.processInfo.operatingSystemVersionString),
            "cores": .integer(ProcessInfo.processInfo.activeProcessorCount),
        ]
    }
}

/// A moment by ISO 8601, to the second. Foundation's formatter loads its tables of time zones first, which takes as long
/// as the drift of a small pair.
private func universalTime(_ date: Date) -> String {
    var seconds = time_t(date.timeIntervalSince1970)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 32)
    let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
