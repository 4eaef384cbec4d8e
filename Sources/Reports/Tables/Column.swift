/// What one column of a table holds: its name, type, unit and meaning, said once and used by every format.
package struct Column: Sendable, Equatable {
    /// The type of a column's cells. The raw values are Frictionless' names for them.
    package enum Kind: String, Sendable {
        case string, integer, number, boolean
    }

    /// How well a number is known: readable formats show it, and these columns, down to the second significant digit of its
    /// uncertainty.
    package enum Uncertainty: Sendable, Equatable {
        /// The column of its standard error.
        case error(String)
        /// The columns of the ends of an interval around it; half its length counts.
        case interval(low: String, high: String)

        var columns: [String] {
            switch self {
            case .error(let name): [name]
            case .interval(let low, let high): [low, high]
            }
        }
    }

    /// Significant digits that a column may ask for: a double has no more.
    static let digitsRange = 1...17
    /// Significant digits where a column does not say how many.
    package static let usualDigits = 4

    /// snake_case, unique in its table; the CSV header.
    package let name: String
    /// The type of every cell that is not missing.
    package let kind: Kind
    /// The unit of the values, such as `nats`; `nil` for text, counts and dimensionless quantities.
    package let unit: String?
    /// One sentence: what the value is, with its formula or source, and when it is missing.
    package let meaning: String
    /// Significant digits of a number in LaTeX and Markdown, where no uncertainty decides. CSV always has all of them.
    package let digits: Int
    /// Columns of the same table that say how well the number is known; `nil` when none does.
    package let uncertainty: Uncertainty?
    /// How far apart the numbers of two runs of the same input may lie on different processors: |a − b| is at most
    /// `tolerance · max(1, |a|, |b|)`. 0 for values that are the same everywhere.
    package let tolerance: Double

    /// Describes a column; see the properties.
    /// - Precondition: `name` is snake_case, `meaning` is one line that is not empty, `digits` are 1 to 17, `tolerance` is not
    ///   negative.
    package init(
        _ name: String, _ kind: Kind, unit: String? = nil, digits: Int = Column.usualDigits,
        uncertainty: Uncertainty? = nil,
        tolerance: Double = 0, meaning: String
    ) {
        precondition(Column.isSnakeCase(name), "'\(name)' is not snake_case")
        precondition(!meaning.isEmpty && !meaning.contains(where: \.isNewline), "'\(name)': the meaning is one line")
        precondition(unit?.contains(where: \.isNewline) != true, "'\(name)': the unit is one line")
        precondition(Column.digitsRange.contains(digits), "'\(name)': a number has 1 to 17 significant digits")
        precondition(tolerance >= 0, "'\(name)': a tolerance is not negative")
        self.name = name
        self.kind = kind
        self.unit = unit
        self.meaning = meaning
        self.digits = digits
        self.uncertainty = uncertainty
        self.tolerance = tolerance
    }

    /// The heading of formats made for reading: words instead of snake_case, the unit in parentheses.
    var heading: String {
        name.replacing("_", with: " ") + (unit.map { " (\($0))" } ?? "")
    }

    /// Whether readable formats align the column as numbers.
    var isNumeric: Bool { kind == .integer || kind == .number }

    /// Lower-case ASCII letters, digits and underscores, a letter first: safe as a column of any tool and as a file name.
    static func isSnakeCase(_ name: String) -> Bool {
        guard let first = name.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
