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
    /// - Throws: `EnvironmentError` when the machine cannot tell.
    func experimentName() throws(EnvironmentError) -> String? {
        do throws(FileReadingError) {
            let record = try readFile("\(path)/run.json", limit: CSVReader.largestFile)
            return (try? JSONDecoder().decode(JSON.self, from: Data(record)))?["experiment"]?.text
        } catch {
            if let failure = error.environment { throw failure }
            return nil
        }
    }

    /// The experiment, what `run.json` says, and the tables.
    func read() throws(InputError) -> (experiment: any Experiment.Type, run: JSON, tables: SavedTables) {
        let record = "\(path)/run.json"
        let data: [UInt8]
        do throws(FileReadingError) {
            data = try readFile(record, limit: CSVReader.largestFile)
        } catch {
            guard error.kind == .missing else {
                throw InputError([error.description], isMachineFailure: error.kind == .machine)
            }
            throw InputError("there are no results in \(path): \(record) is missing; run the experiment first")
        }
        guard let run = try? JSONDecoder().decode(JSON.self, from: Data(data)), let name = run["experiment"]?.text
        else {
            throw InputError("\(record) is no record of a run")
        }
        guard let experiment = Registry.experiment(named: name) else {
            throw InputError("\(record) tells of the experiment '\(name)', which this version does not have")
        }
        do throws(SavedTables.Problem) {
            return (experiment, run, try SavedTables(folder: path))
        } catch {
            guard !error.isMachineFailure else { throw InputError([error.description], isMachineFailure: true) }
            throw InputError("\(error.description); run the experiment again")
        }
    }
}
