import Base
import Foundation
import TestSupport
import Testing

@testable import Checkpoints

/// Chunks that stand side by side and that no window holds together. Each is read from the file when it is decoded, so the
/// bytes read tell how often that was.
@Suite(.enabled(if: testPython != nil, "needs h5py in .venv or DYNAMICS_PYTHON"))
struct SpilledBandTests {
    private static let rows = 40
    private static let columns = 1 << 17
    /// Columns that are written; the chunks behind them never were.
    private static let written = 7 << 14

    /// Two bands of 8 chunks, of 32 rows and of 8, whose last chunk has no storage.
    private func file(_ folder: ScratchFolder, _ filters: String) throws -> String {
        let path = folder.path + "/step1.h5"
        let program = """
            import sys, h5py, numpy as np
            with h5py.File(sys.argv[1], 'w') as f:
                d = f.create_dataset('w', (\(Self.rows), \(Self.columns)), '>f4', chunks=(32, 1 << 14), fillvalue=7, \(filters))
                d[:, :\(Self.written)] = np.arange(\(Self.rows * Self.columns)).reshape(\(Self.rows), -1)[:, :\(Self.written)] % 65521
            """
        try #require(try run(try #require(testPython), "-c", program, path) == 0)
        return path
    }

    @Test(arguments: [1, 4], ["compression='gzip'", "compression='lzf', shuffle=True, fletcher32=True"])
    func `each of them is decoded once`(threads: Int, filters: String) throws {
        let folder = try ScratchFolder()
        let reader = try openCheckpoint(try file(folder, filters))
        let window = try reader.window(0, capacity: 1 << 20)
        var (start, loads) = (0, 0)
        var found: [Float] = []
        while start < Self.rows * Self.columns {
            let end = min(window.reach(from: start), start + 3 * Self.columns)
            try window.load(start..<end, on: Threads(threads))
            let elements = window.pointer(to: start).assumingMemoryBound(to: Float.self)
            found += UnsafeBufferPointer(start: elements, count: end - start)
            (start, loads) = (end, loads + 1)
        }
        let expected = (0..<Self.rows * Self.columns).map { place in
            place % Self.columns < Self.written ? Float(place % 65521) : 7
        }
        #expect(found == expected)
        #expect(loads > 10)
        #expect(reader.bytesRead == reader.tensors[0].storedByteCount)
    }
}
