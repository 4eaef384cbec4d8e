/// A text with `*` for any characters, none too, and `?` for a single one.
package struct Wildcard: Sendable, Equatable {
    private let pattern: [Character]

    /// Every other character stands for itself.
    package init(_ pattern: String) { self.pattern = Array(pattern) }

    /// Whether it stands for the whole text. Takes time proportional to the product of both lengths at most.
    package func matches(_ text: String) -> Bool {
        let text = Array(text)
        var (place, next) = (0, 0)
        // Where the last `*` stands, and up to where the text is taken by it.
        var star: (pattern: Int, text: Int)?
        while next < text.count {
            if place < pattern.count, pattern[place] == "*" {
                star = (place, next)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[next] {
                place += 1
                next += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                (place, next) = (last.pattern + 1, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == "*" }
    }
}
