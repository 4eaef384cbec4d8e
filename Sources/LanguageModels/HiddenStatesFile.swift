import Base
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
        let isWritten = writeAll(bytes, to: descriptor) && check.withUnsafeBytes { writeAll($0, to: descriptor) }
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
        guard readAll(whole, from: descriptor) == whole.count,
            check.withUnsafeMutableBytes({ readAll($0, from: descriptor) }) == 32,
            check.dropLast() == Array("\(Fingerprint(of: bytes))".utf8)[...]
        else { return nil }
    }

    private var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: matrix.base, count: 4 * matrix.rows * matrix.columns)
    }
}
