import Base
import Foundation
import Synchronization
import Tensors

/// Summaries that exist already: lines appended as reductions finish, in a folder that any number of runs share.
///
/// Each process appends to a file of its own, so runs on several machines need no lock, and copying files into the folder
/// brings their work along. A line cut short by a kill has no end and is not read; one that does not have its checksum is
/// not believed, and `notices` says so. Lines of an earlier version have none: they are read once, and rewritten.
package final class Journal: Sendable {
    /// What is to be told of the folder: damaged lines, files of an earlier version. One line each.
    package let notices: [String]
    private let directory: String
    private let known: Mutex<[Fingerprint: Data]>
    private let file: Mutex<Int32?> = Mutex(nil)

    /// Bytes of the largest file that is read: several million summaries.
    private static let largestFile = 1 << 33

    /// Reads what the folder holds; it need not exist yet.
    package init(directory: String) throws(EnvironmentError) {
        self.directory = directory
        var lines: [Fingerprint: Data] = [:]
        var notices: [String] = []
        for name in try Journal.files(directory) {
            let path = "\(directory)/\(name)"
            do throws(FileReadingError) {
                let file = JournalFile(Data(try readFile(path, limit: Journal.largestFile)))
                for line in file.lines { lines[line.key] = line.summary }
                notices += file.notices(path)
            } catch {
                if let failure = error.environment { throw failure }
                notices.append("journal: \(error); what it may hold is done again")
            }
        }
        known = Mutex(lines)
        self.notices = notices
    }

    deinit {
        file.withLock { if let descriptor = $0 { _ = close(descriptor) } }
    }

    private static func files(_ directory: String) throws(EnvironmentError) -> [String] {
        do throws(FileReadingError) {
            return try folderNames(directory).filter { $0.hasSuffix(".jsonl") }
        } catch {
            if error.kind == .missing { return [] }
            throw EnvironmentError("read", directory, reason: error.reason)
        }
    }

    /// The summary of that key; `nil` when there is none, or none that reads as this type.
    package func summary<Summary: Decodable>(_ type: Summary.Type, for key: String) -> Summary? {
        guard let data = known.withLock({ $0[Fingerprint(of: key)] }) else { return nil }
        return try? Journal.decoder.decode(type, from: data)
    }

    /// Appends a summary; on return it survives this process being killed.
    package func append(_ summary: some Encodable, for key: String) throws(EnvironmentError) {
        let fingerprint = Fingerprint(of: key)
        guard let data = try? Journal.encoder.encode(summary) else { preconditionFailure("a summary has no JSON") }
        known.withLock { $0[fingerprint] = data }
        let line = JournalLine(key: fingerprint, summary: data).bytes
        let failure: EnvironmentError? = file.withLock { descriptor in
            do throws(EnvironmentError) {
                let opened: Int32
                if let descriptor { opened = descriptor } else { opened = try openFile() }
                descriptor = opened
                guard line.withUnsafeBytes({ writeAll($0, to: opened) }) else {
                    throw EnvironmentError("write", directory)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Where something of that key lies that is too large for a line.
    func path(ofFileFor key: String) -> String { "\(directory)/states/\(Fingerprint(of: key)).f32" }

    private func openFile() throws(EnvironmentError) -> Int32 {
        try makeFolder(directory)
        let host = hostName().split(separator: ".").first.map(String.init) ?? "host"
        // A file of its own, even for two journals that one process opens in the same instant.
        var time = Int(Date().timeIntervalSince1970 * 1000)
        while true {
            let path = "\(directory)/\(host)-\(ProcessInfo.processInfo.processIdentifier)-\(time).jsonl"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return descriptor }
            guard errno == EEXIST else { throw EnvironmentError("write", path) }
            time += 1
        }
    }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return encoder
    }

    private static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}

/// A file of the journal, read.
private struct JournalFile {
    var lines: [JournalLine] = []
    /// Places of the lines that are damaged, from 1.
    var damaged: [Int] = []

    init(_ data: Data) {
        var (start, place) = (data.startIndex, 0)
        while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            place += 1
            if let line = JournalLine(data[start..<end]) { lines.append(line) } else { damaged.append(place) }
            start = end + 1
        }
    }

    /// What is to be told; a file of an earlier version is rewritten with checksums, where it can be.
    func notices(_ path: String) -> [String] {
        var notices: [String] = []
        if !damaged.isEmpty {
            let places = damaged.prefix(5).map(String.init).joined(separator: ", ")
            notices.append(
                "journal \(path): \(damaged.count == 1 ? "line \(places) is" : "\(damaged.count) lines (\(places)\(damaged.count > 5 ? ", ..." : "")) are") "
                    + "damaged and not used: what they held is done again; delete the file to do without the rest of it too"
            )
        }
        let unchecked = lines.count { $0.isUnchecked }
        if unchecked > 0 {
            let isRewritten = (try? replaceFile(path) { file in for line in lines { file.write(line.bytes) } }) != nil
            notices.append(
                "journal \(path): \(unchecked) of its lines have no checksum, as an earlier version wrote them; "
                    + (isRewritten
                        ? "they are used, and have one now" : "they are used, but the file could not be rewritten"))
        }
        return notices
    }
}
