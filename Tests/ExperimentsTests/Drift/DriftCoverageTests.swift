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
        let weights = SmallModel.shapes.map { $0.shape.reduce(1, *) }.reduce(0, +)
        #expect(outcome.findings.first == "1 tensor(s) without an equal counterpart, first '\(norm)'; see coverage.csv")
        #expect(outcome.findings.last?.contains("drift speaks for \(weights - 4) of \(weights) weights (") == true)
        #expect(outcome.findings.count == 2)
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
        #expect(row["status"] == "not_weight" && row["note"] == "counter")
        #expect(try tensorRow("model.steps") == nil)
    }

    @Test func `checkpoints without a common tensor cannot be compared`() throws {
        let paths = try pair { from, to in
            from.tensors = [.init("a", .float32, [1], [1])]
            to.tensors = [.init("b", .float32, [1], [1])]
        }
        #expect(
            try problems { try run(paths, "allow_unmatched=true") } == [
                "\(Self.names.0) and \(Self.names.1) have no floating-point tensor in common: the first of "
                    + "\(Self.names.0) is 'a', of \(Self.names.1) 'b'; save them under the same names, or with no more than a "
                    + "wrapper's prefix before them"
            ])
    }

    @Test func `checkpoints without a common tensor are told why, by what keeps them apart`() throws {
        let shapes = try pair { from, to in
            from.tensors = [.init("a", .float32, [1], [1])]
            to.tensors = [.init("a", .float32, [2], [1, 1])]
        }
        #expect(
            try problems { try run(shapes, "allow_unmatched=true") }.first?.hasSuffix(
                "in common: 'a' is 1 in the one and 2 in the other: they are of different models") == true)
        let dumps = try pair { from, to in
            from.tensors = [.init("a", .float32, [2], [1, 1])]
            to.tensors = [.init("a", .uint16, [2], [1, 1])]
        }
        #expect(
            try problems { try run(dumps) }.first?.hasSuffix(
                "in common; 'a' is uint16: where it holds bfloat16, set bfloat16_dumps=[uint16]") == true)
    }

    /// A dump whose matrices have no type of their own: its norms alone would pass for the model.
    @Test func `the headline says what share of the weights it is about`() throws {
        let matrices = SmallModel.shapes.filter { $0.shape.count > 1 }
        let paths = try pair { from, to in
            for (name, _) in matrices {
                for side in [0, 1] {
                    var tensor = side == 0 ? from[name] : to[name]
                    tensor.type = .uint16
                    tensor.values = tensor.values.map { _ in 16256 }
                    if side == 0 { from[name] = tensor } else { to[name] = tensor }
                }
            }
        }
        let outcome = try run(paths)
        let all = SmallModel.shapes.map { $0.shape.reduce(1, *) }.reduce(0, +)
        let norms = all - matrices.map { $0.shape.reduce(1, *) }.reduce(0, +)
        let percent = (100_000 * Double(norms) / Double(all)).rounded(.down) / 1000
        #expect(
            outcome.findings == [
                "\(Self.names.0) -> \(Self.names.1): drift speaks for \(norms) of \(all) weights (\(percent)%); "
                    + "'lm_head.weight' is uint16: where it holds bfloat16, set bfloat16_dumps=[uint16]"
            ])
        #expect(try table("summary", of: folder).number(0, "coverage") == Double(norms) / Double(all))
        #expect(try folder.text("out/summary.md").contains("| coverage |"))
        #expect(try folder.text("out/index.html").contains("drift speaks for \(norms) of \(all) weights"))
        // The remedy works.
        #expect(try run(paths, "bfloat16_dumps=[uint16]").findings.allSatisfy { !$0.contains("drift speaks") })
        #expect(try table("summary", of: folder).number(0, "coverage") == 1)
        #expect(try !folder.text("out/summary.md").contains("coverage"))
    }

    @Test func `what is no weight stands in coverage, stops nothing on one side, and counts when asked for`() throws {
        let paths = try pair { from, to in
            from.tensors.append(.init("model.layers.0.rotary_emb.inv_freq", .float32, [2], [1e6, 2]))
            for (side, value) in [(0, 1.0), (1, 1e5)] {
                let slot = SmallModel.Tensor("optimizer.state.0.exp_avg", .float32, [2, 2], [1, 2, 3, value])
                if side == 0 { from.tensors.append(slot) } else { to.tensors.append(slot) }
            }
        }
        #expect(try run(paths).findings.isEmpty)
        let row = try coverage("optimizer.state.0.exp_avg")
        #expect(row["status"] == "not_weight" && row["note"] == "optimizer state" && row["shape_to"] == "2x2")
        let buffer = try coverage("model.layers.0.rotary_emb.inv_freq")
        #expect(buffer["status"] == "not_weight" && buffer["shape_from"] == "2" && buffer["shape_to"] == "")
        let drift = try #require(try table("summary", of: folder).number(0, "drift"))
        let plain = try run(try pair { _, _ in })
        #expect(plain.findings.isEmpty)
        #expect(try table("summary", of: folder).number(0, "drift") == drift)
        let all = try run(
            try pair { from, to in
                from.tensors.append(.init("optimizer.state.0.exp_avg", .float32, [1], [0]))
                to.tensors.append(.init("optimizer.state.0.exp_avg", .float32, [1], [3]))
            }, "include_non_weights=true")
        #expect(all.findings.isEmpty)
        #expect(try coverage("optimizer.state.0.exp_avg")["status"] == "compared")
        #expect(
            abs(try #require(try table("summary", of: folder).number(0, "drift")) - (drift * drift + 9).squareRoot())
                < 1e-12)
    }

    /// Whether a tied head is stored must not change the drift.
    @Test func `a tied head counts once, stored or not, under any name`() throws {
        func tie(_ model: inout SmallModel) { model[Self.head].values = model[Self.embedding].values }
        _ = try run(
            try pair {
                tie(&$0); tie(&$1)
            })
        let stored = try table("summary", of: folder)
        let row = try coverage(Self.head)
        #expect(row["status"] == "tied" && row["note"] == "both sides hold their embedding, which counts once")
        #expect(try tensorRow(Self.head) == nil)
        _ = try run(
            try pair {
                $0.remove(Self.head); $1.remove(Self.head)
            })
        let absent = try table("summary", of: folder)
        _ = try run(
            try pair {
                tie(&$0); $1.remove(Self.head)
            })
        let mixed = try table("summary", of: folder)
        for column in ["elements", "drift", "relative_drift", "coverage"] {
            #expect(stored[column] == absent[column] && mixed[column] == absent[column], "\(column)")
        }
        // GPT-2's embedding is called otherwise.
        func rename(_ model: inout SmallModel) {
            tie(&model)
            for place in model.tensors.indices where model.tensors[place].name == Self.embedding {
                model.tensors[place].name = "transformer.wte.weight"
            }
        }
        _ = try run(
            try pair {
                rename(&$0); rename(&$1)
            })
        #expect(try table("summary", of: folder)["drift"] == absent["drift"])
        // A head that has parted from the embedding counts.
        _ = try run(
            try pair {
                tie(&$0); _ = $1
            })
        #expect(try table("summary", of: folder)["elements"] != absent["elements"])
    }

    @Test func `equal values in other bits are told`() throws {
        let signs = try run(
            try pair { from, to in
                to.tensors = from.tensors
                to["model.norm.weight"].values = [0, 1, 2, 3]
                from["model.norm.weight"].values = [-0.0, 1, 2, 3]
            })
        let count = SmallModel.shapes.count
        let told =
            "\(Self.names.0) and \(Self.names.1) hold equal values in all \(count) tensors, if not the same bits: one of them "
            + "is a copy, in other types or with other signs of zeros"
        #expect(signs.findings.filter { !$0.contains("bit for bit") } == [told])
        let types = try run(
            try pair { from, to in
                to.tensors = from.tensors
                for place in to.tensors.indices { to.tensors[place].type = .float32 }
            })
        #expect(types.findings == [told])
        #expect(try table("integrity", of: folder)["finding"] == ["identical_values"])
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
