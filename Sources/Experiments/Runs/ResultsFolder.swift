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
    /// - Throws: `EnvironmentError` when the machine fails to read it.
    func experimentName() throws(EnvironmentError) -> String? {
        do throws(SavedFileProblem) {
            return try RunRecord(folder: path).experiment
        } catch {
            if case .unreadable(let error) = error, let failure = error.environment { throw failure }
            return nil
        }
    }

    /// The experiment, what `run.json` says, and the tables.
    /// - Throws: `InputError` for a folder without results, `EnvironmentError` when the machine fails to read them.
    func read() throws -> (experiment: any Experiment.Type, run: RunRecord, tables: SavedTables) {
        let record = "\(path)/\(RunRecord.fileName)"
        let run: RunRecord
        do throws(SavedFileProblem) {
            run = try RunRecord(folder: path)
        } catch {
            switch error {
            case .unreadable(let error) where error.kind == .missing:
                throw InputError("there are no results in \(path): \(record) is missing; run the experiment first")
            case .unreadable(let error):
                if let failure = error.environment { throw failure }
                throw InputError("\(error)")
            case .damaged: throw InputError("\(record) is no record of a run")
            }
        }
        guard let experiment = Registry.experiment(named: run.experiment) else {
            throw InputError(
                "\(record) tells of the experiment '\(printable(run.experiment))', which this version does not have")
        }
        do throws(SavedTables.Problem) {
            return (experiment, run, try SavedTables(folder: path))
        } catch {
            guard !error.isMachineFailure else { throw InputError([error.description], isMachineFailure: true) }
            throw InputError("\(error.description); run the experiment again")
        }
    }
}
