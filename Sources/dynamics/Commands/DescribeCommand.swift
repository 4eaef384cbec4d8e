import ArgumentParser
import Base
import Experiments
import Foundation
import Reports
import Settings

/// `dynamics describe NAME`
struct Describe: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Tell what an experiment, a setting or a column is: meaning, default, bounds, unit.",
        discussion: "No file is read: it is what the program itself states.")

    @Argument(
        help: ArgumentHelp(
            "An experiment, a setting such as moved_threshold, or a column such as relative_drift; drift.NAME is that of drift."
        ), completion: .list(Registry.list.map(\.name)))
    var name: String

    @Flag(name: .long, help: "Write JSON instead of text.")
    var json = false

    func run() throws {
        let found = try Description(name)
        var text = ""
        if json { found.json.write(to: &text) } else { text = found.text }
        try StandardOutput.write(text)
    }
}

/// `dynamics docs FILE...`, for those who work on the program.
struct Docs: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Make the generated tables of documents anew.", shouldDisplay: false)

    @Argument(help: "Documents with tables of settings and columns between markers.", completion: .file())
    var files: [String]

    func run() throws {
        for file in files {
            guard let text = try readText(file, limit: 16 << 20) else {
                throw InputError("cannot read \(file) as text; name a document such as docs/metrics.md")
            }
            let made = try GeneratedDocs.rewrite(text, file)
            if made != text { try replaceFile(file) { $0.write(made) } }
        }
    }
}

extension Description {
    fileprivate var text: String {
        var parts: [String] = []
        parts += experiments.map { $0.text }
        parts += settings.map { experiment, setting in
            Description.lines("setting \(setting.name) of \(experiment)", setting.meaning, setting.facts)
        }
        parts += columns.map { experiment, column, tables in
            Description.lines(
                "column \(column.name) of \(experiment), in \(tables.joined(separator: ", "))", column.meaning,
                column.facts)
        }
        return parts.joined(separator: "\n")
    }

    private static func lines(_ title: String, _ meaning: String, _ facts: [(String, String)]) -> String {
        ([title, "    " + meaning] + facts.map { "    \($0.0): \($0.1)" }).map { $0 + "\n" }.joined()
    }

    fileprivate var json: JSON {
        .object([
            ("name", .string(name)),
            ("experiments", .array(experiments.map(\.json))),
            ("settings", .array(settings.map { $0.setting.json(of: $0.experiment) })),
            ("columns", .array(columns.map { $0.column.json(of: $0.experiment, $0.tables) })),
        ])
    }
}

extension ExperimentDescription {
    fileprivate var text: String {
        var text = "experiment \(name)\n    \(question)\n\nsettings\n"
        for setting in settings {
            let value = setting.defaultText
            text += "    \(setting.name)\(value.isEmpty ? "" : " (\(value))"): \(setting.meaning)\n"
        }
        text += "\ntables\n" + tables.map { "    \($0.name): \($0.title)\n" }.joined()
        text += "\ncolumns\n"
        for (column, tables) in columns(of: tables.map(\.name)) {
            let unit = column.unit.map { " (\($0))" } ?? ""
            text += "    \(column.name)\(unit), in \(tables.joined(separator: ", ")): \(column.meaning)\n"
        }
        if !figures.isEmpty { text += "\nfigures: \(figures.joined(separator: ", "))\n" }
        return text
    }

    fileprivate var json: JSON {
        .object([
            ("name", .string(name)),
            ("question", .string(question)),
            ("settings", .array(settings.map { $0.json(of: name) })),
            (
                "tables",
                .array(
                    tables.map { table in
                        .object([
                            ("name", .string(table.name)), ("title", .string(table.title)),
                            ("columns", .array(table.columns.map { $0.json(of: name, [table.name]) })),
                        ])
                    })
            ),
            ("figures", .array(figures.map(JSON.string))),
        ])
    }
}

extension SettingDescription {
    fileprivate var facts: [(String, String)] {
        [("takes", takes), ("default", defaultText.isEmpty ? "none" : defaultText)]
    }

    fileprivate func json(of experiment: String) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("experiment", .string(experiment)), ("name", .string(name)), ("meaning", .string(meaning)),
            ("takes", .string(takes)), ("required", .boolean(isRequired)),
        ]
        if let value { members.append(("default", value)) }
        if let unset { members.append(("unset", .string(unset))) }
        if !choices.isEmpty { members.append(("choices", .array(choices.map(JSON.string)))) }
        if let low = bounds.low { members.append((bounds.includesLow ? "minimum" : "exclusiveMinimum", limit(low))) }
        if let high = bounds.high {
            members.append((bounds.includesHigh ? "maximum" : "exclusiveMaximum", limit(high)))
        }
        return .object(members)
    }

    private func limit(_ value: Double) -> JSON { Int(exactly: value).map { .integer($0) } ?? .number(value) }
}

extension Column {
    fileprivate var facts: [(String, String)] {
        var facts = [("type", kind.rawValue)]
        if let unit { facts.append(("unit", unit)) }
        if tolerance > 0 { facts.append(("tolerance between processors", "\(tolerance)")) }
        return facts
    }

    fileprivate func json(of experiment: String, _ tables: [String]) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("experiment", .string(experiment)), ("tables", .array(tables.map(JSON.string))), ("name", .string(name)),
            ("type", .string(kind.rawValue)), ("meaning", .string(meaning)),
        ]
        if let unit { members.append(("unit", .string(unit))) }
        if tolerance > 0 { members.append(("tolerance", .number(tolerance))) }
        return .object(members)
    }
}
