import Base
import Checkpoints
import Foundation
import Reports

/// A results folder of another experiment: what it was run on, and its tables.
struct SavedRun: Sendable {
    /// The folder, as the user wrote it.
    let name: String
    /// Its checkpoints, in training order.
    let checkpoints: [Checkpoint]
    /// Label of the checkpoint that drift or divergence is measured from, where the settings name one.
    let reference: String?
    /// What its settings left out, in words; `nil` for nothing.
    let selection: String?
    private let folder: String

    /// A checkpoint as `run.json` states it.
    struct Checkpoint: Decodable, Sendable {
        let label: String
        /// Of all tensors; `nil` for a run without fingerprints.
        let fingerprint: String?
        let tensors: Int?
        let elements: Int?
    }

    private struct Record: Decodable {
        struct Settings: Decodable {
            let reference: String?
        }

        struct Selection: Decodable {
            let text: String
        }

        let experiment: String
        let settings: Settings
        let selection: Selection?
        let checkpoints: [Checkpoint]
    }

    /// Reads `run.json`.
    /// - Parameters:
    ///   - name: the folder as the user wrote it.
    ///   - setting: the setting that names it.
    ///   - experiment: whose results it should hold.
    /// - Throws: `InputError` when it holds other results, or none.
    init(_ name: String, of setting: String, experiment: String, _ context: RunContext) throws {
        folder = context.resolve(name, of: setting)
        self.name = name
        let path = "\(folder)/run.json"
        let data: Data
        do throws(FileReadingError) {
            data = Data(try readFile(path, limit: CSVReader.largestFile))
        } catch {
            if let failure = error.environment { throw failure }
            guard error.kind == .missing else { throw InputError("\(error)") }
            throw InputError(
                "there is no \(name)/run.json; run 'make experiment NAME=\(experiment)' first, or name the results folder "
                    + "of \(experiment) with \(setting)=DIR")
        }
        let record: Record
        do {
            record = try JSONDecoder().decode(Record.self, from: data)
        } catch {
            throw InputError("\(name)/run.json is not the record of a run over checkpoints; run \(experiment) anew")
        }
        guard record.experiment == experiment else {
            throw InputError(
                "\(name) holds results of '\(record.experiment)'; \(setting) expects those of '\(experiment)'")
        }
        let labels = record.checkpoints.map(\.label)
        if let twice = labels.first(where: { label in labels.count { $0 == label } > 1 }) {
            throw InputError("\(name): two checkpoints are called '\(twice)', so that their rows cannot be told apart")
        }
        checkpoints = record.checkpoints
        reference = record.settings.reference
        selection = record.selection?.text
    }

    /// One of its tables.
    func table(_ table: String, remedy: String) throws -> CSVTable {
        guard FileManager.default.fileExists(atPath: "\(folder)/\(table).csv") else {
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
        for (place, number) in numbers.enumerated() {
            let whole = number.flatMap { Int(exactly: $0) }
            guard (number == nil) == (whole == nil) else {
                throw CSVError(
                    file: file, line: rows[place].line,
                    "column '\(name)': expected a whole number, found '\(texts[place] ?? "")'")
            }
            integers.append(whole)
        }
        return integers
    }
}
