import CCodecs
import HDF5

/// Undoes a dataset's filters on one stored chunk.
struct ChunkDecoder: Sendable {
    /// One filter that the harness knows.
    enum Stage: Equatable {
        case gzip
        case shuffle(elementByteCount: Int)
        case fletcher32
        case lzf
    }

    /// In the order the filters were applied on writing.
    let stages: [Stage]
    /// Bytes of a decoded chunk.
    let chunkByteCount: Int

    /// `nil` when a filter is unknown, or the decoded size after one cannot be told in advance.
    init?(filters: [InputDataset.Filter], chunkByteCount: Int) {
        var stages: [Stage] = []
        for filter in filters {
            switch filter.id {
            case 1: stages.append(.gzip)
            case 2: stages.append(.shuffle(elementByteCount: Int(filter.parameters.first ?? 1)))
            case 3: stages.append(.fletcher32)
            case 32000: stages.append(.lzf)
            default: return nil
            }
        }
        guard stages.count <= 8, stages.filter({ $0 == .gzip || $0 == .lzf }).count <= 1 else { return nil }
        self.stages = stages
        self.chunkByteCount = chunkByteCount
    }

    /// The most bytes that a chunk can take at any stage: a compressor that does not shrink it adds little, a checksum
    /// four bytes.
    var byteLimit: Int { chunkByteCount + chunkByteCount / 8 + 4096 }

    /// Decodes the `storedByteCount` bytes in `scratch`. The result is valid until `scratch` is used again; the error is
    /// the reason, in words.
    func decode(
        _ scratch: ChunkScratch, storedByteCount: Int, skippedFilters: UInt32
    ) throws(ChunkDamage) -> UnsafeRawPointer {
        var count = storedByteCount
        for index in stages.indices.reversed() where skippedFilters & (1 << UInt32(index)) == 0 {
            // What this stage gave on writing: the chunk and the checksums of the stages before it.
            let checksums = stages[..<index].indices.filter {
                stages[$0] == .fletcher32 && skippedFilters & (1 << UInt32($0)) == 0
            }
            let expected = chunkByteCount + 4 * checksums.count
            switch stages[index] {
            case .gzip: count = try scratch.inflate(count, limit: expected)
            case .lzf: count = try scratch.expandLZF(count, limit: expected)
            case .shuffle(let elementByteCount): scratch.unshuffle(count, elementByteCount)
            case .fletcher32: count = try scratch.verifyFletcher32(count)
            }
        }
        guard count == chunkByteCount else {
            throw ChunkDamage(reason: "it holds \(count) bytes, expected \(chunkByteCount)")
        }
        return UnsafeRawPointer(scratch.bytes)
    }
}

/// Why a chunk cannot be decoded.
struct ChunkDamage: Error {
    let reason: String
}

/// Two buffers between which a chunk is decoded, and libdeflate's own memory. Used by one thread at a time.
final class ChunkScratch {
    /// The chunk at its present stage.
    private(set) var bytes: UnsafeMutableRawPointer
    private var spare: UnsafeMutableRawPointer
    private let capacity: Int
    private let inflater: OpaquePointer?

    init(capacity: Int) {
        self.capacity = capacity
        bytes = .allocate(byteCount: capacity, alignment: 64)
        spare = .allocate(byteCount: capacity, alignment: 64)
        inflater = libdeflate_alloc_decompressor()
    }

    deinit {
        bytes.deallocate()
        spare.deallocate()
        libdeflate_free_decompressor(inflater)
    }

    func inflate(_ count: Int, limit: Int) throws(ChunkDamage) -> Int {
        var result = 0
        guard let inflater else { throw ChunkDamage(reason: "there is no memory to inflate it") }
        switch libdeflate_zlib_decompress(inflater, bytes, count, spare, min(limit, capacity), &result) {
        case LIBDEFLATE_SUCCESS: break
        case LIBDEFLATE_INSUFFICIENT_SPACE: throw ChunkDamage(reason: "it inflates to more than \(limit) bytes")
        default: throw ChunkDamage(reason: "its gzip stream is damaged")
        }
        swap(&bytes, &spare)
        return result
    }

    func expandLZF(_ count: Int, limit: Int) throws(ChunkDamage) -> Int {
        let result = lzf_decompress(bytes, UInt32(count), spare, UInt32(min(limit, capacity)))
        guard result > 0 else { throw ChunkDamage(reason: "its lzf stream is damaged") }
        swap(&bytes, &spare)
        return Int(result)
    }

    func unshuffle(_ count: Int, _ elementByteCount: Int) {
        guard elementByteCount > 1, count >= 2 * elementByteCount else { return }
        ccodecs_unshuffle(
            spare.assumingMemoryBound(to: UInt8.self), bytes.assumingMemoryBound(to: UInt8.self), count,
            elementByteCount)
        swap(&bytes, &spare)
    }

    func verifyFletcher32(_ count: Int) throws(ChunkDamage) -> Int {
        guard count >= 4 else { throw ChunkDamage(reason: "it is too short for its checksum") }
        let stored = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
        let found = ccodecs_fletcher32(bytes.assumingMemoryBound(to: UInt8.self), count - 4)
        // HDF5 before 1.6.3 stored the checksum with the bytes of each half swapped.
        let old = (found & 0x00ff_00ff) << 8 | (found & 0xff00_ff00) >> 8
        guard stored == found || stored == old else {
            throw ChunkDamage(reason: "its checksum is \(hex(found)), expected \(hex(stored))")
        }
        return count - 4
    }

    private func hex(_ value: UInt32) -> String { "0x" + String(value, radix: 16) }
}

extension InputDataset.Filter {
    /// What a person calls it.
    var name: String {
        let names = [
            1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf",
        ]
        return names[id] ?? "filter \(id)"
    }
}
