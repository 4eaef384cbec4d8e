import Foundation
import TestSupport
import Testing

@testable import Reports

@Suite struct EventFileTests {
    @Test func `an event file has the bytes of TensorBoard's own writer`() throws {
        let run = ScalarRuns.Run(
            name: "stage1",
            steps: [
                (0, [("a/loss", 2.5), ("ü/1", -1)]), (300, [("a/loss", 0.1)]), (5_000_000_000, [("a/loss", 1e-45)]),
            ])
        let golden = try Data(contentsOf: URL(filePath: "\(packageRoot)/Tests/Fixtures/tensorboard/events.tfevents"))
        #expect(EventFile(run).bytes == [UInt8](golden))
    }

    @Test func `the checksum is that of RFC 3720's examples, masked`() {
        func masked(_ crc: UInt32) -> UInt32 { (crc >> 15 | crc << 17) &+ 0xa282_ead8 }
        #expect(maskedCRC32C([UInt8](repeating: 0, count: 32)) == masked(0x8a91_36aa))
        #expect(maskedCRC32C([UInt8](repeating: 0xff, count: 32)) == masked(0x62a8_ab43))
        #expect(maskedCRC32C(Array(0..<32)) == masked(0x46dd_794e))
    }

    private func table(_ rows: [[Cell]], key: [String]) -> Table {
        Table(
            "losses", title: "Losses.",
            columns: [
                Column("comparison", .string, meaning: "Why."), Column("from", .string, meaning: "From."),
                Column("to", .string, meaning: "To."), Column("stage", .integer, meaning: "Stage."),
                Column("ingredient", .integer, meaning: "Ingredient."), Column("step", .integer, meaning: "Step."),
                Column("loss", .number, meaning: "Loss."),
            ], primaryKey: key, rows: rows)
    }

    @Test func `each stage and ingredient is a run, its steps ascend, and what has no step is left out`() throws {
        let rows: [[Cell]] = [
            [.string("r"), .string("x"), .string("b"), .integer(1), .missing, .integer(20), .number(2)],
            [.string("r"), .string("x"), .string("a"), .integer(1), .missing, .integer(10), .number(3)],
            [.string("r"), .string("x"), .string("i"), .integer(2), .integer(1), .integer(5), .missing],
            [.string("r"), .string("x"), .string("j"), .integer(2), .integer(1), .integer(6), .number(1)],
            [.string("r"), .string("x"), .string("main"), .integer(2), .missing, .missing, .number(9)],
        ]
        let scalars = ScalarRuns([table(rows, key: ["comparison", "from", "to"])])
        #expect(scalars.runs.map(\.name) == ["stage1", "stage2-ingredient1"])
        #expect(scalars.runs[0].steps.map(\.step) == [10, 20])
        #expect(scalars.runs[0].steps.flatMap(\.values).map(\.tag) == ["losses/loss/r", "losses/loss/r"])
        #expect(scalars.runs[0].steps.flatMap(\.values).map(\.value) == [3, 2])
        #expect(scalars.runs[1].steps.map(\.step) == [6])
        #expect(scalars.leftOut == ["main"])
    }

    @Test func `a checkpoint compared with several has a curve for each`() {
        let rows: [[Cell]] = ["x", "y"].map {
            [.string("r"), .string($0), .string("b"), .missing, .missing, .integer(20), .number(2)]
        }
        let scalars = ScalarRuns([table(rows, key: ["comparison", "from", "to"])])
        #expect(scalars.runs.map(\.name) == ["training"])
        #expect(scalars.runs[0].steps[0].values.map(\.tag) == ["losses/loss/r/x", "losses/loss/r/y"])
    }
}
