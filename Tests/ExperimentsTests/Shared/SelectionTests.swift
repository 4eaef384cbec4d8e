import Base
import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite struct NumberChoiceTests {
    private static let choices: [(String, [Int?], [Int?])] = {
        let none: Int? = nil
        var choices: [(String, [Int?], [Int?])] = []
        choices.append(("7", [7], [6, 8, none]))
        choices.append(("0-3", [0, 1, 3], [4, none]))
        choices.append(("500-", [500, Int.max], [499, none]))
        choices.append(("none", [none], [0, 1]))
        choices.append(("3-3", [3], [2, 4]))
        choices.append(("007", [7], [0]))
        return choices
    }()

    @Test(arguments: choices)
    func `numbers, ranges and none take what they say`(text: String, taken: [Int?], others: [Int?]) throws {
        let choice = try #require(NumberChoice(text))
        for number in taken { #expect(choice.takes(number), "\(text) and \(String(describing: number))") }
        for number in others { #expect(!choice.takes(number), "\(text) and \(String(describing: number))") }
    }

    @Test(arguments: ["", "-", "-3", "3-1", "1-2-3", "+1", "1.5", "a", "0..3", "99999999999999999999", "all", " 1"])
    func `anything else is no choice`(text: String) { #expect(NumberChoice(text) == nil) }
}

/// What is read of a series, and what is left out, by settings that all experiments on checkpoints share.
@Suite struct SelectionTests {
    private let folder: ScratchFolder
    private let series: [String]

    init() throws {
        folder = try ScratchFolder()
        series = try SmallModel.writeSeries(to: folder)
    }

    private func record(_ out: String = "out") throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(folder.text("\(out)/run.json").utf8))
    }

    /// Places among the model's tensors of those that fit.
    private func places(_ fits: (ParameterName) -> Bool) -> [Int] {
        SmallModel.shapes.indices.filter { fits(ParameterName(SmallModel.shapes[$0].name)) }
    }

    private func count(_ place: Int) -> Int { SmallModel.shapes[place].shape.reduce(1, *) }

    @Test func `only the selected tensors are read, and the rest is in the record`() throws {
        let outcome = try runDrift(series, in: folder, "tensors=['attention.?', 'model.norm.*']", "layers=[1, none]")
        let roles: [ParameterName.Module] = [.attentionQ, .attentionK, .attentionV, .attentionO]
        let selected = places { name in
            if name.name == "model.norm.weight" { return true }
            return name.layer == 1 && roles.contains(name.module)
        }
        #expect(selected.count == 5)
        // Of three checkpoints, two bytes an element, and nothing else.
        let read: Int = selected.map(count).reduce(0, +)
        #expect(outcome.bytesRead == 6 * read)
        #expect(outcome.findings.isEmpty && outcome.refused.isEmpty)

        let tensors = try table("tensors", of: folder)
        #expect(Set(tensors["tensor"]) == Set(selected.map { SmallModel.shapes[$0].name }))
        let summary = try table("summary", of: folder)
        let row = try #require(
            summary.index(by: "comparison", "from", "to")[
                "reference \(SmallModel.revisions[0]) \(SmallModel.revisions[1])"])
        let elements: Int = selected.map(count).reduce(0, +)
        var squares = 0.0
        for place in selected {
            let change: Double = SmallModel.change(place)
            squares += Double(count(place)) * change * change
        }
        #expect(summary.number(row, "drift") == squares.squareRoot())
        #expect(summary.number(row, "elements") == Double(elements))

        let coverage = try table("coverage", of: folder)
        let pairs = Set(coverage.rows.indices.map { "\(coverage["from"][$0]) \(coverage["to"][$0])" }).count
        #expect(coverage["status"].count { $0 == "deselected" } == pairs * (SmallModel.shapes.count - selected.count))
        #expect(coverage["status"].count { $0 == "compared" } == pairs * selected.count)

        let text =
            "Selected are 5 of 25 tensors (tensors attention.?, model.norm.*; layers 1, none); the rest is left out."
        let record = try record()
        #expect(record["selection"]?["text"]?.text == text && record.answer.first == text)
        #expect(record["selection"]?["tensors"]?["read"]?.compact == "5")
        let leftOut = record["selection"]?["tensors"]?["left_out"]?.elements?.compactMap(\.text) ?? []
        #expect(leftOut.contains("model.layers.{0-1}.mlp.up_proj.weight") && leftOut.contains("lm_head.weight"))
        #expect(leftOut.contains("model.layers.0.self_attn.q_proj.weight"))
        #expect(try folder.text("out/summary.md").contains(text.replacing("*", with: "\\*")))
        #expect(try folder.text("out/index.html").contains("Selected are 5 of 25 tensors"))
        #expect(
            try folder.text("out/summary.tex").contains(
                "a row a comparison. Selected: tensors attention.?, model.norm.*; layers 1, none."))
    }

    @Test func `what another selection computed is not computed again`() throws {
        try runDrift(series, in: folder, out: "all")
        let outcome = try runDrift(series, in: folder, "tensors=norm")
        #expect(outcome.bytesRead == 0)
    }

    @Test func `only the selected checkpoints are compared`() throws {
        try runDrift(series, in: folder, "steps=[0, 1000]")
        #expect(try Set(table("summary", of: folder)["to"]) == [SmallModel.revisions[1]])
        let record = try record()
        #expect(record["checkpoints"]?.elements?.count == 2)
        #expect(record["selection"]?["checkpoints"]?["left_out"]?.compact == "[\"\(SmallModel.revisions[2])\"]")
        #expect(
            record["selection"]?["text"]?.text
                == "Selected are 2 of 3 checkpoints (steps 0, 1000); the rest is left out.")
    }

    private static let taken: [(String, [Int])] = [
        ("stages=2", [2]), ("stages=[1]", [0, 1]), ("ingredients=1", [2]), ("ingredients=none", [0, 1]),
        ("steps=500-", [1, 2]), ("steps=[0-600]", [0, 2]),
    ]

    @Test(arguments: taken)
    func `stages, ingredients and ranges of steps select checkpoints`(setting: String, expected: [Int]) throws {
        try run(
            "norms", file: folder.write("n.yaml", "series: [\(series.joined(separator: ", "))]"), in: folder, jobs: 1,
            out: "out", journal: "journal", [setting])
        #expect(try Set(table("norms", of: folder)["revision"]) == Set(expected.map { SmallModel.revisions[$0] }))
    }

    @Test func `without the branch point nothing passes for it`() throws {
        try SmallModel(1, revision: "main").write(to: folder)
        // Step 0 is the last of stage 1 that is left, and not where the ingredient and main start.
        try runDrift([folder.path], in: folder, "steps=[0, 500, none]")
        let summary = try table("summary", of: folder)
        #expect(!summary["comparison"].contains("branch_point"))
        let trajectory = try table("trajectory", of: folder)
        let row = try #require(trajectory.index(by: "level", "revision")["model main"])
        #expect(trajectory.cell(row, "predecessor") == "")
        #expect(
            try record()["selection"]?["text"]?.text?.hasSuffix(
                "The branch point, \(SmallModel.revisions[1]), is not among them.") == true)
    }

    private static let roles =
        "the roles are embedding, attention.q, attention.k, attention.v, attention.o, attention.norm, mlp.gate, mlp.up, mlp.down, norm, unembedding"
    private static let names: [String] = SmallModel.revisions
    /// Settings, and the one line that they lead to.
    private static let nothing: [([String], String)] = [
        (["steps=300"], "steps: no checkpoint of the series has the step 300; the nearest there are 0 and 500"),
        (["steps=2000-"], "steps: no checkpoint of the series has a step in 2000-; the nearest there is 1000"),
        (["ingredients=3"], "ingredients: no checkpoint of the series has the ingredient 3; the nearest there is 1"),
        (["steps=none"], "steps: 'none' selects nothing, because every checkpoint of the series has a step"),
        (
            ["steps=0", "stages=2"],
            "no checkpoint of the series has all of steps 0; stages 2; there are \(names[0]), \(names[1]), \(names[2])"
        ),
        (["layers=2"], "layers: no tensor has the block 2; the nearest there is 1"),
        (
            ["tensors=attention"],
            "tensors: 'attention' matches no role and no name of a tensor; did you mean 'attention.*'? \(roles)"
        ),
        (
            ["tensors=[mlp.uo]"],
            "tensors: 'mlp.uo' matches no role and no name of a tensor; did you mean 'mlp.up'? \(roles)"
        ),
        (
            ["tensors=q_proj"],
            "tensors: 'q_proj' matches no role and no name of a tensor; did you mean '*q_proj*'? \(roles)"
        ),
        (["tensors=embedding", "layers=0"], "no tensor has both tensors embedding and layers 0"),
        (
            ["steps=0-600", "branch_point=\(names[1])"],
            "branch_point '\(names[1])' is left out by the selection of checkpoints, which takes \(names[0]), \(names[2]); select it too, or state another branch_point"
        ),
    ]

    @Test(arguments: nothing)
    func `a selection that takes nothing is an error that names what is there`(settings: [String], message: String)
        throws
    {
        let file = try folder.write("drift.yaml", "series: [\(series.joined(separator: ", "))]\n")
        #expect(try problems { try runDrift(file: file, in: folder, settings) } == [message])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
    }

    @Test func `a pair has tensors to select, and no checkpoints`() throws {
        let file = try folder.write("drift.yaml", "from: \(series[0])\nto: \(series[1])\n")
        try runDrift(file: file, in: folder, ["tensors=norm"])
        #expect(try Set(table("tensors", of: folder)["module"]) == ["norm"])
        #expect(
            try problems { try runDrift(file: file, in: folder, ["steps=0"]) } == [
                "steps chooses among the checkpoints of a series, and a pair has none; leave it out, or state steps=[]"
            ])
    }

    @Test func `a tensor that one side lacks stops nothing when it is left out`() throws {
        var other = SmallModel(1)
        other.remove("model.norm.weight")
        try other.write(to: folder)
        #expect(try problems { try runDrift(series, in: folder) }.last?.contains("allow_unmatched") == true)
        #expect(try runDrift(series, in: folder, "tensors=[attention.*, mlp.*]").findings.isEmpty)
    }

    @Test func `checkpoints that are alike in what is selected are not called copies`() throws {
        var copy = SmallModel(0, revision: SmallModel.revisions[1])
        copy["lm_head.weight"].values[0] += 1
        try copy.write(to: folder)
        let outcome = try runDrift(series, in: folder, "tensors=mlp.up", "compare=[predecessor]")
        #expect(outcome.findings.count == 1 && outcome.findings[0].hasPrefix("2 tensors of \(SmallModel.revisions[0])"))
    }

    @Test func `an embedding that stands for a selected head is read for it`() throws {
        var tied = SmallModel(1)
        tied.remove("lm_head.weight")
        try tied.write(to: folder)
        try runDrift([series[0], series[1]], in: folder, "tensors=unembedding")
        let summary = try table("summary", of: folder)
        var squares = 0.0
        for element in 0..<32 {
            let difference: Double = SmallModel.value(1, element, 1) - SmallModel.value(0, element, 0)
            squares += difference * difference
        }
        #expect(summary.number(0, "drift") == squares.squareRoot())
    }

    @Test func `spectra takes apart the selected matrices only`() throws {
        try run("spectra", "series: [.]\ntensors: mlp.up\nlayers: 0\n", in: folder)
        #expect(try Set(table("spectra", of: folder)["tensor"]) == ["model.layers.0.mlp.up_proj.weight"])
        #expect(
            try problems { try run("spectra", "series: [.]\ntensors: norm\n", in: folder) } == [
                "no checkpoint of the series holds a floating-point tensor of two dimensions among those that tensors and layers select"
            ])
    }

    @Test func `hidden states of the selected layers are in the tables`() throws {
        let folder = try ScratchFolder()
        for k in 0..<2 { try SmallModel(k).runnable().write(to: folder) }
        let settings = "series: [.]\nprobe_set: {file: '\(labelledProbeSet)'}\n"
        try run("similarity", settings + "layers: [0, none]\n", in: folder)
        #expect(try Set(table("checkpoints", of: folder)["layer"]) == ["embedding", "0", "final_norm"])
        #expect(try Set(table("rank", of: folder)["layer"]) == ["embedding", "0", "final_norm"])
        #expect(try table("layers", of: folder)["layer_to"].contains("1") == false)
        try run("linear_probe", settings + "layers: 1\nsteps: 1000\n", in: folder, out: "probe")
        #expect(try Set(table("linear_probe", of: folder, out: "probe")["layer"]) == ["1"])
        #expect(try Set(table("linear_probe", of: folder, out: "probe")["revision"]) == [SmallModel.revisions[1]])
        #expect(
            try problems { try run("similarity", settings + "layers: 2\n", in: folder) }
                == ["layers: no tensor has the block 2; the nearest there is 1"])
    }

    @Test func `an average is not held against ingredients whose ends are left out`() throws {
        let series = try DamagedSeries()
        try series.audit(settings: "steps: [0-300, none]\n")
        #expect(try series.table("soup").rows.isEmpty)
        try series.audit(settings: "steps: [400, none]\n", out: "ends")
        let soup = try series.table("soup", out: "ends")
        #expect(soup["soup"].contains("main"))
    }

    @Test func `an audit of some tensors finds nothing in the others`() throws {
        let series = try DamagedSeries(["stage1-step0-tokens0B", "stage1-step25-tokens1B", "stage1-step60-tokens1B"])
        try series.edit("stage1-step60-tokens1B") { $0["model.norm.weight"].values[3] = .nan }
        #expect(try series.findings().contains { $0.hasPrefix("non_finite") })
        #expect(try series.findings(settings: "tensors: attention.*\n") == [])
        #expect(try series.findings(settings: "tensors: norm\n").contains { $0.hasPrefix("non_finite") })
    }

    @Test func `drift of some tensors goes with the loss of all`() throws {
        let settings = """
            drift: '\(folder.path)/drift'
            loss: '\(packageRoot)/results/probe'
            """
        let data = "\(packageRoot)/experiments/data/tiny-olmo2"
        try run("drift", "series: ['\(data)']\ntensors: attention.*\n", in: folder, out: "drift")
        try run("drift_and_loss", settings, in: folder, out: "both")
        let text = try record("both")["selection"]?["text"]?.text
        #expect(text?.hasPrefix("Of \(folder.path)/drift: Selected are ") == true, "\(text ?? "")")
    }
}

