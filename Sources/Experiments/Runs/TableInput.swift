import Base
import Reports
import Tensors

extension RunContext {
    /// Reads a CSV table that the setting `name` states, and what `run.json` says of it.
    /// - Throws: `InputError` for a file that cannot be read, with its line.
    func table(_ path: String, of name: String) throws(InputError) -> CSVTable {
        do {
            return try CSVReader().read(resolve(path, of: name), as: path)
        } catch {
            throw InputError(error)
        }
    }

    /// What `run.json` records of a file: its name and the fingerprint of its bytes.
    /// - Throws: `InputError` for a file that cannot be read.
    func fileFacts(_ path: String, of name: String) throws(InputError) -> JSON {
        let data: [UInt8]
        do throws(FileReadingError) {
            data = try readFile(resolve(path, of: name), limit: CSVReader.largestFile)
        } catch {
            throw InputError(
                ["\(path): cannot read the table: \(error.reason)"], isMachineFailure: error.kind == .machine)
        }
        let fingerprint = data.withUnsafeBytes { Fingerprint(of: $0) }
        return ["file": .string(path), "fingerprint": .string(fingerprint.description)]
    }
}

/// Asks something of a table, and makes its error one of the input.
func reading<Value>(_ body: () throws(CSVError) -> Value) throws(InputError) -> Value {
    do {
        return try body()
    } catch {
        throw InputError(error)
    }
}
