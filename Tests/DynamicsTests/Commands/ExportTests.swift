import Foundation
import TestSupport
import Testing

@testable import Base

/// `export tensorboard`, read by TensorBoard itself where it is installed.
struct ExportTests {
    private static let hasTensorBoard =
        testPython.map {
            (try? TestSupport.run($0, "-c", "import tensorboard.backend.event_processing.event_accumulator")) == 0
        } ?? false

    private let committed = "\(packageRoot)/results/drift"
    private let parts = ["stage1", "stage2-ingredient1", "stage2-ingredient2", "stage2-ingredient3"]

    @Test func `JSON lines hold the numbers of the tables, exactly`() throws {
        let place = try Workplace()
        let finished = try dynamics("export", "tensorboard", committed, "--to", place / "runs", "--jsonl")
        #expect(finished.code == 0)
        #expect(finished.output == parts.map { place / "runs/\($0).jsonl" + "\n" }.joined())
        #expect(finished.errors == "without a step, and so left out: main\n")
        let lines = try place.text("runs/stage1.jsonl").split(separator: "\n").map {
            // JSONSerialization reads some numbers a unit in the last place off.
            try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))
        }
        #expect(lines.map { $0["_step"] } == [0, 25, 60, 130, 280, 600, 1250, 2500])
        let modules = try CSVRows(file: "\(committed)/modules.csv")
        for (row, module) in modules["module"].enumerated() {
            guard modules["comparison"][row] == "reference", modules["stage"][row] == "1" else { continue }
            let step = try #require(Double(modules["step"][row]))
            let line = try #require(lines.first { $0["_step"] == step })
            #expect(line["modules/relative_drift/reference/\(module)"] == Double(modules["relative_drift"][row]))
        }
    }

    @Test(.enabled(if: hasTensorBoard, "the Python package tensorboard is not installed"))
    func `TensorBoard loads the event files`() throws {
        let place = try Workplace()
        let finished = try dynamics("export", "tensorboard", committed, "--to", place / "runs", "--quiet")
        #expect(finished.code == 0 && finished.errors.isEmpty)
        #expect(finished.output == parts.map { place / "runs/\($0)/events.out.tfevents.0.dynamics" + "\n" }.joined())
        try place.write(
            "read.py",
            """
            import csv, struct, sys
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
            events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
            events.Reload()
            wanted = {}
            for row in csv.DictReader(open(sys.argv[2], newline="", encoding="utf-8")):
                if row["comparison"] == "reference" and row["stage"] == "1":
                    wanted.setdefault(row["module"], []).append((int(row["step"]), float(row["relative_drift"])))
            assert len(wanted) == 11
            for module, points in wanted.items():
                found = [(e.step, e.value) for e in events.Scalars(f"modules/relative_drift/reference/{module}")]
                single = [(step, struct.unpack("f", struct.pack("f", value))[0]) for step, value in points]
                assert found == single, (module, found, single)
            """)
        let python = try #require(testPython)
        #expect(try TestSupport.run(python, place / "read.py", place / "runs/stage1", "\(committed)/modules.csv") == 0)
    }

    @Test func `results without steps are bad input`() throws {
        let place = try Workplace()
        _ = try DynamicsProcess(ReportTests.hostilePair(place)).wait()
        let finished = try dynamics("export", "tensorboard", place / "out", "--to", place / "runs")
        #expect(
            finished
                == Finished(
                    code: 3, output: "",
                    errors: "error: \(place / "out"): no table has numbers by step; there is nothing to export\n"))
        #expect(place.list("runs") == nil)
    }
}