/// `series` with wildcards, and as a single value.
@Suite struct SeriesFilesTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        try SmallModel.writeSeries(to: folder)
    }

    private func revisions(_ series: String) throws -> Set<String> {
        try run("norms", "series: \(series)\n", in: folder)
        return try Set(table("norms", of: folder)["revision"])
    }

    @Test func `wildcards stand for what lies beside the settings`() throws {
        #expect(try revisions("stage1-*.h5") == [SmallModel.revisions[0], SmallModel.revisions[1]])
        #expect(try revisions("'stage?-*step[05]*'") == [SmallModel.revisions[0], SmallModel.revisions[2]])
        #expect(try revisions("['\(folder.path)/*.h5']") == Set(SmallModel.revisions))
    }

    @Test func `a single value is a series of it`() throws {
        #expect(try revisions(".") == Set(SmallModel.revisions))
        #expect(try revisions("\(SmallModel.revisions[1]).h5") == [SmallModel.revisions[1]])
    }

    @Test func `a name with a bracket in it is that name`() throws {
        try SmallModel(0).write(to: folder, as: "odd[1]")
        try run("norms", "series: 'odd[1].h5'\n", in: folder)
        #expect(try Set(table("norms", of: folder)["revision"]) == [SmallModel.revisions[0]])
    }

    @Test func `what matches nothing is told with what is there`() throws {
        let message = try problems { try run("norms", "series: 'stage3-*.h5'\n", in: folder) }
        #expect(message.count == 1)
        #expect(message[0].hasPrefix("series: 'stage3-*.h5' matches no file and no folder; in . there is '"))
        #expect(
            try problems { try run("norms", "series: '/nowhere/*.h5'\n", in: folder) }
                == ["series: '/nowhere/*.h5' matches no file and no folder; there is no folder '/nowhere'"])
    }
}
