import Base
import Checkpoints
import Engine
import Foundation
import Synchronization

/// What the experiments of one run share: checkpoints, opened once each, and how to open them.
final class RunContext: Sendable {
    /// Threads to work on.
    let threads: Threads
    /// The folder of the settings file: relative paths in it are looked for here first.
    private let settingsFolder: String
    /// Settings that the command line states: their relative paths start from the current folder.
    private let stated: Set<String>
    let journal: Journal
    let readOptions: ReadOptions
    private let state = Mutex(State())

    private struct State {
        var checkpoints: [Checkpoint] = []
        var places: [Opening: Int] = [:]
        var refused: [CheckpointError] = []
        /// What the journal does not know yet of the checkpoints, by key.
        var newContents: [(key: String, contents: CheckpointContents)] = []
        var sampledBytes = 0
        var rewritten: [String] = []
        var warnings: [String] = []
        var notes: [String] = []
        var selection = SelectionRecord()
    }

    private struct Opening: Hashable {
        let path: PathText
        let group: String?
        let roots: [String]
        let dumps: Set<BFloat16Dump>
    }

    /// Makes a context for experiments whose settings lie in `settingsFolder`.
    init(
        jobs: Int, settingsFolder: String, stated: Set<String> = [], journal: Journal, readOptions: ReadOptions
    ) {
        threads = Threads(jobs)
        self.settingsFolder = settingsFolder
        self.stated = stated
        self.journal = journal
        self.readOptions = readOptions
    }

    /// Every checkpoint of the run, in the order of opening: what `TensorReference.checkpoint` counts.
    var checkpoints: [Checkpoint] { state.withLock { $0.checkpoints } }
    /// The checkpoints that could not be opened.
    var refused: [CheckpointError] { state.withLock { $0.refused } }
    /// Bytes read to recognise files.
    var sampledBytes: Int { state.withLock { $0.sampledBytes } }
    /// What became of files that only looked as an earlier run left them, one line each.
    var rewritten: [String] { state.withLock { $0.rewritten.sorted() } }

    /// Adds a finding about the checkpoints that whoever opens them would make.
    func warn(_ lines: [String]) { state.withLock { $0.warnings += lines } }

    /// The findings added since the last call.
    func takeWarnings() -> [String] {
        state.withLock { state in
            defer { state.warnings = [] }
            return state.warnings
        }
    }

    /// Adds what is worth knowing and no finding: what was taken for what.
    func note(_ lines: [String]) { state.withLock { $0.notes += lines } }

    /// The notes added since the last call.
    func takeNotes() -> [String] {
        state.withLock { state in
            defer { state.notes = [] }
            return state.notes
        }
    }

    /// Adds checkpoints that are not read, each once.
    func refuse(_ errors: [CheckpointError]) {
        state.withLock { state in
            for error in errors where !state.refused.contains(error) { state.refused.append(error) }
        }
    }

    /// Notes what the settings leave out.
    func note(_ selection: SelectionRecord) { state.withLock { $0.selection.merge(selection) } }

    /// What was noted since the last call.
    func takeSelection() -> SelectionRecord {
        state.withLock { state in
            defer { state.selection = SelectionRecord() }
            return state.selection
        }
    }

    /// Opens checkpoints, several at a time; one that another experiment has opened already is not opened again. Those
    /// that cannot be opened stand in `refused` and are left out, unless it is the machine that fails.
    /// - Parameters:
    ///   - locations: the checkpoints as the user wrote them.
    ///   - name: the setting that names them, which tells where relative paths start.
    /// - Returns: their places in `checkpoints`, in the order of `locations`.
    func open(_ locations: [CheckpointLocation], of name: String, _ input: SeriesInput) throws -> [Int] {
        try openAll(locations, of: name, input).compactMap { $0 }
    }

    /// The same; `nil` for those that cannot be opened.
    func openAll(_ locations: [CheckpointLocation], of name: String, _ input: SeriesInput) throws -> [Int?] {
        var options = readOptions
        options.trustedRoots += input.allowExternal.map { resolve($0, of: "allow_external") }
        options.bfloat16Dumps.formUnion(input.bfloat16Dumps)
        let openings = locations.map { location in
            Opening(
                path: PathText(realPath(resolve(location.path, of: name))), group: location.group,
                roots: options.trustedRoots,
                dumps: options.bfloat16Dumps)
        }
        let known = state.withLock { $0.places }
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
            opened.withLock { $0[index] = result }
        }
        let results = opened.withLock { $0 }
        warn(strays(new.map(\.1), of: name))
        note(otherForms(new.map(\.1), of: name))
        state.withLock { state in
            for (index, item) in new.enumerated() {
                switch results[index] {
                case .success(let checkpoint):
                    state.places[item.0] = state.checkpoints.count
                    state.checkpoints.append(checkpoint)
                case .failure(let error): state.refused.append(error)
                case nil: break
                }
            }
        }
        let places = state.withLock { state in openings.map { state.places[$0] } }
        warn(Set(places.compactMap { $0 }).sorted().compactMap { checkpoints[$0].neverWrittenFinding })
        return places
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

    private func open(
        _ found: CheckpointLocation, _ opening: Opening, as location: CheckpointLocation, _ options: ReadOptions,
        _ input: SeriesInput
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
            guard !FileManager.default.fileExists(atPath: found.path),
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
        state.withLock { $0.sampledBytes += byteCount }
        return CheckpointContents(
            tensors: contents.tensors, leftOut: contents.leftOut, attributes: contents.attributes,
            config: contents.config, files: contents.files, samples: samples)
    }

    /// Holds a checkpoint against what the journal knows of its place. Its samples are part of the name that its tensors'
    /// summaries go by, so those of a file that was written over are not found.
    private func recognise(_ checkpoint: Checkpoint, as key: String) {
        let (now, known) = (checkpoint.contents, journal.summary(CheckpointContents.self, for: key))
        guard known?.files != now.files || known?.samples != now.samples else { return }
        state.withLock { state in
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
        for (key, contents) in state.withLock({ $0.newContents }) { try journal.append(contents, for: key) }
    }

    /// The folders that a relative path of the setting `name` is looked for in, in order; an empty one for the current.
    func folders(of name: String, _ path: String) -> [String] {
        let isStated = stated.contains { name == $0 || name.hasPrefix($0 + ".") }
        return PathText(path).isAbsolute || isStated || settingsFolder.isEmpty ? [""] : [settingsFolder, ""]
    }

    /// The path that the setting `name`, dotted where it is in a section, states, as the system takes it. A relative one of the command line starts from the
    /// current folder; one of the settings file is looked for beside that file first.
    func resolve(_ path: String, of name: String) -> String {
        let isStated = stated.contains { name == $0 || name.hasPrefix($0 + ".") }
        guard !PathText(path).isAbsolute, !isStated else { return path }
        let beside = settingsFolder + "/" + path
        return FileManager.default.fileExists(atPath: beside) ? beside : path
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
