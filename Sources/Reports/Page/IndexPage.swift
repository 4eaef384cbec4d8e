import Base

/// `results/index.html`: all runs there are, with a link to the page of each.
package struct IndexPage: Sendable {
    /// One run.
    package struct Entry: Sendable {
        let folder: String
        let run: RunRecord

        /// The run in `folder`, relative to the page; `run` is what its `run.json` says.
        package init(folder: String, run: RunRecord) {
            self.folder = folder
            self.run = run
        }
    }

    private let entries: [Entry]

    /// Makes a page of these runs, in their order.
    package init(_ entries: [Entry]) { self.entries = entries }

    /// The whole page.
    package var html: String {
        let runs = entries.map { entry -> [String: Any] in
            return [
                "folder": entry.folder, "link": IndexPage.link(entry.folder),
                "question": entry.run.question, "version": entry.run.version, "inputs": entry.run.shownInputs.count,
                "warnings": entry.run.findings.count + entry.run.refused.count,
            ]
        }
        return PageTemplate.render(PageTemplate.index, ["title": "Results", "runs": runs])
    }

    /// A relative link: every byte that could mean something in an address is escaped.
    private static func link(_ folder: String) -> String {
        let path = folder.utf8.map { byte -> String in
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._/".contains(character) {
                return String(character)
            }
            let hex = String(byte, radix: 16, uppercase: true)
            return "%" + (hex.count == 1 ? "0" : "") + hex
        }
        // What starts with a dot cannot be taken for a scheme.
        return "./" + path.joined() + "/" + ReportPage.fileName
    }
}
