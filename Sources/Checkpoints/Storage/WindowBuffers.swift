import Synchronization

/// Memory of windows that are gone, for those that come: giving pages back to the system and touching fresh ones costs as
/// much as decoding what they hold, and half of it holds up all threads.
final class WindowBuffers: Sendable {
    /// Of all windows.
    static let shared = WindowBuffers()

    private let idle = Mutex<[Buffer]>([])

    private struct Buffer: @unchecked Sendable {
        let bytes: UnsafeMutableRawBufferPointer
    }

    /// At least `byteCount` bytes, of any content: the smallest of those that wait and suffice. Where none does, all that
    /// wait are freed first, so that memory grows with the windows in use and not with those that were.
    func take(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
        let found: Buffer? = idle.withLock { idle in
            let fitting = idle.indices.filter { idle[$0].bytes.count >= byteCount }
            if let best = fitting.min(by: { idle[$0].bytes.count < idle[$1].bytes.count }) {
                return idle.remove(at: best)
            }
            for buffer in idle { buffer.bytes.deallocate() }
            idle.removeAll()
            return nil
        }
        return found?.bytes ?? .allocate(byteCount: byteCount, alignment: 64)
    }

    /// Gives back what `take` gave.
    func give(_ bytes: UnsafeMutableRawBufferPointer) {
        let buffer = Buffer(bytes: bytes)
        idle.withLock { $0.append(buffer) }
    }
}
