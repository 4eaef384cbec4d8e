import Foundation
import Settings
import Testing

private struct SampleSettings: ExperimentSettings {
    enum Comparison: String, Codable, CaseIterable {
        case reference, predecessor
        case branchPoint = "branch_point"
    }

    struct Series: SettingsSection {
        @Setting("A folder.") var folder = "experiments/data/tiny-olmo2"
        @Setting("A revision.", unset: "the last") var revision: String?
    }

    struct Pair: SettingsSection {
        @Setting("Where it starts.") var from: String
        @Setting("Where it ends.") var to: String
    }

    @Setting("A threshold.") var threshold = 1e-5
    @Setting("A number that fits 16 bits.") var rows: UInt16 = 32
    @Setting("Comparisons.") var compare: [Comparison] = [.reference, .predecessor]
    @Setting("A section.") var series = Series()
    @Setting("Sections in a list.") var pairs: [Pair] = []
    @Setting("Numbers by name.") var stages: [String: Int] = ["main": 2]
    @Setting("A section that may be left out.") var only: Pair?
    @Setting("A flag.") var allowUnmatched = false
}

extension SampleSettings.Pair {
    fileprivate init(from: String, to: String) {
        self.init()
        (self.from, self.to) = (from, to)
    }
}

private func decode(_ text: String, _ arguments: String...) throws -> SampleSettings {
    try SampleSettings.decode(text, file: "drift.yaml", overrides: arguments.map { try SettingsOverride($0) })
}

private func problem(_ text: String, _ arguments: String...) -> String? {
    do {
        _ = try SampleSettings.decode(text, file: "drift.yaml", overrides: arguments.map { try SettingsOverride($0) })
        return nil
    } catch {
        return "\(error)"
    }
}

/// Settings with a section that describes the file it names.
private struct DescribingSettings: ExperimentSettings {
    @Setting("A source.") var source = Source()
    @Setting("A number.") var batch = 8
    static let describing = ["source": ["file", "files"]]

    struct Source: SettingsSection {
        @Setting("A file.") var file: String?
        @Setting("Files.") var files: [String: String] = [:]
        @Setting("Names.") var names: [String] = []
    }
}

@Suite struct DescribingSettingsTests {
    private func decode(_ overrides: String...) throws -> DescribingSettings {
        try DescribingSettings.decode(
            "source: {file: a, names: [x, y]}\nbatch: 4", file: "s.yaml",
            overrides: overrides.map { try SettingsOverride($0) })
    }

    @Test(arguments: ["source.file=b", "source={file: b}"])
    func `what a file says of another file than the option names is dropped`(option: String) throws {
        let settings = try decode(option)
        #expect(settings.source.file == "b" && settings.source.names.isEmpty && settings.batch == 4)
    }

    @Test func `options describe their own file, in any order`() throws {
        for options in [["source.names=[z]", "source.file=b"], ["source.file=b", "source.names=[z]"]] {
            let settings = try decode(options[0], options[1])
            #expect(settings.source.file == "b" && settings.source.names == ["z"])
        }
        let several = try decode("source.files={k: b}")
        #expect(several.source.file == nil && several.source.files == ["k": "b"])
    }

    @Test func `an option that names no file leaves the section`() throws {
        let settings = try decode("source.names=[z]", "batch=2")
        #expect(settings.source.file == "a" && settings.source.names == ["z"] && settings.batch == 2)
    }
}

@Suite struct SettingsTests {
    @Test(arguments: ["", "# nothing but a comment\n", "~", "{}"])
    func `a file that states nothing leaves the defaults`(text: String) throws {
        #expect(try decode(text) == SampleSettings())
    }

