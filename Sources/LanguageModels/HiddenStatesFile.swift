import Foundation
import Tensors

extension HiddenStates {
    /// Writes the states, and a fingerprint of them, beside `path`, and renames the file to it.
    /// - Returns: false where the system refused, with its reason in `errno`.
    package func write(to path: String) -> Bool {
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { return false }
        let check = Array("\(Fingerprint(of: bytes))".utf8)
        let isWritten = put(bytes, descriptor) && check.withUnsafeBytes { put($0, descriptor) }
        let code = errno
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            unlink(temporary)
            if !isWritten { errno = code }
            return false
        }
        return true
    }

    /// Reads what `write` wrote; `nil` where there is no such file, or not a whole one of this probe set and width.
    package init?(file path: String, of probe: ProbeSet, width: Int) {
        let matrix = ActivationPool().take(probe.tokenCount, width)
        self.init(matrix: matrix, bounds: probe.bounds)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var check = [UInt8](repeating: 0, count: 33)
        let whole = UnsafeMutableRawBufferPointer(mutating: bytes)
        guard get(whole, descriptor) == whole.count, check.withUnsafeMutableBytes({ get($0, descriptor) }) == 32,
            check.dropLast() == Array("\(Fingerprint(of: bytes))".utf8)[...]
        else { return nil }
    }

    private var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: matrix.base, count: 4 * matrix.rows * matrix.columns)
    }
}

/// Writes all bytes.
private func put(_ bytes: UnsafeRawBufferPointer, _ descriptor: Int32) -> Bool {
    var done = 0
    while done < bytes.count {
        let count = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
    }
    return true
}

/// Reads until the buffer is full or the file ends; how many bytes it was.
private func get(_ bytes: UnsafeMutableRawBufferPointer, _ descriptor: Int32) -> Int {
    var done = 0
    while done < bytes.count {
        let count = read(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        done += count
    }
    return done
}
