import HDF5
import Tensors

extension SourceCheckpoint {
    /// Bytes of a tensor that the fingerprint reads at each end.
    private static let sampleByteCount = 4096

    /// What the fingerprint begins with: how it was made.
    static let fingerprintPrefix = "xxh3-128:"

    /// Tells this checkpoint from others of its model without reading it whole: XXH3-128 over `config.json`, the sizes
    /// and headers (or archive directories) of the files, and the first and last 4 KiB of each tensor as stored. Neither paths nor times
    /// enter, so that it is the same on every machine. An optimiser's step changes all of a tensor, and thereby this;
    /// a change planted in the middle of a large tensor it does not see.
    func fingerprint() throws(CheckpointError) -> String {
        let stream = Fingerprint.Stream()
        func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { stream.add($0) } }
        add(Array((config ?? "").utf8))
        for (index, file) in files.enumerated() {
            let input = file.source
            try input.checkUnchanged()
            add(withUnsafeBytes(of: UInt64(input.byteCount).littleEndian) { Array($0) })
            for range in file.structure { add(try input.bytes(at: range.lowerBound, count: range.count)) }
            for extent in tensors.map(\.extent) where extent.file == index {
                let count = min(extent.byteCount, SourceCheckpoint.sampleByteCount)
                add(try input.bytes(at: extent.offset, count: count))
                add(try input.bytes(at: extent.offset + extent.byteCount - count, count: count))
            }
        }
        return SourceCheckpoint.fingerprintPrefix + "\(stream.fingerprint)"
    }
}
