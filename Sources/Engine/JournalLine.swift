import Base
import Foundation
import Tensors

/// A line of the journal: a checksum, the key's fingerprint, and the summary as JSON, with a space between them.
///
/// The checksum is the low half of the XXH3-128 of what follows it, 16 hexadecimal digits. Whatever happens to a line,
/// on a disk or in an editor, it is not believed.
struct JournalLine {
    let key: Fingerprint
    let summary: Data
    /// Whether an earlier version wrote it, without a checksum.
    let isUnchecked: Bool

    private static let checkDigits = 16
    private static let keyDigits = 32
    private static let space = UInt8(ascii: " ")

    init(key: Fingerprint, summary: Data) {
        (self.key, self.summary, isUnchecked) = (key, summary, false)
    }

    /// Reads a line, given without its end; `nil` when it is damaged.
    init?(_ line: Data) {
        if let checked = JournalLine.checked(line) {
            (key, summary, isUnchecked) = (checked.key, checked.summary, false)
        } else if let old = JournalLine.keyed(line), old.summary.first == UInt8(ascii: "{") {
            (key, summary, isUnchecked) = (old.key, old.summary, true)
        } else {
            return nil
        }
    }

    /// The line with its checksum and its end.
    var bytes: [UInt8] {
        let content = Array("\(key) ".utf8) + summary
        return Array(JournalLine.check(content)) + [JournalLine.space] + content + [UInt8(ascii: "\n")]
    }

    private static func checked(_ line: Data) -> (key: Fingerprint, summary: Data)? {
        guard line.dropFirst(checkDigits).first == space else { return nil }
        let content = line.dropFirst(checkDigits + 1)
        guard line.prefix(checkDigits).elementsEqual(check(content)) else { return nil }
        return keyed(content)
    }

    private static func keyed(_ line: Data) -> (key: Fingerprint, summary: Data)? {
        guard line.dropFirst(keyDigits).first == space,
            let key = Fingerprint(String(decoding: line.prefix(keyDigits), as: UTF8.self))
        else { return nil }
        return (key, Data(line.dropFirst(keyDigits + 1)))
    }

    private static func check(_ content: some Collection<UInt8>) -> Substring.UTF8View {
        let fingerprint = Array(content).withUnsafeBytes { Fingerprint(of: $0) }
        return "\(fingerprint)".suffix(checkDigits).utf8
    }
}
