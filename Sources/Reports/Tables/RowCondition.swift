import Base

/// What is asked of a row, as a user writes it: `module=attention.*`, `step>=1000`, `comparison!=reference,predecessor`,
/// `loss=` for rows without a value.
package struct RowCondition: Sendable, Equatable {
    private enum Relation: String, CaseIterable {
        // The longer ones first, so that `<=` is not taken for `<`.
        case unequal = "!="
        case atMost = "<="
        case atLeast = ">="
        case equal = "="
        case below = "<"
        case above = ">"
    }

    /// As it was typed.
    package let text: String
    /// The column that it asks about.
    package let column: String
    private let relation: Relation
    /// What stands behind the relation, several parted by commas.
    private let values: [String]

    /// - Returns: `nil` for a text without a relation, or without a column.
    package init?(_ text: String) {
        let places = Relation.allCases.compactMap { relation in
            text.range(of: relation.rawValue).map { (relation, $0) }
        }
        guard
            let (relation, range) = places.min(by: {
                ($0.1.lowerBound, -$0.0.rawValue.count) < ($1.1.lowerBound, -$1.0.rawValue.count)
            }), range.lowerBound > text.startIndex
        else { return nil }
        self.text = text
        self.relation = relation
        column = text[..<range.lowerBound].trimmed
        values = text[range.upperBound...].split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
    }

    /// Why it cannot be asked of such a column; `nil` when it can.
    func problem(of kind: Column.Kind) -> String? {
        let isOrder = relation != .equal && relation != .unequal
        switch kind {
        case .string where isOrder, .boolean where isOrder:
            return "'\(text)': the column '\(column)' holds no numbers, which alone are more or less; = and != are left"
        case .boolean:
            return values.first { !["true", "false", "", "*"].contains($0) }.map {
                "'\(text)': the column '\(column)' holds true and false, not '\($0)'"
            }
        case .number, .integer:
            return values.first { Double($0) == nil && (isOrder || !$0.isEmpty) }.map {
                "'\(text)': the column '\(column)' holds numbers, and '\($0)' is none"
            }
        case .string: return nil
        }
    }

    /// Whether a cell fulfils it. A missing one is neither more nor less, and equals nothing but the empty value.
    func accepts(_ cell: Cell) -> Bool {
        switch relation {
        case .equal: return values.contains { equals(cell, $0) }
        case .unequal: return !values.contains { equals(cell, $0) }
        case .atMost, .atLeast, .below, .above:
            guard let number = cell.number else { return false }
            return values.allSatisfy { value in
                guard let limit = Double(value) else { return false }
                return switch relation {
                case .atMost: number <= limit
                case .atLeast: number >= limit
                case .below: number < limit
                default: number > limit
                }
            }
        }
    }

    private func equals(_ cell: Cell, _ value: String) -> Bool {
        switch cell {
        case .missing: value.isEmpty
        case .string(let text): Wildcard(value).matches(text)
        case .boolean(let truth): Wildcard(value).matches("\(truth)")
        case .integer, .number: cell.number == Double(value)
        }
    }
}

extension Substring {
    /// Without spaces at both ends.
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
