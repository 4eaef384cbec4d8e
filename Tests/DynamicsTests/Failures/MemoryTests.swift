import Foundation
import TestSupport
import Testing

/// Small files that stand for much: what a run holds is bounded by blocks, windows and chunks, as docs/design.md states it,
/// and not by shapes. Each run has 1.5 GB of addresses, of which libraries and threads take half.
@Suite(.enabled(if: testPython != nil, "needs h5py in .venv or DYNAMICS_PYTHON"))
struct MemoryTests {
    private func norms(_ place: Workplace, _ script: String, before: String = "") throws -> Finished {
        let path = place / "step1.h5"
        let program = "import sys, h5py, numpy as np\nwith h5py.File(sys.argv[1], 'w') as f:\n    \(script)\n"
        try #require(try run(try #require(testPython), "-c", program, path) == 0)
        return try DynamicsProcess(
            ["run", "norms", "--figures", "none", "--quiet", "--jobs", "2", "--set", "series=[\"\(path)\"]"]
                + ["--out", place / "out"], before: "ulimit -v 1500000; \(before)"
        ).wait()
    }

    @Test func `a dataset that was never written is no data, whatever its shape`() throws {
        let place = try Workplace()
        let finished = try norms(
            place, "f.create_dataset('w', shape=(1, 2**28), dtype='f4'); f['b'] = np.ones(4, 'f4')")
        #expect(finished.code == 4)
        #expect(
            finished.errors.hasPrefix(
                "warning: step1: 'w' was never written, so that the file has no data for it; it is left out\n"
                    + "warning: step1: statistics speak for 4 of 268435460 weights (0.0%)"), "\(finished.errors)")
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

    /// Four chunks of 64 MiB side by side: no window holds a row of each.
    private let sideBySide =
        "d = f.create_dataset('w', shape=(2**10, 2**16), dtype='f4', chunks=(2**10, 2**14), compression='gzip'); "
        + "[d.id.write_direct_chunk((0, i * 2**14), __import__('zlib').compress(bytes(2**26))) for i in range(4)]"

    @Test func `chunks side by side are decoded once, and again for each window where a temporary file has no room`()
        throws
    {
        let place = try Workplace()
        #expect(try norms(place, sideBySide).code == 0)
        let once = try #require(try place.json("out/machine.json", "bytes_read") as? Int)
        let table = try place.text("out/norms.csv")
        let file = try FileManager.default.attributesOfItem(atPath: place / "step1.h5")[.size] as? Int ?? 0
        #expect(once > 0 && once <= file)
        let other = try Workplace()
        #expect(try norms(other, sideBySide, before: "export TMPDIR=/nowhere;").code == 0)
        let again = try #require(try other.json("out/machine.json", "bytes_read") as? Int)
        #expect(again >= 2 * once)
        #expect(try other.text("out/norms.csv") == table)
    }

    @Test(.enabled(if: PreloadedShim.failing != nil, "needs a C compiler and LD_PRELOAD"))
    func `a temporary folder that is full is the machine's failure`() throws {
        let place = try Workplace()
        let shim = try #require(PreloadedShim.failing)
        let finished = try norms(
            place, sideBySide,
            before: "export FAIL_CALL=write FAIL_PATH=/dynamics- FAIL_ERRNO=\(ENOSPC) LD_PRELOAD='\(shim)';")
        #expect(finished.code == 1)
        #expect(
            finished.errors
                == "error: checkpoint \(place / "step1.h5"): cannot decode 'w' into a temporary file: No space left on "
                + "device; name a folder with room in the environment variable TMPDIR\n")
        #expect(place.list("out") == nil || place.list("out") == [".journal"])
    }
}
