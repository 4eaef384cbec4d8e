import Base
import Foundation
import Synchronization

/// An open file, closed when the last who holds it lets go.
final class Descriptor: Sendable {
    /// The system's number of it.
    let number: Int32

    /// Why the system would not open a file: the code of its refusal.
    struct Failure: Error {
        let code: Int32
    }

    /// Opens for reading. Without O_NONBLOCK, opening a FIFO would wait for a writer.
    init(_ path: String) throws(Failure) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Failure(code: errno) }
        number = opened
    }

    /// Takes over an open file.
    init(taking number: Int32) { self.number = number }

    deinit { close(number) }
}

/// Keeps as many files open as the process can spare. One more has another closed that was not read for a while; who
/// reads that one at this moment keeps it until the end. No lock is held while a file is opened, read or closed.
final class DescriptorPool: Sendable {
    /// Of the process, by its limit when the first file is opened.
    static let shared = DescriptorPool(limit: share(of: softLimit))

    /// Files that are kept open.
    let limit: Int
    private let ring = Mutex(Ring())

    /// Where a file's descriptor is while it is open.
    final class Slot: Sendable {
        fileprivate let held = Mutex<Descriptor?>(nil)
        /// Whether it was asked for since the hand passed.
        fileprivate let isRecent = Atomic<Bool>(false)

        /// The open file; `nil` while it is closed.
        var descriptor: Descriptor? {
            let found = held.withLock { $0 }
            if found != nil, !isRecent.load(ordering: .relaxed) { isRecent.store(true, ordering: .relaxed) }
            return found
        }
    }

    /// The slots of open files, and the hand that looks for one to close: the second-chance rule, which costs a reader
    /// no more than a look at a flag.
    private struct Ring {
        var slots: [Slot] = []
        var places: [ObjectIdentifier: Int] = [:]
        var hand = 0

        mutating func add(_ slot: Slot) {
            places[ObjectIdentifier(slot)] = slots.count
            slots.append(slot)
        }

        /// The slot's descriptor, which the caller lets go of without the lock.
        mutating func remove(_ slot: Slot) -> Descriptor? {
            guard let place = places.removeValue(forKey: ObjectIdentifier(slot)) else { return nil }
            let last = slots.removeLast()
            if last !== slot {
                slots[place] = last
                places[ObjectIdentifier(last)] = place
            }
            return slot.held.withLock { $0.take() }
        }

        mutating func removeOldest() -> Descriptor? {
            while true {
                if hand >= slots.count { hand = 0 }
                let slot = slots[hand]
                // The youngest takes the place of one that goes: its turn comes last.
                hand += 1
                if !slot.isRecent.exchange(false, ordering: .relaxed) { return remove(slot) }
            }
        }
    }

    /// A pool of at most `limit` open files, besides those that are being read.
    init(limit: Int) {
        precondition(limit > 0)
        self.limit = limit
    }

    /// Number of files it keeps open.
    var count: Int { ring.withLock { $0.slots.count } }

    /// Opens a file. Where the process has too many, the pool closes half of its own first.
    func opening(_ path: String) throws(Descriptor.Failure) -> Descriptor {
        do throws(Descriptor.Failure) {
            return try Descriptor(path)
        } catch {
            guard error.code == EMFILE, close(half: true) else { throw error }
            return try Descriptor(path)
        }
    }

    /// Keeps an open file in its slot, unless another thread was faster.
    /// - Returns: the file that is in the slot.
    func keep(_ descriptor: Descriptor, in slot: Slot) -> Descriptor {
        let earlier = slot.held.withLock { held in
            defer { held = held ?? descriptor }
            return held
        }
        if let earlier { return earlier }
        // Of files that are read only once, none takes the place of one that is read again.
        slot.isRecent.store(false, ordering: .relaxed)
        ring.withLock { $0.add(slot) }
        _ = close(half: false)
        return descriptor
    }

    /// Closes the file of a slot that nobody will ask for again.
    func give(_ slot: Slot) {
        // Closed here, without the lock.
        let descriptor = ring.withLock { $0.remove(slot) }
        withExtendedLifetime(descriptor) {}
    }

    /// Closes what is above the limit, or half of what is open. `false` when there was nothing to close.
    private func close(half: Bool) -> Bool {
        let closed = ring.withLock { ring in
            let wanted = half ? ring.slots.count / 2 : min(limit, ring.slots.count)
            return (wanted..<ring.slots.count).map { _ in ring.removeOldest() }
        }
        return !closed.isEmpty
    }

    /// What a limit leaves for files of checkpoints: the rest are workers' sockets, results, journals and what the system's
    /// libraries open.
    static func share(of limit: Int) -> Int { max(4, min(limit / 2, limit - 48)) }

    private static var softLimit: Int {
        DescriptorLimit.current.map { Int(min($0.rlim_cur, 65536)) } ?? 256
    }
}
