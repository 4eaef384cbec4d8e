import Base

/// One sentence of the answer to an experiment's question, and the rows that its numbers stand in.
package struct Sentence: Sendable, Equatable {
    /// A row that a number of the sentence is taken from.
    package struct Source: Sendable, Equatable {
        /// Name of the table.
        package let table: String
        /// Index of the row, from 1, as the lines below the header of the CSV file are counted.
        package let row: Int
    }

    /// The sentence, with its full stop.
    package let text: String
    /// Where its numbers stand, each row once.
    package let sources: [Source]

    /// Makes a sentence of the numbers in some rows.
    package init(_ text: String, from rows: [TableRow]) {
        self.text = text
        var sources: [Source] = []
        for row in rows {
            let source = Source(table: row.tableName, row: row.index + 1)
            if !sources.contains(source) { sources.append(source) }
        }
        self.sources = sources
    }

    /// Takes it from what `run.json` states; `nil` when that is no sentence.
    init?(_ json: JSON) {
        guard let text = json["text"]?.text else { return nil }
        self.text = text
        sources = (json["from"]?.elements ?? []).compactMap { source in
            source["table"]?.text.flatMap { table in source["row"]?.integer.map { Source(table: table, row: $0) } }
        }
    }

    /// As `run.json` states it.
    package var json: JSON {
        [
            "text": .string(text),
            "from": .array(sources.map { ["table": .string($0.table), "row": .integer($0.row)] }),
        ]
    }
}

/// Numbers and lists as sentences have them.
package enum Prose {
    /// A number by its first significant digits, three unless told otherwise; whole numbers below 10⁶ as they are.
    package static func number(_ value: Double, digits: Int = 3) -> String {
        guard value.isFinite else { return "an unknown number" }
        if value.magnitude < 1e6, value == value.rounded() { return DecimalText(value).rounded(toDecimals: 0) }
        let text = DecimalText(value)
        return value.magnitude >= 1000 && value.magnitude < 1e6
            ? text.rounded(toDecimals: 0) : text.significant(digits)
    }

    /// `0.123 to 0.124`, or one number where both ends look the same.
    package static func range(_ values: [Double], digits: Int = 3) -> String {
        guard let least = values.min(), let most = values.max() else { return "nothing" }
        let ends = (number(least, digits: digits), number(most, digits: digits))
        return ends.0 == ends.1 ? ends.0 : "\(ends.0) to \(ends.1)"
    }

    /// `1.23 [1.10, 1.36]`
    package static func estimate(_ value: Double, _ low: Double, _ high: Double, digits: Int = 3) -> String {
        "\(number(value, digits: digits)) [\(number(low, digits: digits)), \(number(high, digits: digits))]"
    }

    /// `a`, `a and b`, `a, b and c`.
    package static func list(_ parts: [String]) -> String {
        guard let last = parts.last, parts.count > 1 else { return parts.first ?? "" }
        return parts.dropLast().joined(separator: ", ") + " and " + last
    }

    /// `1 checkpoint`, `2 checkpoints`.
    package static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
