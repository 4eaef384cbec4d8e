import Base
import Foundation
import Reports

/// The results of a finished run, to be read again.
struct ResultsFolder {
    let path: String

    /// Of an experiment, `results/NAME`; otherwise the folder of that name.
    init(named name: String) {
        let trimmed = name.count > 1 && name.hasSuffix("/") ? String(name.dropLast()) : name
        path = Registry.experiment(named: trimmed) == nil ? trimmed : "results/\(trimmed)"
    }

    /// The folder at that path, whatever it is called.
    init(path: String) { self.path = path }

    /// The experiment that `run.json` names; `nil` without one.
    var experimentName: String? {
        (try? readFile("\(path)/run.json", limit: CSVReader.largestFile)).flatMap {
            (try? JSONDecoder().decode(JSON.self, from: Data($0)))?["experiment"]?.text
        }
    }

    /// The experiment, what `run.json` says, and the tables.
    func read() throws(InputError) -> (experiment: any Experiment.Type, run: JSON, tables: SavedTables) {
        let record = "\(path)/run.json"
        let data: [UInt8]
        do throws(FileReadingError) {
            data = try readFile(record, limit: CSVReader.largestFile)
        } catch {
            guard error.kind == .missing else { throw InputError("\(error)") }
            throw InputError("there are no results in \(path): \(record) is missing; run the experiment first")
        }
        guard let run = try? JSONDecoder().decode(JSON.self, from: Data(data)), let name = run["experiment"]?.text
        else {
            throw InputError("\(record) is no record of a run")
        }
        guard let experiment = Registry.experiment(named: name) else {
            throw InputError("\(record) tells of the experiment '\(name)', which this version does not have")
        }
        do {
            return (experiment, run, try SavedTables(folder: path))
        } catch {
            throw InputError("\(error.description); run the experiment again")
        }
    }
}
