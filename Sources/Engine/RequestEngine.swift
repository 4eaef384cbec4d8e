import Base
import Checkpoints
import Tensors

/// Carries out requests on checkpoints: what is journalled is taken from there, and of the rest each byte is read once for
/// all reductions. Then come those over whole matrices, then those that run models.
///
/// Memory is bounded by blocks: a thread holds one block of each tensor it reads together (256 KiB each, 2 MiB in all, at
/// least 4096 elements each); tensors that must be decoded first pass through windows of `windowBytes` in all.
package struct RequestEngine: Sendable {
    let checkpoints: [Checkpoint]
    let threads: Threads
    let journal: Journal
    let windowBytes: Int
    private let progress: @Sendable (RunProgress) -> Void

    /// Prepares to run on `jobs` threads; `progress` is called from any of them after each segment.
    package init(
        _ checkpoints: [Checkpoint], jobs: Int, journal: Journal, windowBytes: Int = 128 << 20,
        progress: @escaping @Sendable (RunProgress) -> Void = { _ in }
    ) {
        self.checkpoints = checkpoints
        threads = Threads(jobs)
        self.journal = journal
        self.windowBytes = windowBytes
        self.progress = progress
    }

    /// The summaries of all requests. A checkpoint that cannot be read costs the requests that need it, and stands in
    /// the results' failures; all others are carried out.
    /// - Parameter earlier: results of an earlier call that these requests follow from; they stand in the new ones.
    /// - Throws: what a failing machine throws: `CheckpointError`, `EnvironmentError`; and `Interrupted`.
    package func run(
        _ requests: [any Request], after earlier: ReductionResults = ReductionResults()
    ) throws -> ReductionResults {
        let ledger = Ledger(checkpoints, journal, after: earlier)
        var seen: Set<RequestKey> = []
        let distinct = requests.filter { seen.insert(RequestKey($0)).inserted }
        try reduce(distinct.compactMap { $0 as? any Reduction }, ledger)
        let matrices = missing(distinct.filter { $0 is any MatrixRequest }, ledger)
        try MatrixPass(ledger, threads, progress).run(matrices.compactMap { $0 as? any MatrixRequest })
        let models = missing(distinct.filter { $0 is any ModelRequest }, ledger)
        try ModelPass(ledger, threads, progress).run(models.compactMap { $0 as? any ModelRequest })
        return ledger.results
    }

    /// What falls to a share of the requests, by their estimated cost.
    package func part(_ share: Share, of requests: [any Request]) -> ShareOfPlan {
        PlanPieces(requests, in: checkpoints).part(share)
    }

    /// The requests that are not journalled; of a checkpoint that is gone, what it fails of.
    private func missing(_ requests: [any Request], _ ledger: Ledger) -> [any Request] {
        requests.filter { request in
            guard !ledger.recalls(request) else { return false }
            let gone = request.operands.checkpoints.filter { checkpoints[$0].reader == nil }
            for index in gone { ledger.fail(index, checkpoints[index].isGone) }
            return gone.isEmpty
        }
    }

    private func reduce(_ requests: [any Reduction], _ ledger: Ledger) throws {
        // Fingerprints first: they are what the other reductions are looked up by.
        var pending = requests.filter { $0 is ContentReduction } + requests.filter { !($0 is ContentReduction) }
        while true {
            // What has been read since may show that a summary exists already.
            pending = pending.filter { !ledger.recalls($0) }
            let gone = Set(pending.flatMap(\.inputs).map(\.checkpoint)).filter { checkpoints[$0].reader == nil }
            if !gone.isEmpty {
                // A comparison with a checkpoint that is gone may be journalled by contents of which one is not known yet.
                let contents = pending.filter { $0 is ContentReduction && isReadable($0, ledger) }
                guard contents.isEmpty else {
                    try read(contents, ledger)
                    continue
                }
                for index in gone.sorted() { ledger.fail(index, checkpoints[index].isGone) }
            }
            pending = pending.filter { !ledger.hasFailed($0.operands.checkpoints) }
            guard !pending.isEmpty else { return }
            try read(pending, ledger)
        }
    }

    private func isReadable(_ reduction: any Reduction, _ ledger: Ledger) -> Bool {
        let needed = reduction.operands.checkpoints
        return needed.allSatisfy { checkpoints[$0].reader != nil } && !ledger.hasFailed(needed)
    }

    private func read(_ pending: [any Reduction], _ ledger: Ledger) throws {
        let components = PlanComponent.components(pending, in: checkpoints)
        let total = components.reduce(0) { $0 + $1.storedByteCount }
        let pass = EnginePass(ledger, components, threads) { [progress] done in
            progress(RunProgress("reading", done: done, of: total))
        }
        try pass.run(windowBytes: windowBytes)
    }
}

extension Checkpoint {
    fileprivate var isGone: CheckpointError {
        let files = mixture?.terms.map(\.checkpoint).filter { $0.reader == nil } ?? [self]
        let owner = mixture == nil ? "its files" : "files that it is made of"
        return CheckpointError(
            .unreachable, checkpoint: label,
            problem: "\(owner) are gone, and a comparison that is not journalled needs them",
            remedy: "restore \(files.map(\.location.description).joined(separator: ", ")) or take it out of the series")
    }
}
