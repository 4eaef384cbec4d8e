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
        /// Whether each figure also leaves a specification of Vega-Lite.
        package var hasFigureSpecs = false
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
        /// Bytes read besides, to recognise files.
        package let bytesSampled: Int
        /// Of a share: the pieces of work in it, and in the whole plan.
        package let pieceCounts: (own: Int, all: Int)?
    }

    private let options: Options
    private let experiments: [any Experiment.Type]

    /// Checks the names.
    /// - Throws: `SettingsError` for an experiment that does not exist, and when none is named.
    package init(_ options: Options) throws(SettingsError) {
        self.options = options
        let known = Registry.experiments.map { $0.name }
        guard !options.names.isEmpty else {
            throw SettingsError(
                .option("run"), "no experiment is named; there are \(known.joined(separator: ", "))")
        }
        var experiments: [any Experiment.Type] = []
        for name in options.names {
            guard let experiment = Registry.experiment(named: name) else {
                let near = nearest(to: name, among: known).map { "did you mean '\($0)'?" }
                throw SettingsError(
                    .option("run \(name)"),
                    "there is no experiment '\(name)'; \(near ?? "there are \(known.joined(separator: ", "))")")
            }
            experiments.append(experiment)
        }
        self.experiments = experiments
    }

    /// Runs. Everything that can fail without reading fails first; nothing is written before all is computed.
    package func run(progress: @escaping @Sendable (RunProgress) -> Void = { _ in }) throws -> Outcome {
        let started = Date()
        let journal = try Journal(directory: journalFolder)
        var prepared: [Prepared] = []
        let settings = settingsPath(experiments[0].name)
        let context = RunContext(
            jobs: options.jobs, settingsFolder: (settings as NSString).deletingLastPathComponent,
            stated: Set(options.overrides.map(\.name)), journal: journal,
            readOptions: options.readOptions)
        var unanswered: [(experiment: String, error: InputError)] = []
        for experiment in experiments {
            do {
                prepared.append(try prepare(experiment, context))
            } catch let error as InputError where experiments.count > 1 && !error.isMachineFailure {
                unanswered.append((experiment.name, error))
            }
        }
        guard !prepared.isEmpty else { throw ExperimentRun.combined(unanswered) }
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
        let refused = context.refused + results.failures.sorted { $0.key < $1.key }.map { $0.value }
        let bytesRead = context.checkpoints.reduce(0) { $0 + ($1.reader?.bytesRead ?? 0) }

        guard part == nil else {
            return Outcome(
                paths: [], headlines: [], answers: [], undrawn: [], findings: [], notes: [], unanswered: unanswered,
                refused: refused, rewritten: journal.notices + context.rewritten, bytesRead: bytesRead,
                bytesSampled: context.sampledBytes, pieceCounts: part?.pieceCounts)
        }

        var reports: [Report] = []
        for item in prepared {
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
            let written = try item.write(
                report, refused: refused, machine: machine, figureWidth: options.figureWidth,
                hasFigureSpecs: options.hasFigureSpecs)
            paths += written.paths
            undrawn += written.undrawn
        }
        for index in Set(prepared.compactMap { ResultsIndex(besides: $0.folder) }) { paths.append(try index.write()) }
        let headlines = zip(prepared, reports).compactMap { item, report in
            report.readable.first.map { (table: $0, path: "\(item.folder)/\(MarkdownWriter().fileName($0))") }
        }
        let answers = zip(prepared, reports).map { (experiment: $0.name, sentences: $1.answer) }
        return Outcome(
            paths: paths, headlines: headlines, answers: answers, undrawn: undrawn,
            // Several experiments may say the same of a series they share.
            findings: reports.flatMap(\.findings).distinct, notes: prepared.flatMap(\.notes).distinct,
            unanswered: unanswered, refused: refused,
            rewritten: journal.notices + context.rewritten,
            bytesRead: bytesRead, bytesSampled: context.sampledBytes, pieceCounts: nil)
    }

    private func prepare<E: Experiment>(_ type: E.Type, _ context: RunContext) throws -> Prepared {
        let path = settingsPath(E.name)
        guard options.settingsFile != nil || FileManager.default.fileExists(atPath: path) else {
            throw SettingsError(
                .file(path, line: nil),
                "no such file in the current folder; run in the folder of the project, or name one with --settings FILE"
            )
        }
        // What an experiment before it noted that could not be prepared is none of its own.
        _ = context.takeSelection()
        let settings = try E.Settings.load(file: path, overrides: options.overrides)
        guard settings.problems.isEmpty else { throw InputError(settings.problems) }
        let experiment: E
        do {
            experiment = try E(settings, context)
        } catch let error as InputError {
            // What is missing, or was found on the way, may be why there is nothing to do.
            let found = context.takeWarnings()
            if experiments.count > 1 { context.warn(found) }
            let known = (context.refused.map(\.description) + found).filter { !error.problems.contains($0) }
            throw InputError(known + error.problems, isMachineFailure: error.isMachineFailure)
        }
        return Prepared(
            experiment: experiment, settings: settings.canonicalJSON, folder: outputFolder(E.name),
            warnings: context.takeWarnings(), notes: context.takeNotes(),
            selection: context.takeSelection())
    }

    /// One error of those of several experiments.
    private static func combined(_ unanswered: [(experiment: String, error: InputError)]) -> InputError {
        InputError(unanswered.flatMap { name, error in error.problems.map { "\(name): \($0)" } })
    }

    private func settingsPath(_ name: String) -> String { options.settingsFile ?? "experiments/\(name).yaml" }

    private func outputFolder(_ name: String) -> String {
        if let output = options.output { return experiments.count == 1 ? output : "\(output)/\(name)" }
        guard let pair = options.pair else { return "results/\(name)" }
        let folder = "results/\(name)/\(stem(pair.from))--\(stem(pair.to))"
        // Another pair of the same names keeps its results.
        let pairFingerprint = Fingerprint(of: realPath(pair.from) + "\n" + realPath(pair.to))
        let other = "\(folder)-\("\(pairFingerprint)".prefix(8))"
        guard let record = FileManager.default.contents(atPath: "\(folder)/run.json"),
            let text = String(data: record, encoding: .utf8)
        else { return folder }
        let locations = [pair.from, pair.to].map { JSON.string(CheckpointLocation(parsing: $0).description).compact }
        return locations.allSatisfy(text.contains) ? folder : other
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
    let folder: String
    /// Findings about its checkpoints that opening them made.
    private let warnings: [String]
    /// What opening them took for what.
    let notes: [String]
    /// What its settings leave out.
    private let selection: SelectionRecord
    /// Between `reserveFolder` and `write`.
    private var directory: RunDirectory?

    init(
        experiment: any Experiment, settings: JSON, folder: String, warnings: [String], notes: [String],
        selection: SelectionRecord
    ) {
        self.experiment = experiment
        self.settings = settings
        self.folder = folder
        self.warnings = warnings.distinct
        self.notes = notes.distinct
        self.selection = selection
    }

    var name: String { type(of: experiment).name }
    private var question: String { type(of: experiment).question }

    func report(_ results: ReductionResults) throws -> Report {
        var report = try experiment.report(results)
        report.findings = warnings + report.findings
        report.answer = type(of: experiment).answer(report.tables)
        guard !selection.isEmpty else { return report }
        report.answer.insert(Sentence(selection.text, from: []), at: 0)
        report.tables = report.tables.map { $0.captioned(selection.caption) }
        report.readable = report.readable.map { $0.captioned(selection.caption) }
        return report
    }

    /// Makes sure that the folder does not hold another experiment's results: the files of both would lie there mixed,
    /// under one record.
    func checkFolder() throws(SettingsError) {
        guard let other = ResultsFolder(path: folder).experimentName, other != name else { return }
        throw SettingsError(
            .option("results folder \(folder)"),
            "it holds results of \(other), and those of \(name) would mix with them; name another folder with --out, or "
                + "run both at once, 'run \(other) \(name) --out DIR', which gives each its own in DIR")
    }

    /// Makes sure before hours of reading that the results can be written, and that no other run writes there.
    func reserveFolder() throws(EnvironmentError) { directory = try RunDirectory(at: folder) }

    /// Writes everything the run leaves, all together.
    func write(
        _ report: Report, refused: [CheckpointError], machine: MachineRecord, figureWidth: GnuplotScript.Width?,
        hasFigureSpecs: Bool
    ) throws -> (paths: [String], undrawn: [String]) {
        // Once more: some network file systems have no locks.
        try checkFolder()
        guard let directory = directory.take() else { preconditionFailure("the results' folder is not reserved") }
        let record = record(report, refused)
        let results = ResultsFiles(
            type(of: experiment).resultsNames, question: question, tables: report.tables, readable: report.readable,
            run: record,
            figures: figureWidth == nil ? [] : type(of: experiment).figures(report.tables),
            figureWidth: figureWidth, hasSpecs: hasFigureSpecs, jobs: machine.jobs)
        return try results.write(
            to: directory, tables: true,
            records: [("machine.json", machine.json), ("run.json", record)])
    }

    /// What was run on what; nothing that differs between two runs of the same input.
    private func record(_ report: Report, _ refused: [CheckpointError]) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("experiment", .string(name)),
            ("question", .string(question)),
            ("answer", .array(report.answer.map(\.json))),
            ("version", .string(harnessVersion)),
            ("settings", settings),
            (type(of: experiment).inputsName, report.inputs),
        ]
        if !selection.isEmpty { members.append(("selection", selection.json)) }
        if let probeSet = report.probeSet { members.append(("probe_set", probeSet)) }
        if !notes.isEmpty { members.append(("notes", .array(notes.map(JSON.string)))) }
        return .object(
            members + [
                ("refused", .array(refused.map { .string($0.description) })),
                ("findings", .array(report.findings.map(JSON.string))),
                ("tables", .array(report.tables.map { .string(CSVWriter().fileName($0)) })),
            ])
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
