import Base
import CHDF5

/// A failed call into libhdf5: what was being done, and the library's own innermost reason.
package struct HDF5Error: Error, Equatable, CustomStringConvertible {
    /// What was being done, for example `open dataset 'model.norm.weight'`.
    package let action: String
    /// The innermost message of HDF5's error stack; empty when it gave none.
    package let reason: String

    /// What a caller tells apart.
    package enum Cause: Sendable {
        /// The file ends before its data does.
        case truncation
        /// A structure of a later version of the format; damage can look the same.
        case version
        /// The disk did not give what it holds.
        case machine
        case other
    }

    /// The cause. libhdf5 files both under numbers that mean other things as well, so its words decide: they are read here
    /// and nowhere else.
    package var cause: Cause {
        if reason.hasPrefix("truncated file") { return .truncation }
        // No name of the file's own stands before the code: a file cannot blame the disk.
        if let read = reason.prefixMatch(
            of: /file read failed: time = [^']*filename = '\/dev\/fd\/[0-9]+'[^']*errno = ([0-9]+),/),
            Int32(read.1).map(isMachineFailure) == true
        {
            return .machine
        }
        return reason.contains("bad version number") || reason.contains("unknown version") ? .version : .other
    }

    /// Records a failure whose reason is already known.
    package init(_ action: String, reason: String) {
        self.action = action
        self.reason = reason
    }

    /// Records a failed call and takes the reason from HDF5's error stack of this thread.
    package init(_ action: String) {
        self.init(action, reason: HDF5Error.innermostReason())
    }

    /// One line: the action and the reason.
    package var description: String {
        reason.isEmpty ? "cannot \(action)" : "cannot \(action): \(reason)"
    }

    private static func innermostReason() -> String {
        var reason = ""
        withUnsafeMutablePointer(to: &reason) { pointer in
            _ = H5Ewalk2(
                H5E_DEFAULT_ID, H5E_WALK_UPWARD,
                { _, entry, context in
                    guard let text = entry?.pointee.desc, let context else { return 1 }
                    context.assumingMemoryBound(to: String.self).pointee = String(cString: text)
                    return 1  // the first entry met upward is the innermost
                }, pointer)
        }
        return reason
    }

    private static var H5E_DEFAULT_ID: hid_t { 0 }
}

/// Call before any other function of libhdf5. It shall not print its error stack (`HDF5Error` carries the reason), and
/// not clean up when the process exits: a file that could not be closed, because the disk is full, crashes it there.
package func prepareHDF5() {
    _ = H5dont_atexit()  // fails, and does no harm, from the second time on
    H5Eset_auto2(0, nil, nil)
}

/// An id that closes itself: a file, group, dataset, type, space, attribute or property list.
package struct Handle: ~Copyable {
    let id: hid_t
    private let close: (hid_t) -> herr_t

    /// Takes ownership of `id`; throws when the call that made it failed (a negative id).
    init(_ id: hid_t, _ close: @escaping (hid_t) -> herr_t, _ action: @autoclosure () -> String) throws(HDF5Error) {
        guard id >= 0 else { throw HDF5Error(action()) }
        self.id = id
        self.close = close
    }

    deinit { _ = close(id) }
}

/// Throws `HDF5Error(action)` when `status` reports failure, otherwise hands it back.
@discardableResult
func check<Status: SignedInteger>(_ status: Status, _ action: @autoclosure () -> String) throws(HDF5Error) -> Status {
    guard status >= 0 else { throw HDF5Error(action()) }
    return status
}
