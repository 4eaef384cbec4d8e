import Settings

/// Whole numbers that a selection takes: one, a range, or `none`, for what has no such number.
struct NumberChoice: Codable, Equatable, Sendable, SettingValue {
    static let expected = "numbers, ranges such as 0-3 or 500-, or none"
    /// As it was typed.
    let text: String
    /// `nil` for `none`.
    let range: ClosedRange<Int>?

    /// - Returns: `nil` for a text that is neither.
    init?(_ text: String) {
        self.text = text
        guard text != "none" else {
            range = nil
            return
        }
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard let low = NumberChoice.number(parts[0]) else { return nil }
        guard parts.count > 1 else {
            range = low...low
            return
        }
        guard let high = parts[1].isEmpty ? .max : NumberChoice.number(parts[1]), high >= low else { return nil }
        range = low...high
    }

    /// Digits only: `Int` would take a sign as well.
    private static func number(_ text: Substring) -> Int? {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let choice = NumberChoice(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected a number, a range such as 0-3 or 500-, or none, found '\(text)'")
        }
        self = choice
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Whether it takes what has this number, or none.
    func takes(_ number: Int?) -> Bool {
        guard let range else { return number == nil }
        return number.map(range.contains) ?? false
    }
}

extension [NumberChoice] {
    /// Whether any of them takes what has this number; an empty list takes all.
    func take(_ number: Int?) -> Bool { isEmpty || contains { $0.takes(number) } }

    /// As it was typed.
    var text: String { map(\.text).joined(separator: ", ") }

    /// What is wrong with choices that take nothing of what there is, one line each.
    /// - Parameters:
    ///   - numbers: what there is; `nil` for what has no such number.
    ///   - setting: name of the setting.
    ///   - what: what has the numbers, such as `checkpoint of the series`.
    ///   - noun: what the number is called, such as `step`.
    func problems(among numbers: [Int?], _ setting: String, _ what: String, _ noun: String) -> [String] {
        let there = Set(numbers.compactMap { $0 }).sorted()
        return compactMap { choice -> String? in
            guard !numbers.contains(where: choice.takes) else { return nil }
            guard let range = choice.range else {
                return "\(setting): 'none' selects nothing, because every \(what) has a \(noun)"
            }
            guard !there.isEmpty else { return "\(setting): no \(what) has a \(noun)" }
            let near = [there.last { $0 < range.lowerBound }, there.first { $0 > range.upperBound }].compactMap { $0 }
            let wanted = range.count == 1 ? "the \(noun) \(choice.text)" : "a \(noun) in \(choice.text)"
            return
                "\(setting): no \(what) has \(wanted); the nearest there \(near.count == 1 ? "is" : "are") "
                + near.map(String.init).joined(separator: " and ")
        }
    }
}
