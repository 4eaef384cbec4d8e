/// A column and how to find its value in a record: everything about the column, in one place.
///
/// ```swift
/// static let columns: [TypedColumn<TensorDrift>] = [
///     .string("tensor", "Name of the tensor, '/' read as '.'.") { $0.name },
///     .number("relative_drift", "‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.") { $0.relativeDrift },
/// ]
/// ```
package struct TypedColumn<Record>: Sendable {
    /// The description.
    package let column: Column
    /// The value in a record.
    package let cell: @Sendable (Record) -> Cell

    /// A column of text.
    package static func string(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Record) -> String?
    ) -> TypedColumn {
        TypedColumn(column: Column(name, .string, meaning: meaning)) { value($0).map(Cell.string) ?? .missing }
    }

    /// A column of whole numbers.
    package static func integer(
        _ name: String, unit: String? = nil, _ meaning: String, _ value: @escaping @Sendable (Record) -> Int?
    ) -> TypedColumn {
        TypedColumn(column: Column(name, .integer, unit: unit, meaning: meaning)) {
            value($0).map(Cell.integer) ?? .missing
        }
    }

    /// A column of numbers; `digits` are the significant ones shown in LaTeX and Markdown, `uncertainty` and `tolerance` are
    /// as in `Column`.
    package static func number(
        _ name: String, unit: String? = nil, digits: Int = Column.usualDigits, uncertainty: Column.Uncertainty? = nil,
        tolerance: Double = 0, _ meaning: String,
        _ value: @escaping @Sendable (Record) -> Double?
    ) -> TypedColumn {
        TypedColumn(
            column: Column(
                name, .number, unit: unit, digits: digits, uncertainty: uncertainty, tolerance: tolerance,
                meaning: meaning)
        ) {
            value($0).map(Cell.number) ?? .missing
        }
    }

    /// A column of `true` and `false`.
    package static func boolean(
        _ name: String, _ meaning: String, _ value: @escaping @Sendable (Record) -> Bool?
    ) -> TypedColumn {
        TypedColumn(column: Column(name, .boolean, meaning: meaning)) { value($0).map(Cell.boolean) ?? .missing }
    }

    /// The same column over records that hold a `Record`: for tables that share their columns.
    package func of<Whole>(_ part: @escaping @Sendable (Whole) -> Record) -> TypedColumn<Whole> {
        TypedColumn<Whole>(column: column) { cell(part($0)) }
    }
}

extension Table {
    /// Lays records out as rows, in their order.
    package init<Record>(
        _ name: String, title: String, columns: [TypedColumn<Record>], primaryKey: [String] = [],
        records: some Sequence<Record>
    ) {
        self.init(
            name, title: title, columns: columns.map(\.column), primaryKey: primaryKey,
            rows: records.map { record in columns.map { $0.cell(record) } })
    }
}
