import Base
import Foundation

/// Whether two results folders say the same. Every file must be the same byte for byte, except for columns whose
/// description states a tolerance: numbers that pass through BLAS differ in their last digits between processors.
///
/// What differs from run to run (`machine.json`), what is drawn from the tables by programs that differ between machines
/// (pictures and the page that shows them), hidden files and folders inside are left out.
package struct ResultsComparison {
    /// One line a file that differs, with the first place where it does; empty for equal results.
    package let differences: [String]

    /// Compares what a run left in `found` with what is expected.
    /// - Throws: `EnvironmentError` for a folder or a file that cannot be read.
    package init(expected: String, found: String) throws(EnvironmentError) {
        let (left, right) = (try Self.files(in: expected), try Self.files(in: found))
        let (tolerances, damage) = try Self.tolerances("\(expected)/datapackage.json")
        var differences = damage.map { [$0] } ?? []
        for name in left.union(right).sorted() {
            guard left.contains(name), right.contains(name) else {
                differences.append("\(name) is only in \(left.contains(name) ? expected : found)")
                continue
            }
            let bytes = (try Self.read("\(expected)/\(name)"), try Self.read("\(found)/\(name)"))
            if bytes.0 == bytes.1 { continue }
            guard let left = String(validating: bytes.0, as: UTF8.self),
                let right = String(validating: bytes.1, as: UTF8.self)
            else {
                differences.append("\(name): the bytes differ, and are no UTF-8 text")
                continue
            }
            let texts = (left, right)
            let stem = (name as NSString).deletingPathExtension
            if let tolerances = tolerances["\(stem).csv"], !name.hasSuffix(".json") {
                // The readable forms hold the same numbers, cut short: one that lies between two may round either way.
                guard name.hasSuffix(".csv") else { continue }
                if let difference = Self.difference(texts.0, texts.1, tolerances) {
                    differences.append("\(name): \(difference)")
                }
            } else {
                differences.append("\(name): \(Self.difference(texts.0, texts.1))")
            }
        }
        self.differences = differences
    }

    private static func files(in folder: String) throws(EnvironmentError) -> Set<String> {
        let names: [String]
        do throws(FileReadingError) {
            names = try folderNames(folder)
        } catch {
            let reason = error.kind == .machine ? error.reason : "it is missing or cannot be read"
            throw EnvironmentError("list the folder", folder, reason: reason)
        }
        return Set(
            names.filter { name in
                !name.hasPrefix(".") && name != "machine.json"
                    && ![".svg", ".pdf", ".html"].contains { name.hasSuffix($0) }
                    && pathExists("\(folder)/\(name)") && !isDirectory("\(folder)/\(name)")
            })
    }

    private static func read(_ path: String) throws(EnvironmentError) -> [UInt8] {
        do throws(FileReadingError) {
            return try readFile(path, limit: CSVReader.largestFile)
        } catch {
            throw EnvironmentError("read", path, reason: error.reason)
        }
    }

    /// What a data package says of its columns, as far as it matters here.
    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable { let fields: [Field] }
            let path: String
            let schema: Schema
        }
        struct Field: Decodable {
            let name: String
            let tolerance: Double?
        }
        let resources: [Resource]
    }

    /// Tolerances by file and column, of the files that have any; or what is wrong with the file that states them.
    private static func tolerances(
        _ path: String
    ) throws(EnvironmentError) -> (tolerances: [String: [String: Double]], damage: String?) {
        guard pathExists(path) else { return ([:], nil) }
        guard let package = try? JSONDecoder().decode(Package.self, from: Data(try read(path))) else {
            return ([:], "\(path) is no data package of ours: no tolerance is known")
        }
        var tolerances: [String: [String: Double]] = [:]
        for resource in package.resources {
            for field in resource.schema.fields {
                if let tolerance = field.tolerance { tolerances[resource.path, default: [:]][field.name] = tolerance }
            }
        }
        return (tolerances, nil)
    }

    /// The first line that differs.
    private static func difference(_ expected: String, _ found: String) -> String {
        let lines = (
            expected.split(separator: "\n", omittingEmptySubsequences: false),
            found.split(separator: "\n", omittingEmptySubsequences: false)
        )
        let place = zip(lines.0, lines.1).enumerated().first { $1.0 != $1.1 }?.offset
        return "line \((place ?? min(lines.0.count, lines.1.count)) + 1) differs"
    }

    /// The first cell that differs by more than its column allows, and how many do.
    private static func difference(_ expected: String, _ found: String, _ tolerances: [String: Double]) -> String? {
        let records = (Self.records(expected), Self.records(found))
        guard let header = records.0.first, header == records.1.first else { return "the columns differ" }
        guard records.0.count == records.1.count else {
            return "\(records.1.count - 2) rows, not \(records.0.count - 2)"
        }
        var (first, count) = ("", 0)
        for (line, (left, right)) in zip(records.0, records.1).enumerated() where left != right {
            guard left.count == right.count else { return "row \(line) has \(right.count) cells, not \(left.count)" }
            for (place, column) in header.enumerated() {
                guard !agree(left[place], right[place], tolerances[String(column)] ?? 0) else { continue }
                if count == 0 { first = "row \(line), \(column): \(right[place]), not \(left[place])" }
                count += 1
            }
        }
        return count == 0 ? nil : first + (count == 1 ? "" : " (and \(count - 1) more)")
    }

    /// The cells of a CSV table as they are written, quotes and all.
    private static func records(_ text: String) -> [[Substring]] {
        var isQuoted = false
        func parts(_ text: Substring, _ separator: UInt8) -> [Substring] {
            text.utf8.split(omittingEmptySubsequences: false) { byte in
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                return byte == separator && !isQuoted
            }.map { Substring($0) }
        }
        return parts(text[...], UInt8(ascii: "\n")).map { parts($0, UInt8(ascii: ",")) }
    }

    private static func agree(_ expected: Substring, _ found: Substring, _ tolerance: Double) -> Bool {
        if expected == found { return true }
        guard tolerance > 0, let a = Double(expected), let b = Double(found) else { return false }
        return abs(a - b) <= tolerance * max(1, abs(a), abs(b))
    }
}
