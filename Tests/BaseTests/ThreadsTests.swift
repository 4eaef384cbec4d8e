import Foundation
import Synchronization
import Testing

@testable import Base

@Suite struct ThreadsTests {
    private struct Stop: Error, Equatable { let index: Int }

    @Test(arguments: [1, 2, 5], [false, true])
    func `every piece is done once, and results stand in order`(count: Int, backwards: Bool) {
        let threads = Threads(count, backwards: backwards)
        let calls = Atomic(0)
        let squares = threads.map(1000) { index in
            calls.add(1, ordering: .relaxed)
            return index * index
        }
        #expect(squares == (0..<1000).map { $0 * $0 })
        #expect(calls.load(ordering: .relaxed) == 1000)
        #expect(threads.map(0) { $0 }.isEmpty)
    }

    @Test(arguments: [1, 4]) func `of several failures that of the lowest index is thrown`(count: Int) {
        let error = #expect(throws: Stop.self) {
            try Threads(count).forEach(100) { (index) throws(Stop) in
                if index % 10 == 3 { throw Stop(index: index) }
            }
        }
        #expect(error == Stop(index: 3))
    }

    @Test func `work that shares out work ends, and is done by threads made once`() {
        let seen = Mutex<Set<UInt>>([])
        for _ in 0..<500 {
            let sums = Threads(3).map(3) { outer in
                Threads(2).map(2) { inner in
                    _ = seen.withLock { $0.insert(UInt(bitPattern: pthread_self().hashValue)) }
                    return outer * 10 + inner
                }.reduce(0, +)
            }
            #expect(sums == [1, 21, 41])
        }
        // Six at once; other tests share the pool, and its threads may be any of those at hand.
        #expect(seen.withLock { $0.count } <= 64)
    }
}
