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
            uncertainty(of: column).map { ([column.name] + $0.columns).compactMap(place) }
        }
        return rows.map { row in
            var texts = zip(row, columns).map { $0.readable(digits: $1.digits) }
            for group in groups {
                let numbers = group.map { row[$0].number }
                let width =
                    group.count == 2 ? numbers[1] : numbers[2].flatMap { high in numbers[1].map { (high - $0) / 2 } }
                // What lies outside is no interval around it.
                if group.count == 3, let number = numbers[0], let low = numbers[1], let high = numbers[2],
                    !(min(low, high)...max(low, high)).contains(number)
                {
                    continue
                }
                guard let width, let decimals = DecimalText.decimals(ofUncertainty: width) else { continue }
                for (place, number) in zip(group, numbers) {
                    texts[place] = number.map { DecimalText($0).rounded(toDecimals: decimals) }
                }
            }
            return texts
        }
    }
}

extension Table {
    /// How well a number is known: as its column says, or as the names of the columns beside it do: `NAME_low` and
    /// `NAME_high`; `NAME_error`; a `standard_error`, or `low` and `high`, that follow it. `nil` where nothing tells.
    func uncertainty(of column: Column) -> Column.Uncertainty? {
        guard column.kind == .number, let own = place(of: column.name) else { return nil }
        func isNumber(_ name: String) -> Bool { place(of: name).map { columns[$0].kind == .number } ?? false }
        if let stated = column.uncertainty { return stated.columns.allSatisfy(isNumber) ? stated : nil }
        // Digits of its own are a column's word.
        guard column.digits == Column.usualDigits else { return nil }
        let next = columns.dropFirst(own + 1).prefix(2).map(\.name)
        if isNumber("\(column.name)_low"), isNumber("\(column.name)_high") {
            return .interval(low: "\(column.name)_low", high: "\(column.name)_high")
        }
        if isNumber("\(column.name)_error") { return .error("\(column.name)_error") }
        if next.first == "standard_error", isNumber("standard_error") { return .error("standard_error") }
        return next == ["low", "high"] && next.allSatisfy(isNumber) ? .interval(low: "low", high: "high") : nil
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
