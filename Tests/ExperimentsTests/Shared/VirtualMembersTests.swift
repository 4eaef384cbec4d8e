import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments
@testable import Settings

/// Averages that no file holds, beside the same averages in files.
@Suite struct VirtualMembersTests {
    private let folder: ScratchFolder
    private static let tiny = "\(packageRoot)/experiments/data/tiny-olmo2"
    private static let ingredients = (1...3).map { "stage2-ingredient\($0)-step400-tokens1B" }
    private static let members = ["stage1-step0-tokens0B", "stage1-step2500-tokens1B"] + ingredients

    init() throws { folder = try ScratchFolder() }

    /// The mean of the three ingredients, (1/3)·a + (1/3)·b + (1/3)·c in double precision and rounded once, in a float32 file:
    /// by plain loops, without anything that mixes.
    private func writeMean(_ name: String) throws -> String {
        let terms = try Self.ingredients.map { try open("\(Self.tiny)/\($0).h5") }
        let path = "\(folder.path)/\(name).h5"
        let writer = try CheckpointWriter(
            path: path, model: terms[0].model, revision: Revision(name: name), config: terms[0].contents.config,
            tensors: terms[0].tensors.map {
                CheckpointWriter.Tensor(name: $0.name, elementType: .float32, shape: $0.shape)
            })
        for (t, info) in terms[0].tensors.enumerated() {
            #expect(info.elementType == .bfloat16)
            let values = try terms.map { term in
                var halves = [UInt16](repeating: 0, count: info.elementCount)
                try halves.withUnsafeMutableBytes { try term.reader?.read(t, from: 0, into: $0) }
                return halves.map { Double(Float(bitPattern: UInt32($0) << 16)) }
            }
            let third = 1.0 / 3
            let mean = (0..<info.elementCount).map { i -> Float in
                var sum = third * values[0][i]
                sum += third * values[1][i]
                sum += third * values[2][i]
                return Float(sum)
            }
            try mean.withUnsafeBytes { try writer.write($0, tensor: t, at: 0) }
        }
        try writer.commit()
        return path
    }

    private func series(_ paths: [String]) -> String {
        "series: [\(paths.map { "'\($0)'" }.joined(separator: ", "))]\n"
    }

    private static let probeSet =
        "probe_set: {file: '\(tiny)/probe/probe_tokens.h5', domains: [scripture, pydoc, wordnet, jargon], sequences: 4}\n"

    /// What a run leaves, by file, but for the records that say where the weights come from.
    private func tables(_ out: String) throws -> [String: String] {
        var texts = try results(in: folder, out: out)
        for name in ["run.json", "summary.md"] { texts[name] = nil }
        return texts
    }

    @Test(arguments: ["drift", "norms", "spectra", "probe", "similarity", "linear_probe"])
    func `an experiment says of a virtual mean what it says of the same mean in a file`(name: String) throws {
        let file = try writeMean("soup3")
        let isModel = ["probe", "similarity", "linear_probe"].contains(name)
        // Enough for each way of reading; whole series of spectra and hidden states take their time.
        let chosen = name == "drift" || name == "norms" ? Self.members : [Self.members[1]] + Self.ingredients
        let stored = chosen.map { "\(Self.tiny)/\($0).h5" }
        var more = isModel ? Self.probeSet : ""
        if name == "probe" { more += "resamples: 20\n" }
        if name == "spectra" { more += "method: fast\nk: 2\nsubspaces: [predecessor]\nupdates: [branch_point]\n" }
        if name == "drift" { more += "heads: true\nembedding_rows: 5\n" }
        let soup = "soup: {soup3: [\(Self.ingredients.joined(separator: ", "))]}\n"
        let plain = try folder.write("plain.yaml", series(stored + [file]) + more)
        let virtual = try folder.write("virtual.yaml", series(stored) + more + soup)

        let expected = try run(name, file: plain, in: folder, jobs: 2, out: "plain", journal: "journal-plain", [])
        let found = try run(name, file: virtual, in: folder, jobs: 2, out: "virtual", journal: "journal-virtual", [])
        #expect(expected.refused.isEmpty && found.refused.isEmpty && found.findings == expected.findings)
        let texts = try tables("plain")
        #expect(try tables("virtual") == texts)
        #expect(texts.values.contains { $0.contains("soup3,") }, "the soup has rows")
        #expect(texts.count { $0.key.hasSuffix(".csv") } > 1)

        // Other threads, the terms in another order, and the journal of the file's run.
        let turned = try run(
            name, file: virtual, in: folder, jobs: 1, out: "turned", journal: "journal-turned",
            ["soup.soup3=[\(Self.ingredients.reversed().joined(separator: ", "))]"])
        #expect(turned.refused.isEmpty)
        #expect(try tables("turned") == texts)
        let again = try run(name, file: virtual, in: folder, jobs: 2, out: "virtual", journal: "journal-virtual", [])
        #expect(again.bytesRead == 0)
    }

