import Base

/// A format that a table can be written in.
package protocol TableWriter: Sendable {
    /// The ending of the format's files, without the dot.
    var fileExtension: String { get }
    /// Writes the whole table. The text depends on the table alone.
    func write(_ table: Table, to output: inout some TextOutputStream)
}

extension TableWriter {
    /// The whole table as text.
    package func text(_ table: Table) -> String {
        var text = ""
        write(table, to: &text)
        return text
    }

    /// `NAME.EXTENSION`.
    package func fileName(_ table: Table) -> String { "\(table.name).\(fileExtension)" }
}

extension Table {
    /// The cells as formats made for reading show them, not escaped: numbers to the digits that are known; `nil` is missing.
    var readableRows: [[String?]] {
        // Which columns a column's uncertainty decides for, itself first.
        let groups = columns.compactMap { column -> [Int]? in
            guard let uncertainty = column.uncertainty else { return nil }
            let indices = ([column.name] + uncertainty.columns).compactMap(index)
            return indices.count == uncertainty.columns.count + 1 ? indices : nil
        }
        return rows.map { row in
            var texts = zip(row, columns).map { $0.readable(digits: $1.digits) }
            for group in groups {
                let numbers = group.map { row[$0].number }
                let width =
                    group.count == 2 ? numbers[1] : numbers[2].flatMap { high in numbers[1].map { (high - $0) / 2 } }
                guard let width, let decimals = DecimalText.decimals(ofUncertainty: width) else { continue }
                for (index, number) in zip(group, numbers) {
                    texts[index] = number.map { DecimalText($0).rounded(toDecimals: decimals) }
                }
            }
            return texts
        }
    }
}

extension Cell {
    /// The value as formats made for reading show it, not escaped; `nil` when it is missing.
    func readable(digits: Int) -> String? {
        switch self {
        case .string(let text): text
        case .integer(let value): String(value)
        case .number(let value): DecimalText(value).significant(digits)
        case .boolean(let value): String(value)
        case .missing: nil
        }
    }
}
