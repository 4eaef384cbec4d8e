import Foundation
import Testing

/// `run probe` through the front door.
struct ProbeRunTests {
    private static let files = [
        "loss.csv", "sequences.csv", "positions.csv", "integrity.csv", "summary.tex", "summary.md", "datapackage.json",
        "index.html", "machine.json", "run.json",
    ]

    private func run(_ place: Workplace, _ checkpoints: [String], _ more: String...) throws -> Finished {
        let series = "series=[\(checkpoints.map { "'\($0)'" }.joined(separator: ", "))]"
        return try DynamicsProcess(
            ["run", "probe", "--set", series, "--set", "resamples=20", "--out", place / "out"] + more
        ).wait()
    }

    @Test func `a run leaves its tables, and a second one reads nothing`() throws {
        let place = try Workplace()
        let checkpoints = ["stage1-step2500-tokens1B", "main"].map { "\(tinySeries)/\($0).h5" }
        let first = try run(place, checkpoints)
        #expect(first.code == 0)
        let paths = first.output.split(separator: "\n").map(String.init)
        #expect(Set(paths).isSuperset(of: ProbeRunTests.files.map { place / "out/\($0)" }))
        let rows = try place.table("out/loss.csv")
        #expect(rows.count == 10 && rows[9]["domain"] == "all" && rows[9]["previous"] == "stage1-step2500-tokens1B")

        let second = try run(place, checkpoints)
        #expect(second.code == 0 && second.output == first.output)
        #expect(
            second.errors.wholeMatch(
                of: /note: main: stage1-step2500-tokens1B, [^\n]*\nall from the journal, in [0-9.]+ s\n/)
                != nil, "\(second.errors)")
    }

    @Test func `a checkpoint that is no model is refused, and the others have their rows`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("a.h5", smallModel)
        let finished = try run(place, ["\(tinySeries)/main.h5", path], "--quiet", "--set", "probe_set.sequences=2")
        #expect(finished.code == 4)
        #expect(
            finished.errors
                == "warning: checkpoint \(path): it carries no config, which tells how to run the model; refused; put "
                + "the model's config.json into its folder\n")
        // The remedy works as far as it goes: the config is found, and says what is missing now.
        try place.write("config.json", #"{"model_type": "olmo2"}"#)
        let configured = try run(place, ["\(tinySeries)/main.h5", path], "--quiet", "--set", "probe_set.sequences=2")
        #expect(!configured.errors.contains("carries no config") && configured.code == 4, "\(configured.errors)")
        #expect(try place.table("out/loss.csv").count == 5)
    }

    @Test func `a probe set that cannot be used is bad input`() throws {
        let place = try Workplace()
        let main = "\(tinySeries)/main.h5"
        let raw = try place.write("ids.npy", Data([1, 0, 2, 0, 255, 255]))
        func errors(_ settings: String...) throws -> Finished {
            try run(place, [main], "--set", settings[0], "--set", settings.last ?? "")
        }
        let headerless = try errors("probe_set={file: '\(raw)'}")
        #expect(headerless.code == 3 && headerless.errors.hasPrefix("error: probe set \(raw): it is neither an HDF5"))
        let outside = try errors("probe_set={file: '\(raw)', memmap_dtype: uint16, length: 3, domains: []}")
        #expect(outside.code == 3)
        #expect(
            outside.errors.hasPrefix(
                "error: checkpoint \(main): sequence 0 of 'all' has token id 65535, outside the vocabulary of 2048\n"
            ), "\(outside.errors)")
        let gone = try errors("probe_set={file: '\(place / "gone.npy")'}")
        #expect(
            gone.code == 3
                && gone.errors == "error: probe set \(place / "gone.npy"): cannot read it: No such file or directory\n")
        let wrong = try errors("probe_set.memmap_type=uint16")
        #expect(wrong.code == 2 && wrong.errors.contains("did you mean 'probe_set.memmap_dtype'?"), "\(wrong.errors)")
        #expect(place.list("out") == nil)
    }

    /// The reference's final states are written when the second checkpoint has been run.
    @Test func `an interrupted run goes on after the last finished checkpoint`() throws {
        let place = try Workplace()
        let series = "series=['\(tinySeries)']"
        func arguments(_ out: String) -> [String] {
            ["run", "probe", "--jobs", "1", "--set", series, "--set", "resamples=20", "--set", "probe_set.sequences=4"]
                + ["--out", place / out]
        }
        let process = try DynamicsProcess(arguments("stopped"))
        while process.isRunning, place.list("stopped/.journal/states") == nil { usleep(2000) }
        process.send(SIGINT)
        let stopped = try process.wait()
        #expect(stopped.code == 130 && stopped.output.isEmpty)
        #expect(stopped.errors.hasSuffix("finished work is kept, run the same command again to go on\n"))
        #expect(place.list("stopped")?.contains("loss.csv") == false)

        let whole = try DynamicsProcess(arguments("whole")).wait()
        let resumed = try DynamicsProcess(arguments("stopped")).wait()
        #expect(whole.code == 0 && resumed.code == 0)
        #expect(try place.tables("stopped") == place.tables("whole"))
        let bytes = try ["stopped", "whole"].map {
            try #require(try place.json("\($0)/machine.json", "bytes_read") as? Int)
        }
        #expect(bytes[0] < bytes[1])
    }
}