    private func small() throws -> [String] {
        try SmallModel.writeSeries(to: folder)
    }

    @Test func `run.json, the summary and the page say what it is made of`() throws {
        let file = try folder.write(
            "drift.yaml",
            series(try small()) + "soup: {two: {\(SmallModel.revisions[1]): 0.25, \(SmallModel.revisions[2]): 0.75}}\n"
                + "path: ['\(SmallModel.revisions[0])..\(SmallModel.revisions[1]) @ 0.5']\n")
        let outcome = try runDrift(file: file, in: folder)
        #expect(outcome.refused.isEmpty && outcome.findings.isEmpty)
        let object = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: "\(folder.path)/out/run.json")))
        let checkpoints = try #require((object as? [String: Any])?["checkpoints"] as? [[String: Any]])
        let line = "\(SmallModel.revisions[0])..\(SmallModel.revisions[1]) @ 0.5"
        #expect(checkpoints.compactMap { $0["label"] as? String } == SmallModel.revisions + ["two", line])
        #expect(checkpoints[3]["location"] as? String == "soup.two")
        let terms = try #require(checkpoints[3]["made_of"] as? [[String: Any]])
        #expect(terms.map { $0["label"] as? String } == Array(SmallModel.revisions[1...]))
        #expect(terms.map { $0["weight"] as? Double } == [0.25, 0.75])
        #expect(checkpoints[0]["made_of"] == nil && checkpoints[3]["fingerprint"] != nil)
        let sentence = "0.25 · \(SmallModel.revisions[1]) + 0.75 · \(SmallModel.revisions[2])"
        #expect(
            try folder.text("out/summary.md").contains(
                "**Virtual weights**, which no file holds.\n\n- two = \(sentence)\n"))
        #expect(try folder.text("out/index.html").contains(sentence))

        // The values are known by hand: a quarter of a step before the third checkpoint, and half of one after the first.
        let summary = try table("summary", of: folder)
        let rows = summary.index(by: "comparison", "to")
        func drift(_ name: String) throws -> Double {
            let row = try #require(rows["reference \(name)"])
            return try #require(summary.cell(row, "drift").flatMap(Double.init))
        }
        let steps = try ["two", line].map(drift)
        let whole = try drift(SmallModel.revisions[1])
        #expect(abs(steps[0] - 1.75 * whole) < 1e-12 * whole && abs(steps[1] - 0.5 * whole) < 1e-12 * whole)
        #expect(rows["predecessor two"] == nil && rows["predecessor \(line)"] == nil)
    }

    @Test func `two experiments share a virtual member, and each byte is read once for it`() throws {
        var options = ExperimentRun.Options(names: ["drift", "norms"], jobs: 1)
        options.output = "\(folder.path)/out"
        options.readOptions = readOptions()
        options.figureWidth = nil
        options.overrides = try [
            "series=[\(try small().map { "'\($0)'" }.joined(separator: ", "))]",
            "soup={two: [\(SmallModel.revisions[1...].joined(separator: ", "))]}",
        ].map { try SettingsOverride($0) }
        let outcome = try ExperimentRun(options).run()
        // Three members, and the two that the average is made of.
        #expect(outcome.bytesRead == 5 * SmallModel(0).byteCount)
    }

    @Test func `a term of weight zero need not be there`() throws {
        let series = series(try small())
        let labels = SmallModel.revisions
        let with = try folder.write(
            "with.yaml", series + "soup: {two: {\(labels[1]): 0.5, \(labels[2]): 0.5, gone: 0}}\n")
        let without = try folder.write("without.yaml", series + "soup: {two: {\(labels[1]): 0.5, \(labels[2]): 0.5}}\n")
        try runDrift(file: with, in: folder, out: "with")
        try runDrift(file: without, in: folder, out: "without", journal: "other")
        #expect(try tables("with") == tables("without"))
    }

    @Test func `a stage of averages alone is no stage, and a member keeps its rows`() throws {
        let paths = try small()[..<2]
        let plain = try folder.write("plain.yaml", series(Array(paths)))
        let virtual = try folder.write(
            "virtual.yaml",
            series(Array(paths)) + "soup: {last2: [\(SmallModel.revisions[..<2].joined(separator: ", "))]}\n")
        try runDrift(file: plain, in: folder, out: "plain")
        try runDrift(file: virtual, in: folder, out: "virtual", journal: "other")
        let (before, after) = (
            try table("summary", of: folder, out: "plain"), try table("summary", of: folder, out: "virtual")
        )
        #expect(after.rows.filter { !$0.contains("last2") } == before.rows)
        #expect(after["comparison"].filter { $0 == "branch_point" }.isEmpty)
        #expect(after.index(by: "comparison", "to")["predecessor last2"] == nil)
    }

    private func problems(_ settings: String...) throws -> [String] {
        let file = try folder.write("drift.yaml", series(try small()) + settings.joined(separator: "\n") + "\n")
        return try ExperimentsTests.problems { try runDrift(file: file, in: folder) }
    }

    @Test func `what names no member, or no average, is one line each`() throws {
        let labels = SmallModel.revisions
        #expect(
            try problems(
                "soup: {a: {\(labels[0]): 0.5, \(labels[1]): 0.4}, b: [], c: [\(labels[0]), \(labels[0])]}",
                "path: ['\(labels[0])..\(labels[1])', '\(labels[0]) @ 0.5', '\(labels[0])..main @ 0.5']")
                == [
                    "soup.a: its weights sum to 0.9, expected 1: an average has the scale of what it is made of",
                    "soup.b: it names no member; expected a list of labels, or a weight by label",
                    "soup.c: it names '\(labels[0])' twice; state one weight for it",
                    "path '\(labels[0])..\(labels[1])': expected two labels and a number, as in "
                        + "'stage1-step0-tokens0B..main @ 0.25'",
                    "path '\(labels[0]) @ 0.5': expected two labels with '..' between them before the '@'",
                    "path '\(labels[0])..main @ 0.5': there is no 'main' in the series; it holds "
                        + labels.joined(separator: ", "),
                ])
        #expect(
            try problems("soup: {a: [stage1-step10-tokens0B]}")
                == ["soup.a: there is no 'stage1-step10-tokens0B' in the series; did you mean '\(labels[0])'?"])
        #expect(
            try problems("soup: {\(labels[1]): [\(labels[0])]}")
                == ["soup.\(labels[1]): the series has a member of that name already; choose another name"])
        #expect(
            try problems("soup: {a: [\(labels[0])]}", "from: x.h5", "to: y.h5")
                == ["soup and path name members of a series, but from and to name a pair; leave out one or the other"])
        #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/out"))
    }

    @Test(arguments: [
        ("soup: {a: 3}", "'soup.a': expected a list of labels, or a weight by label"),
        ("soup: {a: }", "'soup.a': expected a list of labels, or a weight by label"),
        ("soup: {a: {b: x}}", "'soup.a.b': expected a number, found 'x'"),
        ("soup: {a: {b: .inf}}", "'soup.a.b': expected a number, found '.inf'"),
        ("soup: [a]", "'soup': expected a section of named settings, found a list"),
        ("path: {a: b}", "'path': expected a list, found a section"),
    ])
    func `what is no recipe is told with its place`(text: String, problem: String) throws {
        let error = #expect(throws: SettingsError.self) { try DriftSettings.decode(text + "\n", file: "drift.yaml") }
        #expect(error?.problem == problem)
    }

    @Test func `settings are read back as they are recorded`() throws {
        let text = "soup: {a: [x, y], b: {x: 0.25, y: 0.75}}\npath: [x..y @ 0.5]\n"
        let settings = try DriftSettings.decode(text, file: "drift.yaml")
        let json = settings.canonicalJSON
        #expect(json["soup"]?.compact == #"{"a":["x","y"],"b":{"x":0.25,"y":0.75}}"#)
        #expect(try DriftSettings.decode(json.compact, file: "run.json") == settings)
    }
}
