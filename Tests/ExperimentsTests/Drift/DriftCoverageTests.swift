import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Which tensors are compared, and what stops a run.
@Suite struct DriftCoverageTests {
    private static let head = "lm_head.weight"
    private static let embedding = "model.embed_tokens.weight"
    private static let names = (SmallModel.revisions[0], SmallModel.revisions[1])
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// Writes a pair that `change` has worked on.
    private func pair(_ change: (inout SmallModel, inout SmallModel) -> Void) throws -> [String] {
        var (from, to) = (SmallModel(0), SmallModel(1))
        change(&from, &to)
        return [try from.write(to: folder), try to.write(to: folder)]
    }

    private func run(_ paths: [String], _ settings: String...) throws -> ExperimentRun.Outcome {
        let file = try folder.write("drift.yaml", "from: \(paths[0])\nto: \(paths[1])\n")
        return try runDrift(file: file, in: folder, settings)
    }

    /// A tensor's row in `coverage.csv`.
    private func coverage(_ tensor: String) throws -> [String: String] {
        let coverage = try table("coverage", of: folder)
        let row = try #require(coverage["tensor"].firstIndex(of: tensor))
        return Dictionary(uniqueKeysWithValues: zip(coverage.columns, coverage.rows[row]))
    }

    private func tensorRow(_ tensor: String) throws -> Int? {
        try table("tensors", of: folder)["tensor"].firstIndex(of: tensor)
    }

    private static let remedy =
        "1 tensor(s) have no equal counterpart; with allow_unmatched=true they are left out, or cut to the rows that both "
        + "sides have"

