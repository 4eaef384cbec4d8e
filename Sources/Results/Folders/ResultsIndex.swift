import Base
import Foundation
import Reports

/// The page of all runs in a folder of results, `results/index.html`.
package struct ResultsIndex: Hashable {
    private let root: String

    /// The index that a results folder stands in; `nil` for one that is not below `results`, as with `--out`.
    package init?(besides folder: String) {
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        guard let index = parts.lastIndex(of: "results"), index < parts.count - 1, parts.count - index <= 3 else {
            return nil
        }
        root = parts[...index].joined(separator: "/")
    }

    /// Writes the page anew: of all folders, and pairs' folders in them, that hold a record of a run.
    /// - Returns: its path.
    package func write() throws(EnvironmentError) -> String {
        var entries: [IndexPage.Entry] = []
        for name in try folders(root) {
            for folder in [name] + (try folders("\(root)/\(name)").map { "\(name)/\($0)" }) {
                guard let run = try record(folder) else { continue }
                // `2026-01-31T12:00:00Z`, of which the day is enough.
                let date = json("\(folder)/machine.json")?["started"]?.text.map { String($0.prefix(10)) }
                entries.append(IndexPage.Entry(folder: folder, run: run, date: date, thumbnail: thumbnail(folder)))
            }
        }
        let page = IndexPage(entries).html
        let path = "\(root)/\(ReportPage.fileName)"
        // Two runs may write it at a time: each renames a file of its own into place.
        try replaceFile(path) { $0.write(page) }
        return path
    }

    /// What is in a folder; nothing where it is none, or is another's.
    private func folders(_ path: String) throws(EnvironmentError) -> [String] {
        do throws(FileReadingError) {
            return try folderNames(path).filter { !$0.hasPrefix(".") }
        } catch {
            if let failure = error.environment { throw failure }
            return []
        }
    }

    /// A folder's record of a run; `nil` where it holds none that can be read.
    private func record(_ folder: String) throws(EnvironmentError) -> RunRecord? {
        do throws(SavedFileProblem) {
            return try RunRecord(folder: "\(root)/\(folder)")
        } catch {
            if case .unreadable(let error) = error, let failure = error.environment { throw failure }
            return nil
        }
    }

    /// The first figure that is there; one that is large would make the index slow.
    private func thumbnail(_ folder: String) -> String? {
        let resources = json("\(folder)/\(DataPackage.fileName)")?["resources"]?.elements ?? []
        for resource in resources {
            guard case .boolean(true)? = resource["figure"], let name = resource["name"]?.text, !name.contains("/"),
                let svg = try? readText("\(root)/\(folder)/\(name).svg", limit: ResultsIndex.largestThumbnail)
            else { continue }
            return svg
        }
        return nil
    }

    private static let largestThumbnail = 300_000
    private static let largestRecord = 64 << 20

    /// What stands beside a record and may be missing.
    private func json(_ file: String) -> JSON? {
        (try? readFile("\(root)/\(file)", limit: ResultsIndex.largestRecord)).flatMap { try? JSON(parsing: $0) }
    }
}
