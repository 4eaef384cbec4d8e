import Foundation
import TestSupport
import Testing

/// Small files that stand for much: what a run holds is bounded by blocks, windows and chunks, as docs/design.md states it,
/// and not by shapes. Each run has 1.5 GB of addresses, of which libraries and threads take half.
@Suite(.enabled(if: testPython != nil, "needs h5py in .venv or DYNAMICS_PYTHON"))
struct MemoryTests {
    private func norms(_ place: Workplace, _ script: String) throws -> Finished {
        let path = place / "step1.h5"
        let program = "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'w') as f:\n    \(script)\n"
        try #require(try run(try #require(testPython), "-c", program, path) == 0)
        return try DynamicsProcess(
            ["run", "norms", "--figures", "none", "--quiet", "--jobs", "2", "--set", "series=[\"\(path)\"]"]
                + ["--out", place / "out"], before: "ulimit -v 1500000;"
        ).wait()
    }

    @Test func `a dataset that was never written is no data, whatever its shape`() throws {
        let place = try Workplace()
        let finished = try norms(
            place, "f.create_dataset('w', shape=(1, 2**28), dtype='f4'); f['b'] = np.ones(4, 'f4')")
        #expect(finished.code == 4)
        #expect(
            finished.errors
                == "warning: step1: 'w' was never written, so that the file has no data for it; it is left out\n")
        #expect(try !place.text("out/norms.csv").contains(",w,"))
    }

    @Test func `a gibibyte of deflated zeros is a stream`() throws {
        let place = try Workplace()
        let finished = try norms(
            place,
            "d = f.create_dataset('w', shape=(1, 2**28), dtype='f4', chunks=(1, 2**20), compression='gzip'); "
                + "[d.id.write_direct_chunk((0, i * 2**20), __import__('zlib').compress(bytes(2**22))) for i in range(256)]"
        )
        #expect(finished.code == 0, "\(finished)")
        let row = try #require(try place.table("out/norms.csv").first)
        #expect(row["elements"] == "268435456" && row["l2"] == "0.0")
    }
}