    @Test func `aliases of aliases are not written out without end`() {
        var text = "a0: &a0 [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]\n"
        for level in 1...9 {
            let alias = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(alias)]\n"
        }
        #expect { try decode(text) } throws: {
            "\($0)".contains("it holds more than 200000 values, aliases written out")
        }
    }

    @Test func `every kind of value is read`() throws {
        let settings = try decode(
            """
            threshold: 1e-4
            allow_unmatched: true
            rows: 65535
            compare: [branch_point]
            series:
              revision: 1000
            pairs:
              - {from: a.h5, to: "file.h5:/model_weights"}
            stages:
              stage2-ingredient1: 2
            only:
              from: no
              to: '~'
            """)
        var expected = SampleSettings()
        expected.threshold = 1e-4
        expected.allowUnmatched = true
        expected.rows = .max
        expected.compare = [.branchPoint]
        expected.series.revision = "1000"
        expected.pairs = [.init(from: "a.h5", to: "file.h5:/model_weights")]
        expected.stages = ["main": 2, "stage2-ingredient1": 2]
        expected.only = .init(from: "no", to: "~")
        #expect(settings == expected)
    }

    @Test(
        arguments: [
            ("tresholds: 1", "drift.yaml:1: unknown setting 'tresholds'; did you mean 'threshold'?"),
            (
                "rows: 1\nallow-unmatched: true",
                "drift.yaml:2: unknown setting 'allow-unmatched'; did you mean 'allow_unmatched'?"
            ),
            ("series:\n  foldr: x", "drift.yaml:2: unknown setting 'series.foldr'; did you mean 'series.folder'?"),
            (
                "pairs:\n- from: a\n  to: b\n  too: c",
                "drift.yaml:4: unknown setting 'pairs[0].too'; did you mean 'pairs[0].to'?"
            ),
            (
                "colour: red",
                "drift.yaml:1: unknown setting 'colour'; the settings here are threshold, rows, compare, series, pairs, stages, only, allow_unmatched"
            ),
            ("series:\n  x: 1", "drift.yaml:2: unknown setting 'series.x'; the settings here are folder, revision"),
        ])
    func `an unknown key names its place and the nearest known one`(text: String, message: String) {
        #expect(problem(text) == message)
    }

    @Test(
        arguments: [
            ("threshold: small", "drift.yaml:1: 'threshold': expected a number, found 'small'"),
            ("threshold: .inf", "drift.yaml:1: 'threshold': expected a number, found '.inf'"),
            ("threshold: nan", "drift.yaml:1: 'threshold': expected a number, found 'nan'"),
            ("threshold: '1'", "drift.yaml:1: 'threshold': expected a number, found the text \"1\""),
            ("threshold:", "drift.yaml:1: 'threshold': expected a number, found nothing"),
            ("threshold: [1]", "drift.yaml:1: 'threshold': expected a number, found a list"),
            ("\nrows: 70000", "drift.yaml:2: 'rows': expected an integer between 0 and 65535, found '70000'"),
            ("rows: 1.5", "drift.yaml:1: 'rows': expected an integer between 0 and 65535, found '1.5'"),
            ("allow_unmatched: yes", "drift.yaml:1: 'allow_unmatched': expected true or false, found 'yes'"),
            ("compare:", "drift.yaml:1: 'compare': expected a list, found nothing"),
            ("compare: {a: reference}", "drift.yaml:1: 'compare': expected a list, found a section"),
            (
                "compare: refrence",
                "drift.yaml:1: 'compare': expected one of reference, predecessor, branch_point, found 'refrence'; did you mean 'reference'?"
            ),
            ("pairs: here", "drift.yaml:1: 'pairs': expected a section of named settings, found 'here'"),
            ("series: here", "drift.yaml:1: 'series': expected a section of named settings, found 'here'"),
            ("series:\n  folder: [a]", "drift.yaml:2: 'series.folder': expected text, found a list"),
            ("pairs:\n- from: a", "drift.yaml:2: 'pairs[0]': 'to' is missing"),
            ("stages:\n  main: two", "drift.yaml:2: 'stages.main': expected an integer, found 'two'"),
            (
                "compare:\n- reference\n- branchpoint",
                "drift.yaml:3: 'compare[1]': expected one of reference, predecessor, branch_point, found 'branchpoint'; did you mean 'branch_point'?"
            ),
            (
                "compare: [7]",
                "drift.yaml:1: 'compare[0]': expected one of reference, predecessor, branch_point, found '7'"
            ),
            ("- a", "drift.yaml:1: expected a section of named settings, found a list"),
        ])
    func `a value of another type names its place and both types`(text: String, message: String) {
        #expect(problem(text) == message)
    }

    @Test(
        arguments: [
            ("rows: 1\nrows: 2", "drift.yaml:1: not valid YAML: 'rows' is set twice"),
            (
                "rows: [1",
                "drift.yaml:2: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'"
            ),
            ("[a]: 1", "drift.yaml:1: the name of a setting is a word, not a list or a section"),
            (
                "rows: 1\n---\nrows: 2",
                "drift.yaml:2: not valid YAML: expected a single document in the stream, but found another document"
            ),
        ])
    func `text that is not a settings file says where it ceases to be one`(text: String, message: String) {
        #expect(problem(text) == message)
    }

    @Test func `an option overrules the file, and a later option an earlier one`() throws {
        let settings = try decode(
            "threshold: 1\nseries: {folder: a, revision: main}", "threshold=2", "threshold=3", "series.folder=b=c",
            "compare=[reference]", "pairs=[{from: x, to: y}]", "stages.main=1", "series.revision=")
        #expect(settings.threshold == 3)
        #expect(settings.series.folder == "b=c" && settings.series.revision == nil)
        #expect(settings.compare == [.reference])
        #expect(settings.pairs == [.init(from: "x", to: "y")])
        #expect(settings.stages == ["main": 1])
    }

    @Test(
        arguments: [
            ("threshold", "--set threshold: expected KEY=VALUE, as in --set threshold=1e-4"),
            ("=1", "--set =1: '' is not the name of a setting, such as threshold or compare.pairs"),
            (
                "series..folder=a",
                "--set series..folder=a: 'series..folder' is not the name of a setting, such as threshold or compare.pairs"
            ),
            ("rowz=1", "--set rowz=1: unknown setting 'rowz'; did you mean 'rows'?"),
            ("rows=many", "--set rows=many: 'rows': expected an integer between 0 and 65535, found 'many'"),
            ("series.foldr=a", "--set series.foldr=a: unknown setting 'series.foldr'; did you mean 'series.folder'?"),
            ("rows.a=1", "--set rows.a=1: 'rows': expected an integer between 0 and 65535, found a section"),
        ])
    func `a wrong option is quoted as it was typed`(argument: String, message: String) {
        #expect(problem("threshold: 1", argument) == message)
    }

    @Test func `text given by an option of its own is never YAML`() throws {
        let override = SettingsOverride("series.folder", text: "~", option: "FROM=~")
        #expect(try SampleSettings.decode("", file: "drift.yaml", overrides: [override]).series.folder == "~")
    }

    @Test func `a single value stands for the list of it alone`() throws {
        #expect(try decode("compare: predecessor").compare == [.predecessor])
        #expect(try decode("", "compare=branch_point").compare == [.branchPoint])
        #expect(try decode("compare: 'reference'") == decode("compare: [reference]"))
    }

    @Test func `equal settings have one canonical text`() throws {
        let text = #"""
            {"allow_unmatched":false,"compare":["reference","predecessor"],"pairs":[],"rows":32,\#
            "series":{"folder":"experiments/data/tiny-olmo2"},"stages":{"main":2},"threshold":1e-05}
            """#
        #expect(SampleSettings().canonicalJSON.compact == text)
        #expect(try decode("threshold: 0.00001\nrows: 032\nonly: ~").canonicalJSON.compact == text)
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: SettingsError.self) { _ = try SampleSettings.load(file: "/nowhere/drift.yaml") }
        #expect(
            error?.description == "/nowhere/drift.yaml: cannot read the settings: No such file or directory")
    }

    @Test func `a file that is not text is named`() throws {
        let path = FileManager.default.temporaryDirectory.path() + "/settings-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0x72, 0x3a, 0xff]).write(to: URL(filePath: path))
        let error = #expect(throws: SettingsError.self) { _ = try SampleSettings.load(file: path) }
        #expect(error?.description == "\(path): the settings are not UTF-8 text")
    }
}
