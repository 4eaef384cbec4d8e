import Base
import HDF5

/// A file that `torch.save` wrote before version 1.6, or writes with `_use_new_zipfile_serialization=False`: five pickles
/// (a magic number, a version, facts of the machine, the object, the keys of the storages), and then of each storage, in
/// the order of those keys, the number of its elements in 8 bytes, and the elements, little-endian.
///
/// Format: `_legacy_save` and `_legacy_load` in torch/serialization.py, `THPStorage_writeFileRaw` in
/// torch/csrc/serialization.cpp.
struct TorchStream {
    let value: PickleValue
    let objects: PickleMachine
    /// The bytes of each storage's elements, by its key.
    let storages: [String: Range<Int>]
    /// The bytes of all five pickles.
    let structure: Range<Int>

    /// What such a file begins with: protocol 2, and 0x1950a86a20f9469cfc6c as a number of ten bytes.
    static let signature: [UInt8] = [
        0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
    ]
    private static let version = 1001
    /// The pickles are looked for in so much of the file at first, in bytes, and in more when it does not do.
    private static let firstPrefix = 1 << 20

    init(_ file: any ByteSource, _ site: TorchSite) throws(CheckpointError) {
        var length = min(file.byteCount, TorchStream.firstPrefix)
        var read: Pickles?
        while read == nil {
            let bytes = try file.bytes(at: 0, count: length)
            do throws(PickleError) {
                read = try Pickles(bytes)
            } catch {
                // Cut short, as far as this much of the file goes.
                let most = min(file.byteCount, PickleMachine.byteLimit)
                guard error.offset == length, length < most else { throw site.error(error, member: nil) }
                length = min(most, 8 * length)
            }
        }
        guard let read else { preconditionFailure("the loop ends with the pickles") }
        (value, objects, structure) = (read.value, read.objects, 0..<read.end)
        storages = try TorchStream.storages(read.keys, read.objects, from: read.end, in: file, site)
    }

    private struct Pickles {
        let value: PickleValue
        let objects: PickleMachine
        let keys: [PickleValue]
        /// One past the last byte.
        let end: Int

        init(_ bytes: [UInt8]) throws(PickleError) {
            let version = try PickleMachine.read(bytes, from: TorchStream.signature.count)
            guard version.value == .integer(TorchStream.version) else {
                throw PickleError("a version that is not \(TorchStream.version)", offset: TorchStream.signature.count)
            }
            let machine = try PickleMachine.read(bytes, from: version.end)
            let object = try PickleMachine.read(bytes, from: machine.end)
            let listed = try PickleMachine.read(bytes, from: object.end)
            (value, objects, end) = (object.value, object.objects, listed.end)
            keys = listed.objects.elements(of: listed.value)
        }
    }

    private static func storages(
        _ keys: [PickleValue], _ objects: PickleMachine, from start: Int, in file: any ByteSource,
        _ site: TorchSite
    ) throws(CheckpointError) -> [String: Range<Int>] {
        var widths: [String: Int] = [:]
        for number in objects.storageTuples.indices {
            do throws(PickleError) {
                let storage = try objects.storage(number)
                if widths[storage.key] == nil { widths[storage.key] = storage.type?.byteCount ?? 1 }
            } catch {
                throw site.error(error, member: nil)
            }
        }
        var found: [String: Range<Int>] = [:]
        var offset = start
        for key in keys {
            guard case .text(let key) = key, let width = widths[key], found[key] == nil else {
                throw site.malformed("lists a storage that no tensor has, or one twice, before byte \(start)")
            }
            guard offset <= file.byteCount - 8 else {
                throw site.malformed("ends before its storage '\(printable(key))'")
            }
            let claimed = LittleEndianBytes(try file.bytes(at: offset, count: 8)).uint64(0)
            guard let count = claimed, let length = product([count, width]), length <= file.byteCount - offset - 8
            else {
                throw site.malformed(
                    "claims more elements for its storage '\(printable(key))' than its \(file.byteCount) bytes can hold"
                )
            }
            found[key] = offset + 8..<offset + 8 + length
            offset += 8 + length
        }
        return found
    }
}
