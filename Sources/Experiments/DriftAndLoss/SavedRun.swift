import Base
import Foundation
import Reports

/// A results folder of another experiment: what it was run on, and its tables.
struct SavedRun: Sendable {
    /// The folder, as the user wrote it.
    let name: String
    /// Its checkpoints, in training order.
    let checkpoints: [RunRecord.Checkpoint]
    /// Label of the checkpoint that drift or divergence is measured from, where the settings name one.
    let reference: String?
    private let folder: String

    /// Reads `run.json`.
    /// - Parameters:
    ///   - name: the folder as the user wrote it.
    ///   - setting: the setting that names it.
    ///   - experiment: whose results it should hold.
    /// - Throws: `InputError` when it holds other results, or none.
    init(_ name: String, of setting: String, experiment: String, _ context: RunContext) throws {
        folder = context.resolve(name, of: setting)
        self.name = name
        let record: RunRecord
        do throws(SavedFileProblem) {
            record = try RunRecord(folder: folder)
        } catch {
            if case .unreadable(let error) = error {
                if let failure = error.environment { throw failure }
                guard error.kind == .missing else { throw InputError("\(error)") }
                throw InputError(
                    "there is no \(name)/run.json; run 'make experiment NAME=\(experiment)' first, or name the results "
                        + "folder of \(experiment) with \(setting)=DIR")
            }
            throw InputError("\(name)/run.json is not the record of a run over checkpoints; run \(experiment) anew")
        }
        guard let checkpoints = record.checkpoints else {
            throw InputError("\(name)/run.json is not the record of a run over checkpoints; run \(experiment) anew")
        }
        guard record.experiment == experiment else {
            throw InputError(
                "\(name) holds results of '\(printable(record.experiment))'; \(setting) expects those of '\(experiment)'"
            )
        }
        let labels = checkpoints.map(\.label)
        if let twice = labels.first(where: { label in labels.count { $0 == label } > 1 }) {
            throw InputError("\(name): two checkpoints are called '\(twice)', so that their rows cannot be told apart")
        }
        self.checkpoints = checkpoints
        reference = record.settings["reference"]?.text
    }

    /// One of its tables.
    func table(_ table: String, remedy: String) throws -> CSVTable {
        guard pathExists("\(folder)/\(table).csv") else {
            throw InputError("there is no \(name)/\(table).csv; \(remedy)")
        }
        return try CSVReader().read("\(folder)/\(table).csv", as: "\(name)/\(table).csv")
    }
}

extension CSVTable {
    /// Cells of a column that are whole numbers; `nil` where one is missing.
    func integers(_ name: String) throws(CSVError) -> [Int?] {
        let (texts, numbers) = (try texts(name), try numbers(name))
        var integers: [Int?] = []
        for (index, number) in numbers.enumerated() {
            let whole = number.flatMap { Int(exactly: $0) }
            guard (number == nil) == (whole == nil) else {
                throw CSVError(
                    file: file, line: rows[index].line,
                    "column '\(name)': expected a whole number, found '\(texts[index] ?? "")'")
            }
            integers.append(whole)
        }
        return integers
    }
}
