import Base
import Foundation
import Synchronization
import Tensors

/// Summaries that exist already: lines appended as reductions finish, in a folder that any number of runs share.
///
/// A line is the key's fingerprint, a space, and the summary as JSON. Each process appends to a file of its own, so runs
/// on several machines need no lock, and copying files into the folder brings their work along. A line cut short by a
/// kill has no end and is not read.
package final class Journal: Sendable {
    private let directory: String
    private let known: Mutex<[Fingerprint: Data]>
    private let file: Mutex<Int32?> = Mutex(nil)

    /// Reads what the folder holds; it need not exist yet.
    package init(directory: String) throws(EnvironmentError) {
        self.directory = directory
        var lines: [Fingerprint: Data] = [:]
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names.sorted() where name.hasSuffix(".jsonl") {
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else {
                throw EnvironmentError("read", "\(directory)/\(name)")
            }
            Journal.parse(data, into: &lines)
        }
        known = Mutex(lines)
    }

    deinit {
        file.withLock { if let descriptor = $0 { _ = close(descriptor) } }
    }

    private static func parse(_ data: Data, into lines: inout [Fingerprint: Data]) {
        var start = data.startIndex
        while let end = data[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = data[start..<end]
            start = end + 1
            guard line.count > 33, let text = String(data: line.prefix(32), encoding: .utf8),
                let key = Fingerprint(text)
            else { continue }
            lines[key] = Data(line.dropFirst(33))
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
        let line = Array("\(fingerprint) ".utf8) + data + [UInt8(ascii: "\n")]
        let failure: EnvironmentError? = file.withLock { descriptor in
            do throws(EnvironmentError) {
                let opened: Int32
                if let descriptor { opened = descriptor } else { opened = try openFile() }
                descriptor = opened
                var written = 0
                while written < line.count {
                    let count = line[written...].withUnsafeBytes { write(opened, $0.baseAddress, $0.count) }
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw EnvironmentError("write", directory) }
                    written += count
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
