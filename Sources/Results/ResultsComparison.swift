import Base
import Foundation
import Reports

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
        let (tolerances, damage) = try Self.tolerances(expected)
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
                do throws(CSVError) {
                    let (left, right) = (try Self.table(name, texts.0), try Self.table(name, texts.1))
                    if let difference = Self.difference(left, right, tolerances) {
                        differences.append("\(name): \(difference)")
                    }
                } catch {
                    differences.append(error.description)
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

    /// Tolerances by file and column, of the files that have any; or what is wrong with the file that states them.
    private static func tolerances(
        _ folder: String
    ) throws(EnvironmentError) -> (tolerances: [String: [String: Double]], damage: String?) {
        let package: SavedPackage
        do throws(SavedFileProblem) {
            package = try SavedPackage(folder: folder)
        } catch {
            switch error {
            case .unreadable(let error) where error.kind == .missing: return ([:], nil)
            case .unreadable(let error): throw EnvironmentError("read", error.path, reason: error.reason)
            case .damaged:
                return ([:], "\(folder)/\(DataPackage.fileName) is no data package of ours: no tolerance is known")
            }
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
    private static func difference(
        _ expected: CSVTable, _ found: CSVTable, _ tolerances: [String: Double]
    ) -> String? {
        guard expected.columns == found.columns else { return "the columns differ" }
        guard expected.rows.count == found.rows.count else {
            return "\(found.rows.count) rows, not \(expected.rows.count)"
        }
        var (first, count) = ("", 0)
        for (index, (left, right)) in zip(expected.rows, found.rows).enumerated() where left.cells != right.cells {
            for (column, (left, right)) in zip(expected.columns, zip(left.cells, right.cells)) {
                guard !agree(left, right, tolerances[column] ?? 0) else { continue }
                if count == 0 {
                    let cells = [right, left].map { CSVTable.brief($0 ?? "") }
                    first = "row \(index + 1), \(column): \(cells[0]), not \(cells[1])"
                }
                count += 1
            }
        }
        return count == 0 ? nil : first + (count == 1 ? "" : " (and \(count - 1) more)")
    }

    private static func table(_ name: String, _ text: String) throws(CSVError) -> CSVTable {
        try CSVReader().parse(Array(text.utf8), file: name)
    }

    private static func agree(_ expected: String?, _ found: String?, _ tolerance: Double) -> Bool {
        if expected == found { return true }
        guard tolerance > 0, let expected, let found, let a = Double(expected), let b = Double(found) else {
            return false
        }
        return abs(a - b) <= tolerance * max(1, abs(a), abs(b))
    }
}
