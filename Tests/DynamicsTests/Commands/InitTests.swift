import Foundation
import TestSupport
import Testing

@testable import Base
@testable import Experiments
@testable import Settings

/// `dynamics init`: settings files to begin with.
struct InitTests {
    /// What a settings file states when each setting in it is put to use.
    private func uncommented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            // '# ' begins prose; '#' before a name, or before the two spaces of a section, stands in front of a setting.
            line.hasPrefix("#") && (!line.hasPrefix("# ") || line.wholeMatch(of: /#  [a-z_"].*:.*/) != nil)
                && line.contains(":") ? String(line.dropFirst()) : line.hasPrefix("#") ? "" : String(line)
        }.joined(separator: "\n")
    }

    @Test(arguments: ["drift", "norms", "spectra", "audit", "probe", "similarity", "linear_probe"])
    func `a file for checkpoints holds every setting, and changes none when all are put to use`(name: String) throws {
        let place = try Workplace()
        let made = try dynamics("init", name, tinySeries, "-o", place / "my.yaml")
        #expect(made.code == 0 && made.output == (place / "my.yaml") + "\n")
        #expect(made.errors == "looked at 18 checkpoints, 24379200 bytes\n")
        let text = try place.text("my.yaml")
        #expect(text.contains("\nseries: [\(tinySeries)]\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(text)")
        let type = try #require(Registry.experiment(named: name))
        try requireDefaults(type, text, uncommented(text))
    }

    private func requireDefaults<E: Experiment>(_ type: E.Type, _ text: String, _ uncommented: String) throws {
        let made = try E.Settings.decode(text, file: "my.yaml")
        let all = try E.Settings.decode(uncommented, file: "all.yaml")
        #expect(all.canonicalJSON.compact == made.canonicalJSON.compact)
        for setting in E.Settings.descriptions where !setting.name.contains(where: { ".[".contains($0) }) {
            guard !["from", "to"].contains(setting.name) else { continue }
            #expect(uncommented.contains("\n\(setting.name):"), "\(setting.name)")
        }
    }

    @Test func `what the files tell stands in it, and it runs`() throws {
        let place = try Workplace()
        for (name, model) in [("stage1-step1", smallModel), ("stage1-step2", movedModel), ("odd", smallModel)] {
            try place.checkpoint("OLMo-2-1124-7B/\(name).h5", model)
        }
        let made = try dynamics("init", "drift", "OLMo-2-1124-7B", in: place.path)
        #expect(made.code == 0 && made.output == "drift.yaml\n")
        let text = try place.text("drift.yaml")
        #expect(text.contains("# stage 1: 2, stage1-step1 to stage1-step2.\n"))
        #expect(text.contains("\ntraining: [OLMo-2-1124-7B]\n"))
        #expect(text.contains("\n#revisions:\n#  odd: {step: 0}\n"))
        #expect(text.contains("\nseries: [OLMo-2-1124-7B]\n"))
        let again = try dynamics("init", "drift", "OLMo-2-1124-7B", in: place.path)
        #expect(
            again
                == Finished(
                    code: 3, output: "",
                    errors: "error: drift.yaml is there already; name another with -o, or replace it with --force\n"))
        #expect(try dynamics("init", "drift", "OLMo-2-1124-7B", "--force", in: place.path).code == 0)
        // The planted member without a step is a finding; the rest runs.
        let run = try dynamics(
            "run", "drift", "--settings", "drift.yaml", "--figures", "none", "-o", "out", in: place.path)
        #expect(run.code == 4 && run.errors.contains("odd"), "\(run.errors)")
    }

    @Test func `without checkpoints it is the file of the default run`() throws {
        let place = try Workplace()
        for name in ["drift", "scaling", "claims"] {
            #expect(try dynamics("init", name, "--quiet", in: place.path).output == "\(name).yaml\n")
            #expect(
                try place.text("\(name).yaml")
                    == String(contentsOfFile: "\(packageRoot)/experiments/\(name).yaml", encoding: .utf8))
        }
    }

    @Test(arguments: [
        (
            ["init", "drfit", "x"], 2,
            "error: init drfit: there is no experiment 'drfit'; did you mean 'drift'?\n"
        ),
        (
            ["init", "scaling", "x"], 2,
            "error: init scaling: scaling reads tables and no checkpoints; 'dynamics init scaling' alone writes the settings of "
                + "its default run, in which you name yours\n"
        ),
    ])
    func `what it cannot make`(arguments: [String], code: Int32, message: String) throws {
        let place = try Workplace()
        #expect(
            try DynamicsProcess(arguments, in: place.path).wait()
                == Finished(code: code, output: "", errors: message))
        let missing = try dynamics("init", "drift", "nothing.h5", in: place.path)
        #expect(missing.code == 3 && missing.errors.hasPrefix("error: ") && missing.errors.contains("nothing.h5"))
        #expect(place.list("") == [])
    }
}
