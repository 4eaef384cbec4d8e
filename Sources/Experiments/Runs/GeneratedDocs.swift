import Reports
import Settings

/// The parts of documents that repeat what is declared: tables of settings and of columns.
///
/// They stand between `<!-- settings: drift -->`, `<!-- settings shared: series -->` or
/// `<!-- columns: drift summary modules -->` and `<!-- end -->`, each on a line of its own.
package enum GeneratedDocs {
    /// The document with its generated parts made anew.
    /// - Throws: `InputError` for a marker that is never ended, or names what is not there.
    package static func rewrite(_ document: String, _ name: String) throws(InputError) -> String {
        var lines: [Substring] = []
        var marker: String?
        for (index, line) in document.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if marker != nil {
                guard line == "<!-- end -->" else { continue }
                marker = nil
            } else if let asked = line.wholeMatch(of: /<!-- (settings|settings shared|columns): ([a-z_ ]+) -->/) {
                marker = "\(name):\(index + 1)"
                lines.append(line)
                let words = asked.2.split(separator: " ").map(String.init)
                guard let part = part(String(asked.1), String(asked.2), words) else {
                    throw InputError("\(name):\(index + 1): nothing is known by '\(asked.2)'")
                }
                lines += part.map { Substring($0) }
                continue
            }
            lines.append(line)
        }
        if let marker { throw InputError("\(marker): no <!-- end --> follows") }
        return lines.joined(separator: "\n")
    }

    private static func part(_ kind: String, _ text: String, _ words: [String]) -> [String]? {
        if kind == "settings shared" { return shared(text) }
        guard let experiment = Registry.descriptions.first(where: { $0.name == words[0] }) else { return nil }
        return kind == "settings" ? settings(experiment) : columns(experiment, Array(words.dropFirst()))
    }

    /// A table of the settings that an experiment has for itself, and which it shares.
    private static func settings(_ experiment: ExperimentDescription) -> [String] {
        let own = experiment.settings.filter { $0.group == nil }
        let groups = experiment.settings.compactMap(\.group).distinct.map { title in
            let names = experiment.settings.filter { $0.group == title && !$0.name.contains(".") }.map {
                "`\($0.name)`"
            }
            return "\(names.joined(separator: ", ")) ([\(title)](#\(title.replacing(" ", with: "-"))))"
        }
        let rows = own.isEmpty ? [] : table(own)
        guard !groups.isEmpty else { return rows }
        return rows + (rows.isEmpty ? [] : [""]) + [
            "Shared with other experiments: " + groups.joined(separator: "; ") + "."
        ]
    }

    private static func shared(_ title: String) -> [String]? {
        for experiment in Registry.descriptions {
            let settings = experiment.settings.filter { $0.group == title }
            if !settings.isEmpty { return table(settings) }
        }
        return nil
    }

    private static func table(_ settings: [SettingDescription]) -> [String] {
        ["| setting | default | takes | meaning |", "|---|---|---|---|"]
            + settings.map { setting in
                let value = setting.defaultText
                let shown = value.isEmpty || setting.unset != nil || setting.isRequired ? value : "`\(value)`"
                return row(["`\(setting.name)`", shown, setting.takes, setting.meaning])
            }
    }

    private static func columns(_ experiment: ExperimentDescription, _ names: [String]) -> [String]? {
        let asked = names.isEmpty ? experiment.tables.map(\.name) : names
        guard asked.allSatisfy({ name in experiment.tables.contains { $0.name == name } }) else { return nil }
        let columns = experiment.columns(of: asked)
        let isShared = columns.allSatisfy { $0.tables.count == asked.count }
        return [
            "| column |\(isShared ? "" : " of |") type | unit | meaning |",
            "|---|\(isShared ? "" : "---|")---|---|---|",
        ]
            + columns.map { column, tables in
                let of = tables.count == asked.count ? "all" : tables.map { "`\($0)`" }.joined(separator: ", ")
                return row(
                    ["`\(column.name)`"] + (isShared ? [] : [of])
                        + [column.kind.rawValue, column.unit ?? "", column.meaning])
            }
    }

    private static func row(_ cells: [String]) -> String {
        "|" + cells.map { $0.isEmpty ? " |" : " \($0.replacing("|", with: "\\|")) |" }.joined()
    }
}
