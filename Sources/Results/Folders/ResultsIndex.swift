import Base
import Foundation
import Reports

/// The page of all runs in a folder of results, `results/index.html`.
package struct ResultsIndex: Hashable {
    private let root: String

    /// The index that a results folder stands in; `nil` for one that is not below `results`, as with `--out`.
    package init?(besides folder: String) {
        let parts = folder.split(separator: "/", omittingEmptySubsequences: false)
        guard let place = parts.lastIndex(of: "results"), place < parts.count - 1, parts.count - place <= 3 else {
            return nil
        }
        root = parts[...place].joined(separator: "/")
    }

    /// Writes the page anew: of all folders, and pairs' folders in them, that hold a record of a run.
    /// - Returns: its path.
    package func write() throws(EnvironmentError) -> String {
        var entries: [IndexPage.Entry] = []
        for name in folders(root) {
            for folder in [name] + folders("\(root)/\(name)").map({ "\(name)/\($0)" }) {
                guard let run = json("\(folder)/run.json") else { continue }
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

    private func folders(_ path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted()
    }

    /// The first figure that is there; one that is large would make the index slow.
    private func thumbnail(_ folder: String) -> String? {
        let resources = json("\(folder)/\(DataPackage.fileName)")?["resources"]?.elements ?? []
        for resource in resources {
            guard case .boolean(true)? = resource["figure"], let name = resource["name"]?.text, !name.contains("/"),
                let svg = FileManager.default.contents(atPath: "\(root)/\(folder)/\(name).svg"),
                svg.count <= ResultsIndex.largestThumbnail
            else { continue }
            return String(decoding: svg, as: UTF8.self)
        }
        return nil
    }

    private static let largestThumbnail = 300_000

    private func json(_ file: String) -> JSON? {
        FileManager.default.contents(atPath: "\(root)/\(file)").flatMap {
            try? JSONDecoder().decode(JSON.self, from: $0)
        }
    }
}
