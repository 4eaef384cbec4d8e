import TestSupport

@testable import Experiments

/// Runs spectra on a series and leaves its tables in `folder/out`, its journal in `folder/journal`.
@discardableResult
func runSpectra(
    _ series: [String], in folder: ScratchFolder, jobs: Int = 2, out: String = "out", journal: String = "journal",
    _ settings: String...
) throws -> ExperimentRun.Outcome {
    let file = try folder.write("spectra.yaml", "series: [\(series.joined(separator: ", "))]\n")
    return try run("spectra", file: file, in: folder, jobs: jobs, out: out, journal: journal, settings)
}
