import Base
import Checkpoints

/// One checkpoint that a catalog names.
package struct CatalogEntry: Sendable, Equatable {
    /// The catalog, as the user named it.
    package var source: String
    /// Line in it, from 1; `nil` for an entry of a folder.
    package var line: Int?
    /// The row, name or path as it stands there.
    package var text: String
    /// Stage, ingredient and step, and tokens where they are stated. Rows of a CSV file have a name made of these.
    package var revision: Revision
    /// Whether it is an average of others (`soup`): its step is then that of what was averaged.
    package var isAverage = false
    /// Address or path of the checkpoint; `nil` for a mere name.
    package var location: String?
    /// Tokens that a column states, since training began.
    package var statedTokens: Int?

    /// Makes an entry; see the properties.
    package init(
        source: String, line: Int? = nil, text: String, revision: Revision, isAverage: Bool = false,
        location: String? = nil, statedTokens: Int? = nil
    ) {
        self.source = source
        self.line = line
        self.text = text
        self.revision = revision
        self.isAverage = isAverage
        self.location = location
        self.statedTokens = statedTokens
    }

    /// `SOURCE:LINE`, or the source alone.
    package var place: String { line.map { "\(source):\($0)" } ?? source }

    /// What makes two entries the same checkpoint of a model; `nil` for names that tell no step.
    var key: Key? {
        revision.step.map {
            Key(stage: revision.stage ?? 1, ingredient: revision.ingredient, step: $0, isAverage: isAverage)
        }
    }

    struct Key: Hashable {
        let stage: Int
        let ingredient: Int?
        let step: Int
        let isAverage: Bool
    }
}

/// Checkpoints of one model as lists name them: OLMo's CSV files, folders, lists of revision names.
package struct Catalog: Sendable {
    /// The sources, as the user named them.
    package private(set) var sources: [String] = []
    /// What they name, in their order.
    package private(set) var entries: [CatalogEntry] = []
    /// What of them could not be read.
    package private(set) var findings: [CatalogFinding] = []
    /// Checkpoints of folders, opened, by the place of their entries.
    private(set) var checkpoints: [Int: Checkpoint] = [:]

    /// An empty catalog.
    package init() {}

    /// Reads one source or several: `.csv` files, folders of checkpoints (HDF5 files, Hugging Face directories, a Hub
    /// cache), text files with a revision name a line. Rows that cannot be read are findings.
    /// - Throws: `CatalogError` when a source as a whole cannot be read.
    package init(reading paths: [String], options: ReadOptions = ReadOptions()) throws {
        for path in paths {
            sources.append(path)
            if isDirectory(path) {
                try add(folder: path, options)
                continue
            }
            let text = try Catalog.text(of: path)
            if path.lowercased().hasSuffix(".csv") {
                let rows = try CatalogRows(text, source: path)
                entries += rows.entries
                findings += rows.findings
            } else {
                add(names: text, source: path)
            }
        }
    }

    /// Adds entries, with the checkpoints that some of them are.
    mutating func add(_ new: [(entry: CatalogEntry, checkpoint: Checkpoint?)], findings: [CatalogFinding]) {
        for (entry, checkpoint) in new {
            if let checkpoint { checkpoints[entries.count] = checkpoint }
            entries.append(entry)
        }
        self.findings += findings
    }

    /// Longer lists than this are something else, in bytes.
    private static let textLimit = 64 << 20

    private static func text(of path: String) throws(CatalogError) -> String {
        do throws(CheckpointError) {
            let bytes = try ByteSources.contents(of: path, limit: textLimit, checkpoint: path)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CheckpointError(.malformed, checkpoint: path, problem: "is not UTF-8 text")
            }
            return text
        } catch {
            guard error.kind != .environment else {
                throw CatalogError("\(path): \(error.problem)", isMachineFailure: true)
            }
            throw CatalogError("\(path): \(error.problem); a catalog is a .csv file, a list of names, or a folder")
        }
    }

    /// A revision name a line; blank lines and those after `#` say nothing.
    private mutating func add(names text: String, source: String) {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let name = line.trimming { $0.isWhitespace }
            guard !name.isEmpty, !name.hasPrefix("#") else { continue }
            let shown = printable(String(name))
            do throws(RevisionNameError) {
                let revision = try Revision(parsing: shown)
                entries.append(CatalogEntry(source: source, line: index + 1, text: shown, revision: revision))
            } catch {
                findings.append(
                    CatalogFinding(
                        .unknownName, source: source, line: index + 1, text: shown, message: error.description))
            }
        }
    }
}

extension Substring {
    /// Without the characters at both ends that satisfy `isLeftOut`.
    func trimming(while isLeftOut: (Character) -> Bool) -> Substring {
        let start = drop(while: isLeftOut)
        guard let last = start.lastIndex(where: { !isLeftOut($0) }) else { return start.prefix(0) }
        return start[...last]
    }
}

extension CatalogEntry {
    /// The checkpoint's name as it is published, as far as that is known: a row of a CSV file gets its tokens in the
    /// rounding of its run, and no stage where the model has but one. Names of lists and folders stay as they are.
    package func label(plan: TrainingPlan?) -> String {
        guard line != nil, location != nil, let plan, !isAverage, let step = revision.step,
            let run = plan.run(stage: revision.stage, ingredient: revision.ingredient),
            let position = plan.position(of: revision)
        else { return revision.name }
        let isStaged = plan.runs.contains { $0.stage > 1 }
        var parts = isStaged ? ["stage\(run.stage)"] : []
        if let ingredient = run.ingredient { parts.append("ingredient\(ingredient)") }
        parts.append("step\(step)")
        if step == run.endStep, let tokens = run.endLabelTokens {
            parts.append("tokens\(tokens)B")
        } else if let rounding = run.labelRounding {
            let unit = 1_000_000_000
            let down = position.runTokens / unit
            parts.append("tokens\(rounding == .up && position.runTokens % unit > 0 ? down + 1 : down)B")
        }
        return parts.joined(separator: "-")
    }
}
