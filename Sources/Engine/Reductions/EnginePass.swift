import Base
import Checkpoints
import Synchronization
import Tensors

/// One reading of a plan's components. Tensors whose elements can be read at any place are cut into segments that all
/// threads share, across tensors; the others are loaded window by window, decoded on all threads.
package final class EnginePass: Sendable {
    typealias Record = @Sendable (any Reduction, any ReductionSummary, ReductionResults) throws -> Void

    private struct State {
        var results: ReductionResults
        var progress: [SegmentMerge]
        var doneBytes = 0
    }

    private let checkpoints: [Checkpoint]
    private let components: [PlanComponent]
    private let jobs: Int
    private let progress: @Sendable (Int) -> Void
    private let record: Record
    private let state: Mutex<State>

    init(
        checkpoints: [Checkpoint], components: [PlanComponent], jobs: Int, results: ReductionResults,
        progress: @escaping @Sendable (Int) -> Void, record: @escaping Record
    ) {
        self.checkpoints = checkpoints
        self.components = components
        self.jobs = jobs
        self.progress = progress
        self.record = record
        state = Mutex(
            State(
                results: results, progress: Array(repeating: SegmentMerge(), count: components.count)))
    }

    var results: ReductionResults { state.withLock { $0.results } }

    /// Reads everything, except what a checkpoint that fails on the way leaves undone.
    func run(windowBytes: Int) throws {
        var direct: [(component: Int, segment: Int)] = []
        var windowed: [Int] = []
        for (index, component) in components.enumerated() {
            if component.inputs.allSatisfy({ checkpoints[$0.checkpoint].reader?.isDirect($0.tensor) ?? false }) {
                direct += (0..<component.segmentCount).map { (index, $0) }
            } else {
                windowed.append(index)
            }
        }
        let passes = PassPool()
        let tasks = direct
        try inParallel(tasks.count, jobs: jobs) { (index: Int) throws(any Error) in
            try self.runSegment(tasks[index].segment, of: tasks[index].component, windows: [:], passes)
        }
        for component in windowed {
            do {
                try runWindows(of: component, windowBytes: windowBytes, passes)
            } catch let failure as ReadFailure {
                try note(failure)
            }
        }
    }

    private func runWindows(of index: Int, windowBytes: Int, _ passes: PassPool) throws {
        let component = components[index]
        let indirect = component.inputs.indices.filter { place in
            let input = component.inputs[place]
            return !(checkpoints[input.checkpoint].reader?.isDirect(input.tensor) ?? false)
        }
        let loaded = try LoadedWindows(indirect, jobs: jobs) { (place) throws(ReadFailure) in
            let input = component.inputs[place]
            return try self.blaming(input.checkpoint) { () throws(CheckpointError) in
                try self.checkpoints[input.checkpoint].reader?.window(
                    input.tensor, capacity: windowBytes / indirect.count)
            }
        }
        var start = 0
        repeat {
            var end = component.elementCount
            for (place, window) in loaded.parts where start < component.elementCounts[place] {
                let reach = window.reach(from: start)
                if reach < component.elementCounts[place] { end = min(end, reach) }
            }
            if end < component.elementCount {
                // Whole segments: one always fits, though it may end amid a band of chunks.
                let segments = max(1, (end - start) / Fingerprint.segmentElements)
                end = min(start + segments * Fingerprint.segmentElements, component.elementCount)
            }
            let held = start..<end
            try loaded.forEach(jobs: jobs) { (place, window, jobs) throws(ReadFailure) in
                let here = held.clamped(to: 0..<component.elementCounts[place])
                guard !here.isEmpty else { return }
                try self.blaming(component.inputs[place].checkpoint) { () throws(CheckpointError) in
                    try window.load(here) { (count, body) throws(CheckpointError) in
                        try inParallel(count, jobs: jobs, body)
                    }
                }
            }
            let first = start / Fingerprint.segmentElements
            let last = max(first + 1, (end + Fingerprint.segmentElements - 1) / Fingerprint.segmentElements)
            try inParallel(last - first, jobs: jobs) { (offset: Int) throws(any Error) in
                try self.runSegment(first + offset, of: index, windows: loaded.windows, passes)
            }
            start = end
        } while start < component.elementCount
    }

    private func blaming<Value>(
        _ checkpoint: Int, _ body: () throws(CheckpointError) -> Value
    ) throws(ReadFailure) -> Value {
        do {
            return try body()
        } catch {
            throw ReadFailure(checkpoint: checkpoint, error: error)
        }
    }

    /// A failed checkpoint ends the segment, not the pass; the engine plans again without it.
    private func runSegment(
        _ segment: Int, of index: Int, windows: [Int: TensorWindow], _ passes: PassPool
    ) throws {
        let component = components[index]
        let failed = state.withLock { $0.results.failures }
        guard !component.inputs.contains(where: { failed[$0.checkpoint] != nil }) else { return }
        let pass = passes.take()
        defer { passes.put(pass) }
        do {
            let summaries = try pass.summaries(of: component, segment: segment, in: checkpoints, windows: windows)
            try finish(segment, of: index, summaries)
        } catch let failure as ReadFailure {
            try note(failure)
        }
    }

    /// A checkpoint that fails is left out; a machine that fails ends the pass.
    private func note(_ failure: ReadFailure) throws(CheckpointError) {
        guard failure.error.kind != .environment else { throw failure.error }
        state.withLock { state in
            if state.results.failures[failure.checkpoint] == nil {
                state.results.failures[failure.checkpoint] = failure.error
            }
        }
    }

    private func finish(_ segment: Int, of index: Int, _ summaries: [any ReductionSummary]) throws {
        let component = components[index]
        let complete: [any ReductionSummary]? = state.withLock { state in
            state.progress[index].add(summaries, segment: segment)
            guard state.progress[index].count == component.segmentCount else { return nil }
            defer { state.progress[index] = SegmentMerge() }
            return state.progress[index].whole
        }
        if let complete { try finish(component, complete) }
        let done = state.withLock { state in
            state.doneBytes += component.storedByteCount / component.segmentCount
            return state.doneBytes
        }
        progress(done)
    }

    /// Journals the result, after a last look at the files: what was read from a file that changed meanwhile is nobody's
    /// content.
    private func finish(_ component: PlanComponent, _ summaries: [any ReductionSummary]) throws {
        for checkpoint in Set(component.inputs.map(\.checkpoint)).sorted() {
            try blaming(checkpoint) { () throws(CheckpointError) in
                try self.checkpoints[checkpoint].reader?.checkUnchanged()
            }
        }
        for (planned, summary) in zip(component.reductions, summaries) {
            let sealed = summary.sealed()
            state.withLock { $0.results.summaries[planned.key] = sealed }
        }
        let results = self.results
        for planned in component.reductions {
            guard let summary = results.summaries[planned.key] else { continue }
            try record(planned.reduction, summary, results)
        }
    }
}

