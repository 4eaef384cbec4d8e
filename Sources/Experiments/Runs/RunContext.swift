import Base
import Checkpoints
import Engine
import Foundation
import Synchronization

/// Index of a checkpoint among all that a run opened: requests name it by that. In a series it has another, an `Int`.
struct RunIndex: Hashable, Comparable, Sendable {
    let value: Int

    static func < (a: RunIndex, b: RunIndex) -> Bool { a.value < b.value }
}

extension [Checkpoint] {
    /// A checkpoint of those that a run opened.
    subscript(index: RunIndex) -> Checkpoint { self[index.value] }
}

/// What the experiments of one run share: checkpoints, opened once each, and how to open them.
final class RunContext: Sendable {
    /// Threads to work on.
    let threads: Threads
    let journal: Journal
    let readOptions: ReadOptions
    private let progress: @Sendable (RunProgress) -> Void
    /// Where relative paths start, and what settings of whom they stand in.
    private let settings: SettingsPlace
    private let shared: Shared
    private let told = Mutex(Told())

    /// What opening checkpoints for one experiment found.
    private struct Told {
        var findings: [String] = []
        var notes: [String] = []
        /// Paths in built-in settings that lead nowhere from here.
        var absentDefaults: [String] = []
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private struct State {
        var checkpoints: [Checkpoint] = []
        var indices: [Opening: RunIndex] = [:]
        var refused: [CheckpointError] = []
        /// What the journal does not know yet of the checkpoints, by key.
        var newContents: [(key: String, contents: CheckpointContents)] = []
        var sampledBytes = 0
        var rewritten: [String] = []
        /// Indices of the checkpoints that no file holds.
        var virtual: [Virtual: RunIndex] = [:]
    }

    private struct Virtual: Hashable {
        let label: String
        /// Indices of the terms, and the bits of their weights.
        let terms: [RunIndex]
        let weights: [UInt64]
    }

    private struct Opening: Hashable {
        let path: PathText
        let group: String?
        let roots: [String]
        let dumps: Set<BFloat16Dump>
        let countsAllTensors: Bool
    }

    /// Where the settings of an experiment stand.
    struct SettingsPlace: Sendable {
        /// The folder of the settings file: relative paths in it are looked for here first. Empty for the current folder.
        var folder: String
        /// Settings that the command line states: their relative paths start from the current folder.
        var stated: Set<String> = []
        /// Whether they are those that the program holds itself, whose paths lead somewhere in the project's folder.
        var isBuiltIn = false
    }

    /// Makes a context for an experiment whose settings lie in `settingsFolder`.
    convenience init(
        jobs: Int, settingsFolder: String, stated: Set<String> = [], journal: Journal, readOptions: ReadOptions
    ) {
        self.init(
            jobs: jobs, settings: SettingsPlace(folder: settingsFolder, stated: stated), journal: journal,
            readOptions: readOptions)
    }

    /// Makes a context; `progress` is told how many checkpoints are open.
    init(
        jobs: Int, settings: SettingsPlace, journal: Journal, readOptions: ReadOptions,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) {
        threads = Threads(jobs)
        self.journal = journal
        self.readOptions = readOptions
        self.progress = progress
        self.settings = settings
        shared = Shared()
    }

    /// Paths that only the project's folder has, which built-in settings of the current experiment name.
    var absentDefaults: [String] { told.withLock { $0.absentDefaults } }

    /// Every checkpoint of the run, in the order of opening: what `TensorReference.checkpoint` counts.
    var checkpoints: [Checkpoint] { shared.state.withLock { $0.checkpoints } }
    /// The checkpoints that could not be opened.
    var refused: [CheckpointError] { shared.state.withLock { $0.refused } }
    /// Bytes read to recognise files.
    var sampledBytes: Int { shared.state.withLock { $0.sampledBytes } }
    /// What became of files that only looked as an earlier run left them, one line each.
    var rewritten: [String] { shared.state.withLock { $0.rewritten.sorted() } }

    /// The same checkpoints for another experiment, which is told by itself what opening them finds.
    func forExperiment(_ settings: SettingsPlace) -> RunContext { RunContext(self, settings) }

    private init(_ other: RunContext, _ settings: SettingsPlace) {
        (threads, journal, readOptions) = (other.threads, other.journal, other.readOptions)
        (progress, shared, self.settings) = (other.progress, other.shared, settings)
    }

    /// Findings about the checkpoints of this experiment that opening them made, each once.
    var findings: [String] { told.withLock { $0.findings.distinct } }
    /// What its checkpoints were taken for, which is worth knowing and no finding; each line once.
    var notes: [String] { told.withLock { $0.notes.distinct } }

