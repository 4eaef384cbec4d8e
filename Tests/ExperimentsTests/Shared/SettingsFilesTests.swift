import Base
import Foundation
import TestSupport
import Testing

@testable import Experiments
@testable import Settings

/// The settings files that come along, and the records of the default runs that were made with them.
@Suite struct SettingsFilesTests {
    private struct Record: Decodable { let settings: JSON }

    /// Committed by earlier versions of the program: what they recorded is what settings still mean.
    @Test func `the settings of each default run are recorded as they were`() throws {
        for experiment in Registry.experiments {
            let path = "\(packageRoot)/experiments/\(experiment.name).yaml"
            let settings = try experiment.settings(ofFile: path)
            let recorded = try Data(
                contentsOf: URL(filePath: "\(packageRoot)/results/\(experiment.name)/run.json"))
            #expect(
                settings.canonicalJSON.compact
                    == (try JSONDecoder().decode(Record.self, from: recorded)).settings.compact)
            #expect(settings.problems.isEmpty)
        }
    }
}

extension Experiment {
    fileprivate static func settings(ofFile path: String) throws -> any ExperimentSettings {
        try Settings.load(file: path)
    }
}

/// The same files, as the program holds them itself.
@Suite struct BuiltInSettingsTests {
    @Test func `each experiment has its settings built in, byte for byte`() throws {
        for experiment in Registry.experiments {
            let file = try String(
                contentsOfFile: "\(packageRoot)/experiments/\(experiment.name).yaml", encoding: .utf8)
            #expect(BuiltInSettings.text(of: experiment.name) == file, "\(experiment.name)")
        }
    }
}