/// The summaries of a component's segments, merged in order as they finish: only those wait that are ahead of another, so
/// that summaries may be large until they are sealed.
private struct SegmentMerge {
    /// Segments merged so far: the first ones.
    private(set) var count = 0
    /// What they give, by reduction.
    private(set) var whole: [any ReductionSummary] = []
    private var waiting: [Int: [any ReductionSummary]] = [:]

    mutating func add(_ summaries: [any ReductionSummary], segment: Int) {
        waiting[segment] = summaries
        while let next = waiting.removeValue(forKey: count) {
            whole = count == 0 ? next : zip(whole, next).map { $0.appending($1) }
            count += 1
        }
    }
}

/// A component's windows by the places of its inputs: each is loaded by one thread at a time, and read by many in between.
private struct LoadedWindows: @unchecked Sendable {
    let parts: [(place: Int, window: TensorWindow)]
    let windows: [Int: TensorWindow]

    /// Opens those of `places`; `open` may give none.
    init(
        _ places: [Int], jobs: Int, open: @Sendable (Int) throws(ReadFailure) -> TensorWindow?
    ) throws(ReadFailure) {
        let opened = Mutex<[Int: OpenedWindow]>([:])
        try inParallel(places.count, jobs: jobs) { (index) throws(ReadFailure) in
            guard let window = try open(places[index]) else { return }
            let found = OpenedWindow(window: window)
            opened.withLock { $0[places[index]] = found }
        }
        windows = opened.withLock { $0.mapValues(\.window) }
        parts = windows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Calls `load` with each place and its window, on `jobs` threads in all: a window a thread where there are enough of
    /// them, which spares the threads from waiting for each other at every window's end, and else all on one window.
    func forEach(
        jobs: Int, _ load: @Sendable (_ place: Int, TensorWindow, _ jobs: Int) throws(ReadFailure) -> Void
    ) throws(ReadFailure) {
        let together = parts.count >= jobs
        try inParallel(parts.count, jobs: together ? jobs : 1) { (index) throws(ReadFailure) in
            try load(parts[index].place, parts[index].window, together ? 1 : jobs)
        }
    }

    private struct OpenedWindow: @unchecked Sendable {
        let window: TensorWindow
    }
}

/// Segment passes, kept for their buffers.
private final class PassPool: Sendable {
    private let idle = Mutex<[Idle]>([])

    private struct Idle: @unchecked Sendable {
        let pass: SegmentPass
    }

    func take() -> SegmentPass { idle.withLock { $0.popLast() }?.pass ?? SegmentPass() }
    func put(_ pass: SegmentPass) {
        let returned = Idle(pass: pass)
        idle.withLock { $0.append(returned) }
    }
}
