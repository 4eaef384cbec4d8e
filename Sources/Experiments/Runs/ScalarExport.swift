import Base
import Foundation
import Reports

/// Writes the numbers of a finished run by step, for trackers of experiments.
package struct ScalarExport: Sendable {
    /// What is written of each part of the training.
    package enum Format: Sendable {
        /// `PART/events.out.tfevents.0.dynamics`
        case tensorBoard
        /// `PART.jsonl`: an object a step, `_step` and the values by tag.
        case jsonLines
    }

    /// What was written.
    package struct Outcome: Sendable {
        /// The files, in order.
        package let paths: [String]
        /// Revisions that have no step, and so no place on a curve.
        package let leftOut: [String]
    }

    private let source: ResultsFolder
    private let destination: String
    private let format: Format

    /// Prepares the export of an experiment, `results/NAME`, or of a results folder, into a folder.
    package init(_ name: String, to destination: String, format: Format) {
        source = ResultsFolder(named: name)
        self.destination = destination
        self.format = format
    }

    /// Reads the tables, then writes.
    /// - Throws: `InputError` for a folder without results or without steps; `EnvironmentError`.
    package func write() throws -> Outcome {
        let (_, _, saved) = try source.read()
        let scalars = ScalarRuns(saved.tables)
        guard !scalars.runs.isEmpty else {
            throw InputError("\(source.path): no table has numbers by step; there is nothing to export")
        }
        var paths: [String] = []
        for run in scalars.runs {
            switch format {
            case .tensorBoard:
                try makeFolder("\(destination)/\(run.name)")
                paths.append("\(destination)/\(run.name)/\(EventFile.fileName)")
                try replaceFile(paths[paths.count - 1]) { $0.write(EventFile(run).bytes) }
            case .jsonLines:
                try makeFolder(destination)
                paths.append("\(destination)/\(run.name).jsonl")
                try replaceFile(paths[paths.count - 1]) { file in
                    for (step, values) in run.steps {
                        let members = values.map { (key: $0.tag, value: JSON.number($0.value)) }
                        file.write(JSON.object([("_step", .integer(step))] + members).compact + "\n")
                    }
                }
            }
        }
        return Outcome(paths: paths, leftOut: scalars.leftOut)
    }
}