    /// Adds findings about the checkpoints that whoever opens them would make.
    func warn(_ lines: [String]) { told.withLock { $0.findings += lines } }
    /// Adds notes.
    func note(_ lines: [String]) { told.withLock { $0.notes += lines } }

    /// Adds checkpoints that are not read, each once.
    func refuse(_ errors: [CheckpointError]) {
        shared.state.withLock { state in
            for error in errors where !state.refused.contains(error) { state.refused.append(error) }
        }
    }

    /// Opens checkpoints, several at a time; one that another experiment has opened already is not opened again. Those
    /// that cannot be opened stand in `refused` and are left out, unless it is the machine that fails.
    /// - Parameters:
    ///   - locations: the checkpoints as the user wrote them.
    ///   - name: the setting that names them, which tells where relative paths start.
    /// - Returns: their indices in `checkpoints`, in the order of `locations`.
    func open(_ locations: [CheckpointLocation], of name: String, _ input: SeriesFiles) throws -> [RunIndex] {
        try openAll(locations, of: name, input).compactMap { $0 }
    }

    /// Opens checkpoints as `open` does, and gives `nil` for those that cannot be opened.
    func openAll(_ locations: [CheckpointLocation], of name: String, _ input: SeriesFiles) throws -> [RunIndex?] {
        var options = readOptions
        options.trustedRoots += input.allowExternal.map { resolve($0, of: "allow_external") }
        options.bfloat16Dumps.formUnion(input.bfloat16Dumps)
        let openings = locations.map { location in
            Opening(
                path: PathText(realPath(resolve(location.path, of: name))), group: location.group,
                roots: options.trustedRoots, dumps: options.bfloat16Dumps, countsAllTensors: input.includeNonWeights)
        }
        let known = shared.state.withLock { $0.indices }
        var new: [(Opening, CheckpointLocation)] = []
        for (opening, location) in zip(openings, locations)
        where known[opening] == nil && !new.contains(where: { $0.0 == opening }) {
            new.append((opening, location))
        }
        let opened = Mutex<[Int: Result<Checkpoint, CheckpointError>]>([:])
        let jobs = new
        let settled = options
        try threads.forEach(jobs.count) { (index: Int) throws(any Error) in
            try Interruption.check()
            let (opening, location) = jobs[index]
            let found = CheckpointLocation(path: self.resolve(location.path, of: name), group: location.group)
            let result = self.open(found, opening, as: location, settled, input)
            if case .failure(let error) = result, error.kind == .environment { throw error }
            let count = opened.withLock { opened in
                opened[index] = result
                return opened.count
            }
            progress(RunProgress("opening", done: count, of: jobs.count, "checkpoints"))
        }
        let results = opened.withLock { $0 }
        warn(strays(locations, of: name))
        note(otherForms(locations, of: name))
        shared.state.withLock { state in
            for (index, item) in new.enumerated() {
                switch results[index] {
                case .success(let checkpoint):
                    state.indices[item.0] = RunIndex(value: state.checkpoints.count)
                    state.checkpoints.append(checkpoint)
                case .failure(let error): state.refused.append(error)
                case nil: break
                }
            }
        }
        let indices = shared.state.withLock { state in openings.map { state.indices[$0] } }
        warn(Set(indices.compactMap { $0 }).sorted().compactMap { checkpoints[$0].neverWrittenFinding })
        return indices
    }

    /// What of their directories is not read although it may hold other weights.
    private func strays(_ locations: [CheckpointLocation], of name: String) -> [String] {
        locations.flatMap { location in
            strayWeights(in: resolve(location.path, of: name)).map { "checkpoint \(location): \($0)" }
        }
    }

