import TestSupport

@testable import Experiments
@testable import Settings

/// Runs spectra on a series and leaves its tables in `folder/out`, its journal in `folder/journal`.
@discardableResult
func runSpectra(
    _ series: [String], in folder: ScratchFolder, jobs: Int = 2, out: String = "out", journal: String = "journal",
    _ settings: String...
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: ["spectra"], jobs: jobs)
    options.settingsFile = try folder.write("spectra.yaml", "series: [\(series.joined(separator: ", "))]\n")
    options.overrides = try settings.map { try SettingsOverride($0) }
    options.output = "\(folder.path)/\(out)"
    options.journal = "\(folder.path)/\(journal)"
    options.readOptions = readOptions()
    options.figureWidth = nil
    return try ExperimentRun(options).run()
}
