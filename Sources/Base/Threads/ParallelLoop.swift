/// Runs `body(0)`, ..., `body(count - 1)`, each once, in any order and on any threads, and returns when all have ended.
///
/// The decompositions cut their work into pieces that do not depend on the number of threads and combine the pieces in
/// a fixed order, so results have the same bytes whatever loop is given.
package typealias ParallelLoop = @Sendable (_ count: Int, _ body: @Sendable (Int) -> Void) -> Void

/// The loop of one thread: the right one when many small matrices are shared out one to a core.
package let serialLoop: ParallelLoop = { count, body in
    for index in 0..<count { body(index) }
}

/// Runs pieces that can fail. Of several failures the one of the lowest index is thrown, so that the report does not
/// depend on timing.
package func forEach(
    _ count: Int, in loop: ParallelLoop, _ body: @escaping @Sendable (Int) throws -> Void
) throws {
    let failures = Failures(count)
    loop(count) { index in
        do {
            try body(index)
        } catch {
            failures.slots[index] = error
        }
    }
    for failure in failures.slots {
        if let failure { throw failure }
    }
}

/// One slot a piece, so that pieces never write to the same place.
private final class Failures: @unchecked Sendable {
    let slots: UnsafeMutableBufferPointer<(any Error)?>

    init(_ count: Int) {
        slots = .allocate(capacity: count)
        slots.initialize(repeating: nil)
    }

    deinit {
        slots.deinitialize()
        slots.deallocate()
    }
}
