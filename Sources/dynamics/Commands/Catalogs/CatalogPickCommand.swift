import ArgumentParser
import Base
import Catalogs
import Checkpoints
import Experiments
import Foundation
import Reports

/// `dynamics catalog pick SOURCE... --count N`
struct CatalogPickCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pick",
        abstract: "Choose representative checkpoints and write a series file that experiments take with --settings.",
        discussion: """
            Branch points, from which later stages start, are always among them; then come the first checkpoint and the \
            last of each run. A catalog of addresses names no files: the series file takes them from --checkpoints, as \
            'dynamics import' calls them, and says in a comment where each is published.
            """)

    @OptionGroup var options: CatalogOptions

    @Option(name: .long, help: "How many to choose.")
    var count: Int

    @Option(
        name: .long,
        help: "What to spread them evenly over, in each run: log(1 + step), steps, tokens, or sum of rates.")
    var spacing: Spacing = .log

    @Option(
        name: .long,
        help: ArgumentHelp("Choose those nearest to this step of stage 1, before it and after.", valueName: "step"))
    var around: Int?

    @Option(
        name: .long, help: ArgumentHelp("Folder where the checkpoints of a list lie, or will.", valueName: "dir"))
    var checkpoints = "checkpoints"

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("The series file; otherwise it goes to stdout.", valueName: "file"),
        completion: .file(extensions: ["yaml"]))
    var to: String?

    @Flag(name: .long, help: "Print the names of the chosen alone, a line each.")
    var names = false

    @OptionGroup var reading: ReadingOptions
    @OptionGroup var messages: MessageOptions

    enum Spacing: String, ExpressibleByArgument, CaseIterable {
        case log, linear, tokens, lr
    }

    func validate() throws {
        guard count > 0 else { throw ValidationError("--count takes a number from 1 on.") }
        guard around ?? 0 >= 0 else { throw ValidationError("--around takes a step from 0 on.") }
        guard !names || to == nil else { throw ValidationError("--names goes to stdout, without --to.") }
    }

    func run() throws {
        let logger = messages.makeLogger()
        let (catalog, training) = try options.read(reading)
        let plan = training?.plan
        let pick: CatalogPick
        if let around {
            pick = try CatalogPick(count, from: catalog, around: around, plan: plan)
        } else {
            let chosen = CatalogPick.Spacing(rawValue: spacing.rawValue) ?? .log
            pick = try CatalogPick(count, from: catalog, spacing: chosen, plan: plan)
        }
        for note in pick.notes { logger.warning("\(note)") }
        let chosen = pick.choices.map {
            PickedCheckpoint(catalog.entries[$0.entryIndex], isBranchPoint: $0.isBranchPoint, plan, folder: checkpoints)
        }
        if names {
            try StandardOutput.write(chosen.map { $0.name + "\n" }.joined())
        } else if let to {
            let folder = (to as NSString).deletingLastPathComponent
            let text = seriesFile(chosen.map { $0.relative(to: folder) })
            do {
                try Data(text.utf8).write(to: URL(filePath: to), options: .atomic)
            } catch {
                // The system's own words: Foundation's depend on its version and on the language.
                let cause = (error as? CocoaError)?.underlying as? POSIXError
                throw EnvironmentError("write", to, errno: cause?.code.rawValue ?? errno)
            }
            try StandardOutput.write(to + "\n")
        } else {
            try StandardOutput.write(seriesFile(chosen))
        }
        for finding in catalog.findings {
            logger.warning("\(finding.line.map { "\(finding.source):\($0)" } ?? finding.source): \(finding.message)")
        }
        for problem in training?.problems ?? [] { logger.warning("\(problem)") }
        if !catalog.findings.isEmpty || training?.problems.isEmpty == false { throw ExitReason.findings }
    }

    /// Settings that drift, norms and others take: files, and what names do not tell exactly.
    private func seriesFile(_ chosen: [PickedCheckpoint]) -> String {
        let how = around.map { "nearest to step \($0) of stage 1" } ?? "spread by \(spacing.rawValue)"
        var text = """
            # \(chosen.count) checkpoints of \(options.sources.map { printable(PathText($0).name ?? $0) }.joined(separator: ", ")), \(how).
            # For 'dynamics run NAME --settings' this file. Relative paths are looked for beside it, then in the current folder.
            series:

            """
        for checkpoint in chosen {
            if let address = checkpoint.address { text += "  # \(printable(address))\n" }
            text += "  - \(quoted(checkpoint.path))\(checkpoint.isBranchPoint ? "  # branch point" : "")\n"
        }
        let facts = chosen.compactMap { checkpoint in
            checkpoint.facts.map { "  \(quoted(checkpoint.name)): {\($0)}\n" }
        }
        if !facts.isEmpty {
            text +=
                "\n# Steps and tokens since training began, exactly: names round them.\nrevisions:\n" + facts.joined()
        }
        return text
    }

    private func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "-")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        // What single quotes cannot hold on one line.
        if !isPrintable(text) { return JSON.string(text).compact }
        if isPlain, text.first?.isLetter == true || text.first == "/" || text.first == "." { return text }
        return "'" + text.replacing(byte: UInt8(ascii: "'"), with: "''") + "'"
    }
}

/// A chosen checkpoint as the series file names it.
private struct PickedCheckpoint {
    let name: String
    let isBranchPoint: Bool
    /// Its file.
    private(set) var path: String
    /// Where it is published, when its file is not there.
    let address: String?
    /// What the setting `revisions` states; `nil` when nothing is known beyond the name.
    let facts: String?

    init(_ entry: CatalogEntry, isBranchPoint: Bool, _ plan: TrainingPlan?, folder: String) {
        name = entry.label(plan: plan)
        self.isBranchPoint = isBranchPoint
        let isLocal = entry.line == nil
        path = isLocal ? entry.location ?? "" : "\(folder)/\(name).h5"
        address = isLocal ? nil : entry.location
        let revision = entry.revision
        guard let tokens = plan?.position(of: revision)?.tokens ?? entry.statedTokens else {
            facts = nil
            return
        }
        facts = [
            ("stage", revision.stage), ("ingredient", revision.ingredient), ("step", revision.step), ("tokens", tokens),
        ].compactMap { key, value in value.map { "\(key): \($0)" } }.joined(separator: ", ")
    }

    /// The same with a path that starts from `folder`, unless it is absolute.
    func relative(to folder: String) -> PickedCheckpoint {
        guard !path.hasPrefix("/") else { return self }
        func parts(_ path: String) -> [String] {
            URL(filePath: path.isEmpty ? "." : path).standardizedFileURL.path().split(separator: "/").map(String.init)
        }
        let (from, target) = (parts(folder), parts(path))
        let common = zip(from, target).prefix { $0 == $1 }.count
        var copy = self
        copy.path = (Array(repeating: "..", count: from.count - common) + target[common...]).joined(separator: "/")
        return copy
    }
}