    @Test func `tensors of one side only stop the run, and are named`() throws {
        let norm = "model.norm.weight"
        let missing = try pair { $1.remove(norm) }
        #expect(
            try problems { try run(missing) }
                == ["'\(norm)' is in \(Self.names.0) but not in \(Self.names.1)", Self.remedy])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
        let added = try pair { from, _ in from.remove(norm) }
        #expect(
            try problems { try run(added) }
                == ["'\(norm)' is in \(Self.names.1) but not in \(Self.names.0)", Self.remedy])
    }

    @Test func `tensors of one side only may be left out, and stand in coverage`() throws {
        let norm = "model.norm.weight"
        let outcome = try run(try pair { $1.remove(norm) }, "allow_unmatched=true")
        #expect(outcome.findings == ["1 tensor(s) without an equal counterpart, first '\(norm)'; see coverage.csv"])
        let row = try coverage(norm)
        #expect(row["status"] == "only_in_from" && row["shape_from"] == "4" && row["shape_to"] == "")
        #expect(try tensorRow(norm) == nil)
        #expect(try table("coverage", of: folder).rows.count == SmallModel.shapes.count)
        let elements = SmallModel.shapes.map { $0.shape.reduce(1, *) }.reduce(0, +)
        #expect(try table("summary", of: folder)["elements"] == ["\(elements - 4)"])
    }

    @Test func `tensors of different shape stop the run with both shapes`() throws {
        let name = "model.layers.1.mlp.up_proj.weight"
        let paths = try pair { _, to in
            to[name].shape = [5, 4]
            to[name].values.removeLast(4)
        }
        #expect(
            try problems { try run(paths) }
                == ["'\(name)' is unlike in \(Self.names.0) and \(Self.names.1): 6x4 against 5x4", Self.remedy])
        _ = try run(paths, "allow_unmatched=true")
        #expect(try coverage(name)["status"] == "shape_differs")
        #expect(try tensorRow(name) == nil)
    }

    @Test func `of a padded embedding the common rows are compared`() throws {
        let paths = try pair { _, to in
            to[Self.embedding].shape = [10, 4]
            to[Self.embedding].values += Array(repeating: 100, count: 8)
        }
        #expect(
            try problems { try run(paths) }.first
                == "'\(Self.embedding)' is unlike in \(Self.names.0) and \(Self.names.1): 8x4 against 10x4: 8 rows in common"
        )
        _ = try run(paths, "allow_unmatched=true")
        let row = try coverage(Self.embedding)
        #expect(row["status"] == "padded" && row["note"] == "8x4 against 10x4: 8 rows in common")
        let tensors = try table("tensors", of: folder)
        let place = try #require(try tensorRow(Self.embedding))
        let t = try #require(SmallModel.shapes.firstIndex { $0.name == Self.embedding })
        let change = SmallModel.change(t)
        #expect(tensors.number(place, "elements") == 32)
        #expect(tensors.number(place, "drift") == (32 * change * change).squareRoot())
        let squares = (0..<32).map { SmallModel.value(t, $0, 1) }.reduce(0) { $0 + $1 * $1 }
        #expect(tensors.number(place, "norm_to") == squares.squareRoot())
        #expect(tensors.number(place, "max_abs_change") == change)
    }

    @Test func `an output head that both sides take from the embedding is named and not counted`() throws {
        let outcome = try run(
            try pair { from, to in
                from.remove(Self.head)
                to.remove(Self.head)
            })
        #expect(outcome.findings.isEmpty)
        let row = try coverage(Self.head)
        #expect(row["status"] == "tied" && row["note"] == "both sides use the embedding")
        #expect(try tensorRow(Self.head) == nil)
    }

    @Test func `an output head that one side takes from the embedding is compared with it`() throws {
        let outcome = try run(try pair { $1.remove(Self.head) })
        #expect(outcome.findings.isEmpty)
        let row = try coverage(Self.head)
        #expect(row["status"] == "tied" && row["note"] == "the second side uses its embedding")
        let place = try #require(try tensorRow(Self.head))
        // lm_head is tensor 0, and the embedding tensor 1.
        let squares = (0..<32).map { SmallModel.value(1, $0, 1) - SmallModel.value(0, $0, 0) }
            .reduce(0) { $0 + $1 * $1 }
        #expect(try table("tensors", of: folder).number(place, "drift") == squares.squareRoot())
    }

    @Test func `integers are listed, not compared, and stop nothing`() throws {
        let outcome = try run(
            try pair { from, to in
                from.tensors.append(.init("model.steps", .int64, [2], [1, 2]))
                to.tensors.append(.init("model.steps", .int32, [2], [1, 2]))
            })
        #expect(outcome.findings.isEmpty)
        let row = try coverage("model.steps")
        #expect(row["status"] == "not_float" && row["note"] == "int64 and int32")
        #expect(try tensorRow("model.steps") == nil)
    }

    @Test func `checkpoints without a common tensor cannot be compared`() throws {
        let paths = try pair { from, to in
            from.tensors = [.init("a", .float32, [1], [1])]
            to.tensors = [.init("b", .float32, [1], [1])]
        }
        #expect(
            try problems { try run(paths, "allow_unmatched=true") } == [
                "\(Self.names.0) and \(Self.names.1) have no floating-point tensor in common; a dump of bfloat16 as "
                    + "uint16 or opaque bytes needs the setting bfloat16_dumps, and 'dynamics inspect' shows what is there"
            ])
    }

    @Test func `empty tensors and scalars are compared`() throws {
        let outcome = try run(
            try pair { from, to in
                for (value, side) in [(1.0, 0), (3.0, 1)] {
                    let tensors: [SmallModel.Tensor] = [
                        .init("model.empty", .float32, [0, 4], []), .init("model.scale", .float32, [], [value]),
                    ]
                    if side == 0 { from.tensors += tensors } else { to.tensors += tensors }
                }
            })
        #expect(outcome.findings.isEmpty)
        let tensors = try table("tensors", of: folder)
        let (empty, scalar) = (try #require(try tensorRow("model.empty")), try #require(try tensorRow("model.scale")))
        #expect(tensors.number(empty, "elements") == 0 && tensors.cell(empty, "rms_change") == "")
        #expect(tensors.number(scalar, "drift") == 2 && tensors.cell(scalar, "shape") == "")
    }

    @Test func `a file that is none costs its own comparisons`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        let broken = try folder.write("stage1-step500-tokens1B.h5", "not HDF5")
        let outcome = try runDrift(series + [broken, "\(folder.path)/nowhere.h5"], in: folder)
        #expect(outcome.refused.map(\.kind) == [.malformed, .unreachable])
        // Two from the reference, two from predecessors, one from the branch point.
        #expect(try table("summary", of: folder).rows.count == 5)
        #expect(
            try problems { try runDrift([broken], in: folder) }.last == "none of the 1 checkpoints can be read")
    }
}
