import TestSupport
import Testing

@testable import Experiments
@testable import Settings

@Suite struct DriftSettingsTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func problem(_ text: String) -> String? {
        do throws(SettingsError) {
            _ = try DriftSettings.decode(text, file: "drift.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `the settings file that comes along names the committed series and the defaults`() throws {
        var expected = DriftSettings()
        expected.input.files.series = ["data/tiny-olmo2"]
        #expect(try DriftSettings.load(file: "\(packageRoot)/experiments/drift.yaml") == expected)
    }

    @Test(arguments: [
        (
            "moved_treshold: 1",
            "drift.yaml:1: unknown setting 'moved_treshold'; did you mean 'moved_threshold'?"
        ),
        ("\nallowUnmatched: true", "drift.yaml:2: unknown setting 'allowUnmatched'; did you mean 'allow_unmatched'?"),
        (
            "compare: [branch-point]",
            "drift.yaml:1: 'compare[0]': expected one of pair, reference, predecessor, branch_point, before_branch_point, ingredients, found 'branch-point'; did you mean 'branch_point'?"
        ),
        (
            "revisions: {main: {stap: 1}}",
            "drift.yaml:1: unknown setting 'revisions.main.stap'; did you mean 'revisions.main.step'?"
        ),
    ])
    func `a wrong setting is named, with the nearest known one`(text: String, message: String) {
        #expect(problem(text) == message)
    }

    @Test func `an experiment that does not exist is named, with the nearest one`() {
        let error = #expect(throws: SettingsError.self) {
            _ = try ExperimentRun(ExperimentRun.Options(names: ["drfit"], jobs: 1))
        }
        #expect(error?.description == "run drfit: there is no experiment 'drfit'; did you mean 'drift'?")
    }

    @Test func `half a pair is refused`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        #expect(
            try problems { try runDrift([], in: folder, "from=\(series[0])") }
                == ["a pair needs both from and to; only from is given"])
        #expect(
            try problems { try runDrift([], in: folder, "to=\(series[0])") }
                == ["a pair needs both from and to; only to is given"])
    }

    @Test func `a series of nothing, or of one, is refused`() throws {
        #expect(
            try problems { try runDrift([], in: folder) }
                == ["no checkpoints are named; set series=[DIR or FILE, ...], or give --from and --to"])
        let one = try SmallModel(0).write(to: folder)
        #expect(
            try problems { try runDrift([one], in: folder) } == [
                "nothing to compare: 1 checkpoint(s) give no comparison with compare=[reference, predecessor, branch_point, ingredients]"
            ])
    }

    @Test func `the reference and the branch point may be named`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        let names = SmallModel.revisions
        try runDrift(
            series, in: folder, "reference=\(names[1])", "branch_point=\(names[0])", "compare=[reference, branch_point]"
        )
        let found = try table("summary", of: folder).rows.map { Array($0[0..<3]) }
        #expect(
            found == [
                ["reference", names[1], names[0]], ["reference", names[1], names[2]],
                ["branch_point", names[0], names[1]], ["branch_point", names[0], names[2]],
            ])
        let trajectory = try table("trajectory", of: folder)
        // What came before the reference is on no path from it.
        #expect(Array(trajectory["path_length"][0..<2]) == ["", "0.0"])
        let back = try #require(trajectory.number(0, "displacement"))
        #expect(back == trajectory.number(1, "step_drift"))
    }

    @Test(arguments: ["reference", "branch_point"])
    func `a checkpoint that the series does not hold is refused by name`(key: String) throws {
        let series = try SmallModel.writeSeries(to: folder)
        #expect(
            try problems { try runDrift(series, in: folder, "\(key)=step7") }
                == ["\(key) 'step7' is not in the series; it holds \(SmallModel.revisions.joined(separator: ", "))"])
    }

    @Test func `a folder stands for the checkpoints in it`() throws {
        let series = try SmallModel.writeSeries(to: folder)
        try runDrift(series, in: folder, out: "files")
        let second = try runDrift([folder.path], in: folder, out: "folder")
        #expect(second.bytesRead == 0)
        var (found, expected) = (try results(in: folder, out: "folder"), try results(in: folder, out: "files"))
        // The settings stand in run.json, and they differ.
        #expect(found.removeValue(forKey: "run.json") != expected.removeValue(forKey: "run.json"))
        #expect(found == expected)
    }

    @Test func `facts of a revision may be stated`() throws {
        var (first, second) = (SmallModel(0), SmallModel(1))
        (first.revision.name, first.revision.stage, first.revision.step, first.revision.tokens) = (
            "begin", nil, nil, nil
        )
        (second.revision.name, second.revision.stage, second.revision.step, second.revision.tokens) = (
            "end", nil, nil, nil
        )
        let paths = [try first.write(to: folder), try second.write(to: folder)]
        try runDrift(
            paths, in: folder, "compare=[predecessor]", "revisions.end={stage: 1, step: 10, tokens: 400}",
            "revisions.begin={stage: 1, step: 20, tokens: 800}")
        let summary = try table("summary", of: folder)
        #expect(summary["from"] == ["end"] && summary["to"] == ["begin"])
        #expect(summary["step"] == ["20"] && summary["tokens"] == ["800"])
    }
}
