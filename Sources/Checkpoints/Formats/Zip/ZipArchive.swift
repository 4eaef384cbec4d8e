import Base
import HDF5

/// The members of a zip file, from its central directory, checked so that no byte belongs to two of them. Nothing is
/// unpacked: names are only looked up.
///
/// Format: PKWARE's APPNOTE 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), with the 64-bit
/// records that files above 4 GiB have.
struct ZipArchive: Sendable {
    /// One member.
    struct Entry: Sendable, Equatable {
        let name: String
        /// Whether it is deflated; stored as it is otherwise.
        let isDeflated: Bool
        /// CRC-32 of the content.
        let checksum: UInt32
        /// Bytes of the content.
        let byteCount: Int
        /// Its bytes in the file, as stored.
        let stored: Range<Int>
    }

    /// In the order of their bytes.
    let entries: [Entry]
    /// The bytes that the central directory takes: they tell names, sizes and checksums of all members.
    let directory: Range<Int>
    private let places: [String: Int]

    /// Longer directories, in bytes, and more members than any checkpoint has.
    private static let directoryLimit = 64 << 20
    private static let entryLimit = SafetensorsHeader.tensorLimit + 64

    /// Reads the directory of an open file.
    init(of file: any ByteSource) throws(CheckpointError) {
        let site = ZipSite(path: file.name, checkpoint: file.checkpoint)
        let end = try ZipEnd(of: file, site)
        guard end.directory.count <= ZipArchive.directoryLimit, end.entryCount <= ZipArchive.entryLimit else {
            throw site.error("its directory has \(end.directory.count) bytes and \(end.entryCount) members, too many")
        }
        let bytes = LittleEndianBytes(try file.bytes(at: end.directory.lowerBound, count: end.directory.count))
        var records: [ZipRecord] = []
        var at = 0
        while at < bytes.count {
            guard records.count < end.entryCount, let record = try ZipRecord(bytes, at: &at, site) else {
                throw site.error("its directory is damaged at byte \(end.directory.lowerBound + at)")
            }
            records.append(record)
        }
        guard records.count == end.entryCount else {
            throw site.error("its directory lists \(records.count) members, expected \(end.entryCount)")
        }
        records.sort { $0.offset < $1.offset }
        var entries: [Entry] = []
        var covered = 0
        for record in records {
            guard record.offset >= covered else {
                throw site.error("its member '\(printable(record.name))' overlaps another")
            }
            let entry = try record.entry(in: file, before: end.directory.lowerBound, site)
            covered = entry.stored.upperBound
            entries.append(entry)
        }
        let named = Dictionary(entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        guard named.count == entries.count else { throw site.error("it holds two members of one name") }
        (self.entries, places, directory) = (entries, named, end.directory)
    }

    /// The member of that name.
    subscript(_ name: String) -> Entry? { places[name].map { entries[$0] } }
}

/// One record of the central directory.
private struct ZipRecord {
    let name: String
    let method: Int
    let flags: Int
    let checksum: UInt32
    let storedByteCount: Int
    let byteCount: Int
    let offset: Int

    private static let headerByteCount = 46

    /// `nil` when no record is there, or less than one.
    init?(_ bytes: LittleEndianBytes, at start: inout Int, _ site: ZipSite) throws(CheckpointError) {
        guard start <= bytes.count - ZipRecord.headerByteCount, bytes.uint32(start) == 0x0201_4b50 else { return nil }
        let nameLength = bytes.uint16(start + 28)
        let extra = start + ZipRecord.headerByteCount + nameLength
        let extraEnd = extra + bytes.uint16(start + 30)
        let end = extraEnd + bytes.uint16(start + 32)
        guard end <= bytes.count else { return nil }
        guard let name = bytes.text(extra - nameLength..<extra) else {
            throw site.error("the name of a member is not UTF-8")
        }
        self.name = name
        flags = bytes.uint16(start + 8)
        method = bytes.uint16(start + 10)
        checksum = UInt32(bytes.uint32(start + 16))
        var sizes = [bytes.uint32(start + 24), bytes.uint32(start + 20), bytes.uint32(start + 42)]
        var field = extra
        while field <= extraEnd - 4, sizes.contains(0xFFFF_FFFF) {
            var (value, next) = (field + 4, field + 4 + bytes.uint16(field + 2))
            guard next <= extraEnd else { return nil }
            if bytes.uint16(field) == 1 {
                // 64-bit numbers stand for those that do not fit, in this order.
                for place in sizes.indices where sizes[place] == 0xFFFF_FFFF {
                    guard value <= next - 8, let large = bytes.uint64(value) else { return nil }
                    sizes[place] = large
                    value += 8
                }
                next = extraEnd
            }
            field = next
        }
        (byteCount, storedByteCount, offset) = (sizes[0], sizes[1], sizes[2])
        start = end
    }

