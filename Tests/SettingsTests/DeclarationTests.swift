import Base
import Settings
import Testing

/// How something is read: shared by two experiments.
private struct Reading: SettingsSection {
    static let title: String? = "reading"
    @Setting("Files.") var files: [String] = []
    @Setting("A seed.", .atLeast(0)) var seed = 0
}

/// A group that embeds another.
private struct Passing: SettingsSection {
    static let title: String? = "passing"
    @SettingGroup var reading: Reading
    @Setting("Passes.", .within(1...4)) var passes = 1
}

private struct GroupedSettings: ExperimentSettings {
    enum Mode: String, Codable, CaseIterable { case fast, slow }

    struct Law: SettingsSection {
        @Setting("Its name.") var name: String
        @Setting("A share.", .between(0, 1)) var share = 0.5
        @Setting("Tokens.", .above(0), unset: "all") var tokens: Double?
    }

    struct Tail: SettingsSection {
        @Setting("The smallest.", .atLeast(0)) var floor = 1e-5
        @Setting("Laws of the tail.") var laws: [Law] = []
    }

    @SettingGroup var passing: Passing
    @Setting("How.") var mode = Mode.fast
    @Setting("The tail.") var tail = Tail()
    @Setting("Strengths.", .above(0).inList) var strengths: [Double] = [1, 10]
    @Setting("Modes.", .distinct) var modes: [Mode] = [.fast]
    @Setting("By name.", .within(0..<1)) var weights: [String: Double] = [:]
    @Setting("A limit.", .atLeast(2), unset: "none") var normMADs: Int?

    var conflicts: [String] { mode == .slow && passing.passes > 1 ? ["slow has one pass"] : [] }
}

/// A group with defaults of its own where it is embedded.
private struct OtherDefaults: ExperimentSettings {
    @SettingGroup var reading = Reading.withFiles
}

extension Reading {
    fileprivate static var withFiles: Reading {
        var reading = Reading()
        reading.files = ["a"]
        return reading
    }
}

private func decode(_ text: String) throws -> GroupedSettings {
    try GroupedSettings.decode(text, file: "s.yaml")
}

@Suite struct DeclarationTests {
    @Test func `the settings of a group are flat, also those of a group in it`() throws {
        let settings = try decode("files: [a, b]\nseed: 7\npasses: 2")
        #expect(settings.passing.reading.files == ["a", "b"])
        #expect(settings.passing.reading.seed == 7 && settings.passing.passes == 2)
        #expect(
            settings.canonicalJSON.compact
                == #"{"files":["a","b"],"mode":"fast","modes":["fast"],"passes":2,"seed":7,"strengths":[1,10],"#
                + #""tail":{"floor":1e-05,"laws":[]},"weights":{}}"#)
    }

    @Test func `a group may have other defaults where it is embedded`() throws {
        #expect(try OtherDefaults.decode("seed: 1", file: "s.yaml").reading.files == ["a"])
        #expect(try OtherDefaults.decode("files: []", file: "s.yaml").reading.files.isEmpty)
    }

    @Test(arguments: [
        ("fils: [a]", "s.yaml:1: unknown setting 'fils'; did you mean 'files'?"),
        (
            "reading: {seed: 1}",
            "s.yaml:1: unknown setting 'reading'; the settings here are files, seed, passes, mode, tail, strengths, modes, weights, norm_mads"
        ),
        ("norm_mad: 1", "s.yaml:1: unknown setting 'norm_mad'; did you mean 'norm_mads'?"),
        ("tail:\n  laws:\n  - share: 0.1", "s.yaml:3: 'tail.laws[0]': 'name' is missing"),
        ("seed: x", "s.yaml:1: 'seed': expected an integer, found 'x'"),
        ("mode: fats", "s.yaml:1: 'mode': expected one of fast, slow, found 'fats'; did you mean 'fast'?"),
    ])
    func `what a group or a section does not declare is named with its place`(text: String, message: String) {
        #expect { try decode(text) } throws: { "\($0)" == message }
    }

    @Test func `a section in a list has the defaults of its type`() throws {
        let law = try #require(try decode("tail: {laws: [{name: a}]}").tail.laws.first)
        #expect(law.name == "a" && law.share == 0.5 && law.tokens == nil)
    }

    @Test(arguments: [
        ("seed: -1", "seed is -1; a number from 0 on is expected"),
        ("passes: 5", "passes is 5; a number from 1 to 4 is expected"),
        ("passes: 0", "passes is 0; a number from 1 to 4 is expected"),
        ("tail: {floor: -1}", "tail.floor is -1.0; a number from 0 on is expected"),
        (
            "tail: {laws: [{name: a}, {name: b, share: 1, tokens: 0}]}",
            "tail.laws[1].share is 1.0; a number between 0 and 1 is expected|tail.laws[1].tokens is 0.0; a number above 0 is expected"
        ),
        ("strengths: [1, 0]", "strengths[1] is 0.0; a number above 0 is expected"),
        ("strengths: []", "strengths is []; at least one is expected"),
        ("modes: [fast, fast]", "modes is [fast, fast]; at least one, and none twice, is expected"),
        ("modes: []", "modes is []; at least one, and none twice, is expected"),
        ("weights: {a: 0, b: 1}", "weights.b is 1.0; a number from 0 to below 1 is expected"),
        ("norm_mads: 1", "norm_mads is 1; a number from 2 on is expected"),
        // What does not go together is told once each setting by itself is right.
        ("mode: slow\npasses: 9", "passes is 9; a number from 1 to 4 is expected"),
        ("mode: slow\npasses: 2", "slow has one pass"),
    ])
    func `what is out of bounds is told with its value and what is expected`(text: String, lines: String) throws {
        #expect(try decode(text).problems.joined(separator: "|") == lines)
    }

    @Test(arguments: [
        "", "seed: 0", "passes: 1", "passes: 4", "tail: {floor: 0}", "strengths: [1e-300]", "weights: {a: 0}",
        "norm_mads: 2", "tail: {laws: [{name: a, share: 0.999}]}",
    ])
    func `the ends of a range are in it where it says so`(text: String) throws {
        #expect(try decode(text).problems.isEmpty)
    }

    @Test func `a description tells name, type, bounds, default and group`() {
        let lines = GroupedSettings.descriptions.map {
            "\($0.name) | \($0.takes) | \($0.defaultText) | \($0.group ?? "")"
        }
        #expect(
            lines == [
                "files | a list of texts | [] | reading",
                "seed | a whole number from 0 on | 0 | reading",
                "passes | a whole number from 1 to 4 | 1 | passing",
                "mode | fast, slow | fast | ",
                "tail | a section |  | ",
                "tail.floor | a number from 0 on | 1e-05 | ",
                "tail.laws | a list of sections | [] | ",
                "tail.laws[].name | text | required | ",
                "tail.laws[].share | a number between 0 and 1 | 0.5 | ",
                "tail.laws[].tokens | a number above 0 | all | ",
                "strengths | a list, at least one, of numbers above 0 | [1, 10] | ",
                "modes | a list, at least one, and none twice, of fast, slow | [fast] | ",
                "weights | by name, a number from 0 to below 1 | {} | ",
                "norm_mads | a whole number from 2 on | none | ",
            ])
    }
}
