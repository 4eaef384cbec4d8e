import Foundation
import TestSupport

@testable import Experiments

/// Runs an experiment that reads tables only, by the text of its settings, and leaves its tables in `folder/out`.
@discardableResult
func runLaws(
    _ name: String, _ settings: String, in folder: ScratchFolder, jobs: Int = 2, out: String = "out"
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: [name], jobs: jobs)
    options.settingsFile = try folder.write("\(name).yaml", settings)
    options.output = "\(folder.path)/\(out)"
    options.journal = "\(folder.path)/journal"
    return try ExperimentRun(options).run()
}

/// The problem that stops a run.
func lawProblem(_ name: String, _ settings: String, in folder: ScratchFolder) throws -> String {
    try problems { try runLaws(name, settings, in: folder) }.joined(separator: "\n")
}

/// A file of data that may not be committed, in `laws` of DYNAMICS_SHARED or of `../shared`; `nil` where it is not there.
func sharedLaw(_ path: String) -> String? {
    let folder = ProcessInfo.processInfo.environment["DYNAMICS_SHARED"] ?? "\(packageRoot)/../shared"
    let file = "\(folder)/laws/\(path)"
    return FileManager.default.fileExists(atPath: file) ? file : nil
}

let chinchillaPoints = sharedLaw("chinchilla/svg_extracted_data.csv")
let openLMRuns = sharedLaw("openlm/openlm_104_models.csv")

func isNear(_ text: String?, _ value: Double, _ tolerance: Double) -> Bool {
    guard let text, let number = Double(text) else { return false }
    return abs(number - value) <= tolerance * abs(value)
}