    /// The member, once the header before its content has confirmed where that is.
    func entry(
        in file: any ByteSource, before limit: Int, _ site: ZipSite
    ) throws(CheckpointError) -> ZipArchive.Entry {
        let shown = printable(name)
        guard flags & 1 == 0 else { throw site.error("its member '\(shown)' is encrypted") }
        guard method == 0 || method == 8 else {
            throw site.error("its member '\(shown)' is compressed by method \(method); only deflate is read")
        }
        guard offset <= limit - 30 else { throw site.error("its member '\(shown)' lies outside the file") }
        let header = LittleEndianBytes(try file.bytes(at: offset, count: 30))
        let nameLength = header.uint16(26)
        let start = offset + 30 + nameLength + header.uint16(28)
        guard header.uint32(0) == 0x0403_4b50, start <= limit, storedByteCount <= limit - start else {
            throw site.error("its member '\(shown)' lies outside the file")
        }
        guard header.uint16(8) == method, nameLength == name.utf8.count,
            try file.bytes(at: offset + 30, count: nameLength) == Array(name.utf8)
        else { throw site.error("two headers of its member '\(shown)' disagree") }
        // Deflate shrinks at most 1032-fold.
        let most = method == 8 ? storedByteCount.multipliedClamping(by: 1032) : storedByteCount
        guard byteCount <= most, method == 8 || byteCount == storedByteCount else {
            throw site.error("its member '\(shown)' of \(storedByteCount) bytes cannot hold \(byteCount)")
        }
        return ZipArchive.Entry(
            name: name, isDeflated: method == 8, checksum: checksum, byteCount: byteCount,
            stored: start..<start + storedByteCount)
    }
}

/// The records at the end of the file, which tell where the directory is.
private struct ZipEnd {
    let entryCount: Int
    let directory: Range<Int>

    init(of file: any ByteSource, _ site: ZipSite) throws(CheckpointError) {
        let length = min(file.byteCount, 22 + 0xFFFF + 20)
        let tail = LittleEndianBytes(try file.bytes(at: file.byteCount - length, count: length))
        // The comment, which is almost always empty, stands between the record and the end.
        let found = stride(from: length - 22, through: max(0, length - 22 - 0xFFFF), by: -1).first {
            tail.uint32($0) == 0x0605_4b50 && $0 + 22 + tail.uint16($0 + 20) == length
        }
        guard let found else { throw site.error("it ends without a directory") }
        var (count, size, offset) = (tail.uint16(found + 10), tail.uint32(found + 12), tail.uint32(found + 16))
        var end = file.byteCount - length + found
        if found >= 20, tail.uint32(found - 20) == 0x0706_4b50 {
            guard let at = tail.uint64(found - 12), at <= end - 20 - 56 else {
                throw site.error("its 64-bit directory lies outside the file")
            }
            let large = LittleEndianBytes(try file.bytes(at: at, count: 56))
            guard large.uint32(0) == 0x0606_4b50, let values = large.uint64s([32, 40, 48]) else {
                throw site.error("its 64-bit directory is damaged")
            }
            (count, size, offset, end) = (values[0], values[1], values[2], at)
        }
        guard offset <= end, size <= end - offset else { throw site.error("its directory lies outside the file") }
        entryCount = count
        directory = offset..<offset + size
    }
}

/// The file that errors are about.
private struct ZipSite {
    let path: String
    let checkpoint: String

    func error(_ problem: String) -> CheckpointError {
        CheckpointError(
            .malformed, checkpoint: checkpoint, problem: "'\(path)' is not an intact zip archive: \(problem)",
            remedy: "fetch it again, or write it again")
    }
}

/// Numbers in a run of bytes.
struct LittleEndianBytes {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var count: Int { bytes.count }
    subscript(_ at: Int) -> UInt8 { bytes[at] }

    func uint16(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
    func uint32(_ at: Int) -> Int { uint16(at) | uint16(at + 2) << 16 }
    /// `nil` from 2⁶³ on.
    func uint64(_ at: Int) -> Int? {
        let high = uint32(at + 4)
        return high < 1 << 31 ? high << 32 | uint32(at) : nil
    }
    func uint64s(_ places: [Int]) -> [Int]? {
        let values = places.compactMap(uint64)
        return values.count == places.count ? values : nil
    }
    /// `nil` when it is not UTF-8.
    func text(_ range: Range<Int>) -> String? { String(validating: bytes[range], as: UTF8.self) }
}
