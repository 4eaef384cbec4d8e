import Base
import Checkpoints
import Synchronization
import Tensors

/// One reading of a plan's components. Tensors whose elements can be read at any number are cut into segments that all
/// threads share, across tensors; the others are loaded window by window, decoded on all threads.
package final class EnginePass: Sendable {
    private struct State {
        var progress: [SegmentMerge]
        var doneBytes = 0
    }

    private let ledger: Ledger
    private let components: [PlanComponent]
    private let threads: Threads
    private let progress: @Sendable (Int) -> Void
    private let state: Mutex<State>

    init(
        _ ledger: Ledger, _ components: [PlanComponent], _ threads: Threads,
        progress: @escaping @Sendable (Int) -> Void
    ) {
        self.ledger = ledger
        self.components = components
        self.threads = threads
        self.progress = progress
        state = Mutex(State(progress: Array(repeating: SegmentMerge(), count: components.count)))
    }

    private var checkpoints: [Checkpoint] { ledger.checkpoints }

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
        try threads.forEach(tasks.count) { (index: Int) throws(any Error) in
            try self.runSegment(tasks[index].segment, of: tasks[index].component, windows: [:], passes)
        }
        for component in windowed {
            try ledger.attempt(components[component].inputs.map(\.checkpoint)) {
                try runWindows(of: component, windowBytes: windowBytes, passes)
            }
        }
    }

    private func runWindows(of index: Int, windowBytes: Int, _ passes: PassPool) throws {
        let component = components[index]
        let indirect = component.inputs.indices.filter { number in
            let input = component.inputs[number]
            return !(checkpoints[input.checkpoint].reader?.isDirect(input.tensor) ?? false)
        }
        let loaded = try LoadedWindows(indirect, threads) { number in
            let input = component.inputs[number]
            return try blaming(input.checkpoint) {
                try self.checkpoints[input.checkpoint].reader?.window(
                    input.tensor, capacity: windowBytes / indirect.count)
            }
        }
        var start = 0
        repeat {
            var end = component.elementCount
            for (number, window) in loaded.parts where start < component.elementCounts[number] {
                let reach = window.reach(from: start)
                if reach < component.elementCounts[number] { end = min(end, reach) }
            }
            if end < component.elementCount {
                // Whole segments: one always fits, though it may end amid a band of chunks.
                let segments = max(1, (end - start) / Fingerprint.segmentElements)
                end = min(start + segments * Fingerprint.segmentElements, component.elementCount)
            }
            let held = start..<end
            try loaded.forEach(threads) { number, window, threads in
                let here = held.clamped(to: 0..<component.elementCounts[number])
                guard !here.isEmpty else { return }
                try blaming(component.inputs[number].checkpoint) { try window.load(here, on: threads) }
            }
            let first = start / Fingerprint.segmentElements
            let last = max(first + 1, (end + Fingerprint.segmentElements - 1) / Fingerprint.segmentElements)
            try threads.forEach(last - first) { (offset: Int) throws(any Error) in
                try self.runSegment(first + offset, of: index, windows: loaded.windows, passes)
            }
            start = end
        } while start < component.elementCount
    }

    /// A failed checkpoint ends the segment, not the pass; the engine plans again without it.
    private func runSegment(
        _ segment: Int, of index: Int, windows: [Int: TensorWindow], _ passes: PassPool
    ) throws {
        let component = components[index]
        try ledger.attempt(component.inputs.lazy.map(\.checkpoint)) {
            let pass = passes.take()
            defer { passes.put(pass) }
            let summaries = try pass.summaries(of: component, segment: segment, in: checkpoints, windows: windows)
            try finish(segment, of: index, summaries)
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

    private func finish(_ component: PlanComponent, _ summaries: [any ReductionSummary]) throws {
        try ledger.checkUnchanged(component.inputs.map(\.checkpoint))
        try ledger.record(
            zip(component.reductions, summaries).map { planned, summary in (planned.reduction, summary.sealed()) })
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

/// A component's windows by the indices of its inputs: each is loaded by one thread at a time, and read by many in between.
private struct LoadedWindows: @unchecked Sendable {
    let parts: [(input: Int, window: TensorWindow)]
    let windows: [Int: TensorWindow]

    /// Opens those of `inputs`; `open` may give none.
    init(
        _ inputs: [Int], _ threads: Threads, open: @Sendable (Int) throws -> TensorWindow?
    ) throws {
        let opened = Mutex<[Int: OpenedWindow]>([:])
        try threads.forEach(inputs.count) { (index: Int) throws(any Error) in
            guard let window = try open(inputs[index]) else { return }
            let found = OpenedWindow(window: window)
            opened.withLock { $0[inputs[index]] = found }
        }
        windows = opened.withLock { $0.mapValues(\.window) }
        parts = windows.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Calls `load` with each number and its window, on `threads` in all: a window a thread where there are enough of
    /// them, which spares the threads from waiting for each other at every window's end, and else all on one window.
    func forEach(
        _ threads: Threads, _ load: @Sendable (_ input: Int, TensorWindow, Threads) throws -> Void
    ) throws {
        let together = parts.count >= threads.count
        try (together ? threads : .one).forEach(parts.count) { (index: Int) throws(any Error) in
            try load(parts[index].input, parts[index].window, together ? .one : threads)
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
