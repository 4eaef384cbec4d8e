import Checkpoints
import Synchronization
import Tensors

/// Runs reductions over the tensors of checkpoints: what is journalled is taken from there, and of the rest each byte is
/// read once, whatever number of reductions wants it.
///
/// Memory is bounded by blocks: a thread holds one block of each tensor it reads together (256 KiB each, 2 MiB in all, at
/// least 4096 elements each); tensors that must be decoded first pass through windows of `windowBytes` in all.
package struct ReductionEngine: Sendable {
    private static let windowBytes = 128 << 20

    private let checkpoints: [Checkpoint]
    private let jobs: Int
    private let journal: Journal
    private let progress: @Sendable (RunProgress) -> Void

    /// Prepares to run on `jobs` threads; `progress` is called from any of them after each segment.
    package init(
        _ checkpoints: [Checkpoint], jobs: Int, journal: Journal,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) {
        precondition(jobs > 0)
        self.checkpoints = checkpoints
        self.jobs = jobs
        self.journal = journal
        self.progress = progress
    }

    /// The summaries of all requests. A checkpoint that cannot be read costs the reductions that need it, and stands in
    /// the results' failures; all others are carried out.
    /// - Parameter earlier: results of an earlier call that these requests follow from; they stand in the new ones.
    package func run(
        _ requests: [any Reduction], after earlier: ReductionResults = ReductionResults()
    ) throws -> ReductionResults {
        let keys = JournalKeys(checkpoints)
        var results = earlier
        var pending: [any Reduction] = []
        var seen: Set<ReductionKey> = []
        // Fingerprints first: they are what the other reductions are looked up by.
        for request in requests.filter({ $0 is ContentReduction }) + requests.filter({ !($0 is ContentReduction) }) {
            let key = ReductionKey(request)
            guard seen.insert(key).inserted else { continue }
            if let summary = journalled(request, keys, results) {
                results.summaries[key] = summary
            } else {
                pending.append(request)
            }
        }
        while true {
            // What has been read since may show that a summary exists already.
            for reduction in pending {
                let key = ReductionKey(reduction)
                if results.summaries[key] == nil, let summary = journalled(reduction, keys, results) {
                    results.summaries[key] = summary
                }
            }
            pending.removeAll { results.summaries[ReductionKey($0)] != nil }
            let gone = pending.flatMap(\.inputs).filter { checkpoints[$0.checkpoint].reader == nil }
            if !gone.isEmpty {
                // A comparison with a checkpoint that is gone may be journalled by contents of which one is not known yet.
                let contents = pending.filter { $0 is ContentReduction && isReadable($0, results) }
                guard contents.isEmpty else {
                    try read(contents, keys, into: &results)
                    continue
                }
                for input in gone { results.failures[input.checkpoint] = checkpoints[input.checkpoint].isGone }
            }
            let failed = results.failures
            pending.removeAll { $0.inputs.contains { failed[$0.checkpoint] != nil } }
            guard !pending.isEmpty else { return results }
            try read(pending, keys, into: &results)
        }
    }

    private func isReadable(_ reduction: any Reduction, _ results: ReductionResults) -> Bool {
        reduction.inputs.allSatisfy {
            checkpoints[$0.checkpoint].reader != nil && results.failures[$0.checkpoint] == nil
        }
    }

    /// Adds the summaries of requests over whole matrices, which are known by the content that reductions found before.
    package func compute(_ requests: [any MatrixRequest], after earlier: ReductionResults) throws -> ReductionResults {
        let keys = JournalKeys(checkpoints)
        var results = earlier
        var pending: [any MatrixRequest] = []
        var seen: Set<ReductionKey> = []
        for request in requests {
            let key = ReductionKey(request)
            guard seen.insert(key).inserted else { continue }
            if let summary = journalled(request, keys, results) {
                results.matrices[key] = summary
                continue
            }
            let gone = request.matrices.map(\.checkpoint).filter { checkpoints[$0].reader == nil }
            for place in gone { results.failures[place] = checkpoints[place].isGone }
            if gone.isEmpty { pending.append(request) }
        }
        guard !pending.isEmpty else { return results }
        let pass = MatrixPass(checkpoints, jobs: jobs, results: results, progress: progress) {
            [journal, results] request, summary in
            try journal.append(summary, for: keys.text(request, results))
        }
        try pass.run(pending)
        return pass.results
    }

    /// Adds the summaries of requests that run models.
    package func run(_ requests: [any ModelRequest], after earlier: ReductionResults) throws -> ReductionResults {
        let keys = JournalKeys(checkpoints)
        var results = earlier
        var pending: [any ModelRequest] = []
        var seen: Set<ModelRequestKey> = []
        for request in requests {
            let key = ModelRequestKey(request)
            guard seen.insert(key).inserted else { continue }
            if let summary = journalled(request, keys, results) {
                results.models[key] = summary
                continue
            }
            let gone = request.checkpoints.filter { checkpoints[$0].reader == nil }
            for place in gone { results.failures[place] = checkpoints[place].isGone }
            if gone.isEmpty { pending.append(request) }
        }
        guard !pending.isEmpty else { return results }
        let pass = ModelPass(
            checkpoints: checkpoints, jobs: jobs, progress: progress,
            record: { [journal, results] request, summary in
                try journal.append(summary, for: keys.text(request, results))
            },
            statePath: { [journal, results] place, probe in
                journal.path(ofFileFor: keys.text(finalStatesOf: place, probe, results))
            })
        try pass.run(pending, into: &results)
        return results
    }

    private func journalled<R: ModelRequest>(
        _ request: R, _ keys: JournalKeys, _ results: ReductionResults
    ) -> (any Codable & Sendable)? {
        journal.summary(R.Summary.self, for: keys.text(request, results))
    }

    private func journalled<R: MatrixRequest>(
        _ request: R, _ keys: JournalKeys, _ results: ReductionResults
    ) -> (any Codable & Sendable)? {
        journal.summary(R.Summary.self, for: keys.text(request, results))
    }

    private func journalled<R: Reduction>(
        _ reduction: R, _ keys: JournalKeys, _ results: ReductionResults
    ) -> (any ReductionSummary)? {
        journal.summary(R.Summary.self, for: keys.text(reduction, results))
    }

    private func read(_ pending: [any Reduction], _ keys: JournalKeys, into results: inout ReductionResults) throws {
        let components = PlanComponent.components(pending, in: checkpoints)
        let total = components.reduce(0) { $0 + $1.storedByteCount }
        let pass = EnginePass(
            checkpoints: checkpoints, components: components, jobs: jobs, results: results,
            progress: { [progress] done in progress(RunProgress(done: done, total: total)) },
            record: { [journal] reduction, summary, results in
                try journal.append(summary, for: keys.text(reduction, results))
            })
        try pass.run(windowBytes: ReductionEngine.windowBytes)
        results = pass.results
    }
}

