import CXXHash

extension HuggingFaceDirectory {
    /// Bytes of a tensor that the fingerprint reads at each end.
    private static let sampleByteCount = 4096

    /// Tells this checkpoint from others of its model without reading it whole: XXH3-128 over `config.json`, the sizes
    /// and headers of the safetensors files, and the first and last 4 KiB of each tensor. Neither paths nor times
    /// enter, so that it is the same on every machine. An optimiser's step changes all of a tensor, and thereby this;
    /// a change planted in the middle of a large tensor it does not see.
    func fingerprint() throws(CheckpointError) -> String {
        let digest = Digest()
        digest.update(Array((config ?? "").utf8))
        for (index, file) in files.enumerated() {
            let input = try SourceFile(file.path, checkpoint: path)
            try input.check(against: file)
            digest.update(withUnsafeBytes(of: UInt64(input.byteCount).littleEndian) { Array($0) })
            digest.update(try input.bytes(at: 0, count: file.dataOffset))
            for extent in tensors.map(\.extent) where extent.file == index {
                let count = min(extent.byteCount, HuggingFaceDirectory.sampleByteCount)
                digest.update(try input.bytes(at: extent.offset, count: count))
                digest.update(try input.bytes(at: extent.offset + extent.byteCount - count, count: count))
            }
        }
        return "xxh3-128:" + digest.hexadecimal()
    }
}

extension SourceFile {
    /// Throws when this is not the file, as long and as old, whose header was read.
    func check(against file: HuggingFaceDirectory.File) throws(CheckpointError) {
        guard byteCount == file.byteCount, modificationTimeNanoseconds == file.modificationTimeNanoseconds else {
            throw CheckpointError(.changed, checkpoint: checkpoint, problem: "'\(path)' changed while it was read")
        }
    }
}

/// A running XXH3-128.
private final class Digest {
    private let state: OpaquePointer

    init() {
        guard let state = XXH3_createState(), XXH3_128bits_reset(state) == XXH_OK else {
            preconditionFailure("no memory for a hash")
        }
        self.state = state
    }

    deinit { XXH3_freeState(state) }

    func update(_ bytes: [UInt8]) {
        XXH3_128bits_update(state, bytes, bytes.count)
    }

    /// The 32 digits that `xxhsum -H2` prints.
    func hexadecimal() -> String {
        let hash = XXH3_128bits_digest(state)
        return [hash.high64, hash.low64].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
