import Base
import Foundation
import Mustache

/// `index.html`: one file to browse a run's results. It needs no network, and no script to be read.
///
/// It says what went wrong first, then shows figures, tables and inputs. Every value is escaped by the template; pictures are
/// data, not markup, so that nothing in them runs. The page's policy forbids everything but its own style and script.
package struct ReportPage: Sendable {
    /// The file's name.
    package static let fileName = "index.html"
    /// Rows of a table that the page shows; the CSV beside it has all.
    static let mostRows = 200

    /// A figure and its picture.
    package struct Picture: Sendable {
        let figure: Figure
        let svg: String?

        /// A figure; `svg` is `nil` when it could not be drawn.
        package init(_ figure: Figure, svg: String?) {
            self.figure = figure
            self.svg = svg
        }
    }

    /// What `run.json` says.
    package let run: JSON
    /// What people read first.
    package let readable: [Table]
    /// Everything that was computed.
    package let tables: [Table]
    /// What was drawn.
    package let pictures: [Picture]

    /// Makes a page of a run; see the properties.
    package init(run: JSON, readable: [Table], tables: [Table], pictures: [Picture]) {
        self.run = run
        self.readable = readable
        self.tables = tables
        self.pictures = pictures
    }

    /// The whole page.
    package var html: String {
        let name = run["experiment"]?.text ?? ""
        let warnings = ["findings", "refused"].flatMap { run[$0]?.elements?.compactMap(\.text) ?? [] }
        let notes = run["notes"]?.elements?.compactMap(\.text) ?? []
        return PageTemplate.render(
            PageTemplate.report,
            [
                "title": name, "question": run["question"]?.text ?? "", "version": run["version"]?.text ?? "",
                "answer": run.answer.map { ["text": $0] }, "hasAnswer": !run.answer.isEmpty,
                "warnings": warnings.map { ["text": $0] }, "hasWarnings": !warnings.isEmpty,
                "notes": notes.map { ["text": $0] }, "hasNotes": !notes.isEmpty,
                "figures": pictures.map(figure), "hasFigures": !pictures.isEmpty,
                "readable": readable.map { table($0) }, "tables": tables.map { table($0) },
                "inputs": inputs.map { [table($0, limit: $0.rows.count)] } ?? [], "hasInputs": inputs != nil,
                "settings": (run["settings"]?.members ?? []).map { ["key": $0.key, "value": $0.value.setting] },
            ])
    }

    private func figure(_ picture: Picture) -> [String: Any] {
        let name = picture.figure.name
        var values: [String: Any] = ["name": name, "caption": picture.figure.title]
        if let svg = picture.svg {
            values["data"] = Data(svg.utf8).base64EncodedString()
            values["isWide"] = svg.firstMatch(of: /viewBox="0 0 (\d+)/).flatMap { Int($0.1) }.map { $0 > 480 } ?? false
        }
        return values
    }

    private func table(_ table: Table, limit: Int = mostRows) -> [String: Any] {
        let shown = table.first(limit).readableRows
        // The template library takes longer for a cell than a run for its tensor: rows are written here, escaped alike.
        var rows = ""
        for (texts, cells) in zip(shown, table.rows) {
            rows += "<tr>"
            for place in table.columns.indices {
                rows += "<td"
                let isNumeric = table.columns[place].isNumeric
                if let text = texts[place] {
                    // Prose takes several lines rather than push other columns out of sight.
                    if isNumeric { rows += " class=\"n\"" } else if text.isProse { rows += " class=\"t\"" }
                    // Sorting goes by all digits, not by those that are shown.
                    if let number = cells[place].number.map({ CSVWriter.text($0) }), number != text {
                        rows += " data-v=\"\(PageTemplate.escaped(number))\""
                    }
                    rows += ">\(PageTemplate.escaped(text))</td>"
                } else {
                    rows += " class=\"\(isNumeric ? "n m" : "m")\">–</td>"
                }
            }
            rows += "</tr>\n"
        }
        return [
            "name": table.name, "title": table.title, "count": table.rows.count,
            "isCut": table.rows.count > shown.count, "shown": shown.count, "isEmpty": table.rows.isEmpty,
            "columns": table.columns.map {
                ["heading": $0.heading, "meaning": $0.meaning, "isNumeric": $0.isNumeric] as [String: Any]
            },
            "rows": rows,
        ]
    }

    /// The inputs as a table: what `run.json` states of each, in an order that does not depend on the file's.
    private var inputs: Table? {
        let inputs = run.inputs
        guard !inputs.isEmpty else { return nil }
        let first = [
            "label", "file", "stage", "ingredient", "step", "tokens", "tensors", "elements", "fingerprint", "location",
            "made_of",
        ]
        let keys = Set(inputs.flatMap { $0.members?.map(\.key) ?? [] })
        let order = first.filter(keys.contains) + keys.subtracting(first).sorted()
        let names = order.filter(Column.isSnakeCase)
        let columns = names.map { name in
            let isNumber = inputs.allSatisfy { if case .integer? = $0[name] { true } else { $0[name] == nil } }
            return Column(name, isNumber ? .integer : .string, meaning: "As run.json states it.")
        }
        let rows = inputs.map { input in
            zip(names, columns).map { name, column -> Cell in
                guard let value = input[name] else { return .missing }
                if case .integer(let number) = value, column.kind == .integer { return .integer(number) }
                return .string(value.mixture ?? value.plain)
            }
        }
        return Table("inputs", title: "What was read.", columns: columns, rows: rows)
    }
}

extension JSON {
    /// The members of an object; `nil` when this is none.
    var members: [(key: String, value: JSON)]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// What a run read, as its `run.json` states it: checkpoints or other files, and a probe set.
    var inputs: [JSON] {
        ((self["checkpoints"] ?? self["inputs"])?.elements ?? []).filter { $0.members != nil }
            + [self["probe_set"]].compactMap { $0 }
    }

    /// Checkpoints that no file holds, with what they are made of.
    var virtualInputs: [(label: String, mixture: String)] {
        inputs.compactMap { input in
            input["made_of"]?.mixture.map { (input["label"]?.text ?? "", $0) }
        }
    }

    /// The terms of a mixture as people write them, `0.5 · A + 0.5 · B`; `nil` when this is none.
    fileprivate var mixture: String? {
        guard let elements, !elements.isEmpty else { return nil }
        let terms = elements.compactMap { term -> String? in
            guard let label = term["label"]?.text else { return nil }
            switch term["weight"] {
            case .number(let weight)?: return "\(JSON.number(weight).compact) · \(label)"
            // What a record that is read again says of 1.0.
            case .integer(let weight)?: return "\(JSON.number(Double(weight)).compact) · \(label)"
            default: return nil
            }
        }
        return terms.count == elements.count ? terms.joined(separator: " + ") : nil
    }

    /// The sentences that answer a run's question, as its `run.json` states them.
    package var answer: [String] { self["answer"]?.elements?.compactMap { $0["text"]?.text } ?? [] }

    /// Text as it is, everything else as JSON.
    var plain: String { text ?? compact }

    /// The same with what has parts of parts over several lines.
    var setting: String {
        let parts = elements ?? members?.map(\.value) ?? []
        guard parts.contains(where: { $0.elements != nil || $0.members != nil }) else { return plain }
        var lines = ""
        write(to: &lines)
        return String(lines.dropLast())
    }
}

extension String {
    /// Whether it can be broken into lines, and is long enough for it.
    fileprivate var isProse: Bool { count > 40 && contains(" ") }
}