/// What an engine found: summaries by request, and the checkpoints that could not be read.
package struct ReductionResults: Sendable {
    var summaries: [ReductionKey: any ReductionSummary] = [:]
    /// Of requests over whole matrices.
    var matrices: [ReductionKey: any Codable & Sendable] = [:]
    /// Of requests that run models.
    var models: [ModelRequestKey: any Codable & Sendable] = [:]
    /// Why a checkpoint could not be read, by its place in the run.
    package var failures: [Int: CheckpointError] = [:]

    /// The summary of a request; `nil` when a checkpoint it needs could not be read.
    package func summary<R: Reduction>(_ reduction: R) -> R.Summary? {
        summaries[ReductionKey(reduction)] as? R.Summary
    }
}

extension Checkpoint {
    fileprivate var isGone: CheckpointError {
        CheckpointError(
            .unreachable, checkpoint: label,
            problem: "its files are gone, and a comparison that is not journalled needs them",
            remedy: "restore \(location) or take it out of the series")
    }
}

/// The texts under which summaries are journalled.
private struct JournalKeys: Sendable {
    private let checkpoints: [Checkpoint]
    private let identities: [String]

    init(_ checkpoints: [Checkpoint]) {
        self.checkpoints = checkpoints
        identities = checkpoints.map { checkpoint in
            let contents = checkpoint.contents
            let samples = contents.samples.isEmpty ? contents.files.map { _ in "" } : contents.samples.map { " \($0)" }
            return zip(contents.files, samples).map { file, sample in
                "\(file.path) \(file.byteCount) \(file.modificationTimeNanoseconds) \(file.inode)\(sample)"
            }.joined(separator: "\n") + (checkpoint.location.group.map { "\n" + $0 } ?? "")
        }
    }

    func text<R: Reduction>(_ reduction: R, _ results: ReductionResults) -> String {
        text(ReductionKey(reduction), results, byContent: !(reduction is ContentReduction))
    }

    func text<R: MatrixRequest>(_ request: R, _ results: ReductionResults) -> String {
        text(ReductionKey(request), results, byContent: true)
    }

    func text<R: ModelRequest>(_ request: R, _ results: ReductionResults) -> String {
        let key = ReductionKey(
            kernel: R.kernel, parameters: request.parameters, models: request.checkpoints, in: checkpoints)
        return text(key, results, byContent: true)
    }

    /// What final states, which are too large for the journal, are known by.
    func text(finalStatesOf place: Int, _ probe: Fingerprint, _ results: ReductionResults) -> String {
        let key = ReductionKey(
            kernel: "final-states/1", parameters: "probe=\(probe)", models: [place], in: checkpoints)
        return text(key, results, byContent: true)
    }

    /// A tensor's content is known by the file it is in, everything else by the content of its inputs.
    private func text(_ key: ReductionKey, _ results: ReductionResults, byContent: Bool) -> String {
        let inputs = key.inputs.map { input in
            if byContent, let fingerprint = fingerprint(input, results) {
                return "\(fingerprint) \(describe(input))"
            }
            let info = checkpoints[input.checkpoint].tensors[input.tensor]
            let name = info.origin.map(\.description) ?? info.name
            return "\(identities[input.checkpoint])\n\(name) \(describe(input))"
        }
        return ([key.kernel, key.parameters] + inputs).joined(separator: "\n")
    }

    private func describe(_ input: TensorReference) -> String {
        let info = checkpoints[input.checkpoint].tensors[input.tensor]
        return "\(info.elementType.rawValue) \(info.shape)"
    }

    private func fingerprint(_ input: TensorReference, _ results: ReductionResults) -> Fingerprint? {
        results.summary(ContentReduction(input, fingerprints: true))?.fingerprint
    }
}