    /// What of their directories holds the weights once more in another form, a line for each set of files.
    private func otherForms(_ locations: [CheckpointLocation], of name: String) -> [String] {
        let found = locations.map { ($0, weightsInOtherForms(in: resolve($0.path, of: name))) }.filter { !$0.1.isEmpty }
        let groups = Dictionary(grouping: found) { $0.1 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return groups.map { names, members in
            let first = members[0].0
            let who =
                members.count == 1 ? "checkpoint \(first) holds" : "\(members.count) checkpoints (\(first) first) hold"
            return "\(who) the weights in another form too, in \(names.joined(separator: ", ")), not read"
        }
    }

    /// Adds a checkpoint that no file holds, unless another experiment has added the same.
    /// - Parameter terms: the indices of what it is made of, in the order of its terms.
    /// - Returns: its index in `checkpoints`.
    func add(_ checkpoint: Checkpoint, madeOf terms: [RunIndex]) -> RunIndex {
        let weights = checkpoint.mixture?.terms.map(\.coefficient.bitPattern) ?? []
        let key = Virtual(label: checkpoint.label, terms: terms, weights: weights)
        return shared.state.withLock { state in
            if let known = state.virtual[key] { return known }
            let index = RunIndex(value: state.checkpoints.count)
            state.virtual[key] = index
            state.checkpoints.append(checkpoint)
            return index
        }
    }

    private func open(
        _ found: CheckpointLocation, _ opening: Opening, as location: CheckpointLocation, _ options: ReadOptions,
        _ input: SeriesFiles
    ) -> Result<Checkpoint, CheckpointError> {
        let dumps = opening.dumps.map(\.rawValue).sorted().joined(separator: " ")
        let key = "contents/5\n\(opening.path)\n\(opening.group ?? "")\n\(dumps)"
        do throws(CheckpointError) {
            var checkpoint = try Checkpoint(opening: found, options: options)
            checkpoint = Checkpoint(
                location: location, contents: try sampled(checkpoint), reader: checkpoint.reader)
            recognise(checkpoint, as: key)
            return .success(input.applyFacts(to: checkpoint))
        } catch {
            // A checkpoint that was deleted since an earlier run is still known by what that run journalled.
            guard error.kind != .environment, !pathExists(found.path),
                let contents = journal.summary(CheckpointContents.self, for: key)
            else { return .failure(error) }
            return .success(input.applyFacts(to: Checkpoint(location: location, contents: contents)))
        }
    }

    /// What the checkpoint holds, with samples of its files.
    private func sampled(_ checkpoint: Checkpoint) throws(CheckpointError) -> CheckpointContents {
        let contents = checkpoint.contents
        guard let reader = checkpoint.reader else { return contents }
        let (samples, byteCount) = try reader.sampleFiles()
        shared.state.withLock { $0.sampledBytes += byteCount }
        return CheckpointContents(
            tensors: contents.tensors, leftOut: contents.leftOut, attributes: contents.attributes,
            config: contents.config, files: contents.files, samples: samples)
    }

    /// Holds a checkpoint against what the journal knows of its place. Its samples are part of the name that its tensors'
    /// summaries go by, so those of a file that was written over are not found.
    private func recognise(_ checkpoint: Checkpoint, as key: String) {
        let (now, known) = (checkpoint.contents, journal.summary(CheckpointContents.self, for: key))
        guard known?.files != now.files || known?.samples != now.samples else { return }
        shared.state.withLock { state in
            state.newContents.append((key, now))
            guard let known, known.files == now.files else { return }
            let paths = zip(now.files, zip(known.samples, now.samples)).filter { $0.1.0 != $0.1.1 }.map(\.0.path)
            state.rewritten.append(
                "checkpoint \(checkpoint.location): \(paths.joined(separator: ", ")) was written over since it was journalled, "
                    + "though size, time and inode are the same; what the journal has of it is dropped, and it is read again"
            )
        }
    }

    /// Journals what the checkpoints hold. Called once the plan stands: input that gives no run leaves nothing behind.
    func journalContents() throws(EnvironmentError) {
        for (key, contents) in shared.state.withLock({ $0.newContents }) { try journal.append(contents, for: key) }
    }

    /// The path that the setting `name`, dotted where it is in a section, states, as the system takes it. A relative one of the command line starts from the
    /// current folder; one of the settings file is looked for beside that file first.
    func resolve(_ path: String, of name: String) -> String {
        let isStated = settings.stated.contains { name == $0 || name.hasPrefix($0 + ".") }
        guard !PathText(path).isAbsolute, !isStated else { return path }
        let beside = settings.folder.isEmpty ? path : settings.folder + "/" + path
        if pathExists(beside) { return beside }
        if settings.isBuiltIn, !pathExists(path) {
            told.withLock { if !$0.absentDefaults.contains(path) { $0.absentDefaults.append(path) } }
        }
        return path
    }
}

extension Checkpoint {
    /// Whether it has datasets without any data.
    var hasNeverWritten: Bool { contents.leftOut.contains { $0.reason == LeftOut.neverWritten } }

    /// What is to be told of datasets that its files have no data for; `nil` where there is none.
    fileprivate var neverWrittenFinding: String? {
        let names = contents.leftOut.filter { $0.reason == LeftOut.neverWritten }.map(\.name)
        guard let first = names.first else { return nil }
        return names.count == 1
            ? "\(label): '\(first)' was never written, so that the file has no data for it; it is left out"
            : "\(label): \(names.count) tensors, '\(first)' first, were never written, so that the file has no data for "
                + "them; they are left out"
    }
}
