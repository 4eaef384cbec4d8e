/// A format that a table can be written in.
public protocol TableWriter: Sendable {
    /// The ending of the format's files, without the dot.
    var fileExtension: String { get }
    /// Writes the whole table. The text depends on the table alone.
    func write(_ table: Table, to output: inout some TextOutputStream)
}

extension TableWriter {
    /// The whole table as text.
    public func text(_ table: Table) -> String {
        var text = ""
        write(table, to: &text)
        return text
    }

    /// `NAME.EXTENSION`.
    public func fileName(_ table: Table) -> String { "\(table.name).\(fileExtension)" }
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
