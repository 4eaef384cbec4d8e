import Foundation

/// How wide something is printed: a length such as `3.25in`, `8.5cm` or `234pt`, or the name of a template's column.
package struct PaperWidth: Sendable, Equatable {
    /// As it was typed.
    package let text: String
    /// Points of TeX, 72.27 to the inch.
    package let points: Double
    /// Whether the page has no other column beside it, so that a table may go on over several pages.
    package let isWholePage: Bool

    /// Points of PostScript, 72 to the inch.
    package var postScriptPoints: Double { points * 72 / 72.27 }

    /// The names there are, in the order of their meaning: a column, or the whole text of a page with two.
    package static let names: [(name: String, meaning: String)] = [
        ("one", "3.35 in"), ("two", "6.9 in"), ("icml", "3.25 in"), ("icml-two", "6.75 in"), ("neurips", "5.5 in"),
        ("iclr", "5.5 in"), ("acl", "7.7 cm"), ("acl-two", "16 cm"), ("article", "345 pt"),
    ]
    private static let wholePages = ["neurips", "iclr", "article"]
    /// What can be drawn and set.
    private static let lengths = 72.27...(20 * 72.27)

    /// What is expected of a text.
    package static let expected =
        "a length from 1in to 20in, such as 3.25in, 8.5cm, 85mm or 234pt, or one of \(names.map(\.name).joined(separator: ", "))"

    /// A line of LaTeX's article.
    package static let article = PaperWidth(text: "article", points: 345, isWholePage: true)

    /// One column of a paper.
    package static let column = PaperWidth(text: "one", points: 241 * 72.27 / 72, isWholePage: false)

    private init(text: String, points: Double, isWholePage: Bool) {
        (self.text, self.points, self.isWholePage) = (text, points, isWholePage)
    }

    /// - Returns: `nil` for what is neither a length nor a name.
    package init?(_ text: String) {
        let named = PaperWidth.names.first { $0.name == text }
        guard let points = PaperWidth.points(named?.meaning.replacing(" ", with: "") ?? text),
            PaperWidth.lengths.contains(points)
        else { return nil }
        self.text = text
        self.points = points
        isWholePage = named.map { PaperWidth.wholePages.contains($0.name) } ?? (points >= 344)
    }

    private static func points(_ length: String) -> Double? {
        for (unit, points) in [("in", 72.27), ("cm", 72.27 / 2.54), ("mm", 7.227 / 2.54), ("pt", 1.0)]
        where length.hasSuffix(unit) {
            let digits = length.dropLast(unit.count)
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }) else { return nil }
            return Double(digits).map { $0 * points }
        }
        return nil
    }
}
