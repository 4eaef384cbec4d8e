import Checkpoints
import Foundation
import TestSupport

@testable import Experiments
@testable import Settings

/// Runs drift on a series and leaves its tables in `folder/out`, its journal in `folder/journal`.
@discardableResult
func runDrift(
    _ series: [String], in folder: ScratchFolder, jobs: Int = 2, out: String = "out", journal: String = "journal",
    _ settings: String...
) throws -> ExperimentRun.Outcome {
    let file = try folder.write("drift.yaml", "series: [\(series.joined(separator: ", "))]\n")
    return try runDrift(file: file, in: folder, jobs: jobs, out: out, journal: journal, settings)
}

/// Runs drift by a settings file, with the options that `--set` would take.
@discardableResult
func runDrift(
    file: String, in folder: ScratchFolder, jobs: Int = 2, out: String = "out", journal: String = "journal",
    _ settings: [String] = []
) throws -> ExperimentRun.Outcome {
    try run("drift", file: file, in: folder, jobs: jobs, out: out, journal: journal, settings)
}

/// Runs an experiment by a settings file, without figures.
func run(
    _ experiment: String, among all: [any Experiment.Type] = Registry.experiments, file: String,
    in folder: ScratchFolder, jobs: Int, out: String, journal: String, _ settings: [String]
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: [experiment], jobs: jobs)
    options.settingsFile = file
    options.overrides = try settings.map { try SettingsOverride($0) }
    options.output = "\(folder.path)/\(out)"
    options.journal = "\(folder.path)/\(journal)"
    options.readOptions = readOptions()
    options.figureWidth = nil
    return try ExperimentRun(options, among: all).run()
}

/// Runs one experiment, registered or not, by the text of its settings.
@discardableResult
func run<E: Experiment>(_ experiment: E.Type, _ settings: String, in folder: ScratchFolder) throws
    -> ExperimentRun.Outcome
{
    try run(
        E.name, among: [experiment], file: try folder.write("\(E.name).yaml", settings), in: folder, jobs: 1,
        out: "out", journal: "journal", [])
}

/// A table that a run left.
func table(_ name: String, of folder: ScratchFolder, out: String = "out") throws -> CSVRows {
    try CSVRows(file: "\(folder.path)/\(out)/\(name).csv")
}

/// Everything that a run left, by file name, that is the same for equal input and kept with it: without pages and PDF,
/// which are made of the rest.
func results(in folder: ScratchFolder, out: String = "out") throws -> [String: String] {
    var texts: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(out)") {
        guard name != "machine.json", name != "index.html", !name.hasSuffix(".pdf") else { continue }
        texts[name] = try folder.text("\(out)/\(name)")
    }
    return texts
}

/// The problems that stopped a run; empty when it ran.
func problems(_ run: () throws -> ExperimentRun.Outcome) throws -> [String] {
    do {
        _ = try run()
        return []
    } catch let error as InputError {
        return error.problems
    }
}
