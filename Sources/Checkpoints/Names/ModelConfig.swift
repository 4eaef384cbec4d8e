import Base

/// A checkpoint's Hugging Face config, as architectures and names read it.
package struct ModelConfig {
    /// What a model cannot be run with: which entry, what it says, and what would do.
    package struct Problem: Error, Equatable {
        package let text: String
        package init(_ text: String) { self.text = text }
    }

    /// Its entries, those that say null included.
    private let stated: [String: JSON]
    /// Its entries but for those.
    private let members: [String: JSON]
    /// Where in the config these entries stand: empty, or `rope_scaling.`.
    private let prefix: String

    /// Parses `config.json`. Of two entries of one name it is not for us to choose.
    package init(_ text: String) throws(Problem) {
        guard let members = (try? JSON(parsing: Array(text.utf8)))?.members else {
            throw Problem("its config is not a JSON object")
        }
        self.init(members, prefix: "")
    }

    private init(_ members: [(key: String, value: JSON)], prefix: String) {
        stated = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        self.members = stated.filter { if case .null = $0.value { false } else { true } }
        self.prefix = prefix
    }

    /// What it says of `key`; `nil` for nothing, or null.
    package subscript(key: String) -> JSON? { members[key] }

    /// What it says of `key`, also where that is null.
    package func stated(_ key: String) -> JSON? { stated[key] }

    private func wrong(_ key: String, _ value: JSON, _ expected: String) -> Problem {
        Problem("its config has \(prefix)\(key) \(value.named), not \(expected)")
    }

    /// Whether it says anything of `key` but null.
    package func has(_ key: String) -> Bool { members[key] != nil }

    /// A whole number above 0; `fallback` where there is none.
    package func count(_ key: String, default fallback: Int? = nil) throws(Problem) -> Int {
        guard let value = members[key] else {
            guard let fallback else { throw Problem("its config has no \(prefix)\(key)") }
            return fallback
        }
        guard case .integer(let count) = value, count > 0, count < 1 << 31 else {
            throw wrong(key, value, "a whole number above 0")
        }
        return count
    }

    /// A finite number; `fallback` where there is none.
    package func number(_ key: String, default fallback: Double? = nil) throws(Problem) -> Double {
        guard let value = members[key] else {
            guard let fallback else { throw Problem("its config has no \(prefix)\(key)") }
            return fallback
        }
        switch value {
        case .number(let number): return number
        case .integer(let number): return Double(number)
        default: throw wrong(key, value, "a number")
        }
    }

    /// True or false; `fallback` where it says nothing.
    package func flag(_ key: String, default fallback: Bool) throws(Problem) -> Bool {
        guard let value = members[key] else { return fallback }
        guard case .boolean(let flag) = value else { throw wrong(key, value, "true or false") }
        return flag
    }

    /// The first of these texts that is there; `nil` where none is.
    package func text(_ keys: String...) throws(Problem) -> String? {
        guard let key = keys.first(where: has), let value = members[key] else { return nil }
        guard case .string(let text) = value else { throw wrong(key, value, "a text") }
        return text
    }

    /// A list of texts; `nil` where there is none.
    package func texts(_ key: String) throws(Problem) -> [String]? {
        guard let value = members[key] else { return nil }
        guard case .array(let elements) = value else { throw wrong(key, value, "a list") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw wrong(key, element, "a text") }
            texts.append(text)
        }
        return texts
    }

    /// The first of these sections that is there; `nil` where none is.
    package func section(_ keys: String...) throws(Problem) -> ModelConfig? {
        guard let key = keys.first(where: has), let value = members[key] else { return nil }
        guard case .object(let members) = value else { throw wrong(key, value, "a section") }
        return ModelConfig(members, prefix: "\(prefix)\(key).")
    }

    /// Refuses a text that would change the result: only `known` is implemented.
    package func require(_ key: String, _ known: [String], default fallback: String) throws(Problem) {
        let found = try text(key) ?? fallback
        guard known.contains(found) else {
            throw wrong(key, .string(found), known.map { "'\($0)'" }.joined(separator: " or "))
        }
    }

    /// Refuses an entry that would change the result, whatever it says but null and false.
    package func refuse(_ key: String) throws(Problem) {
        guard let value = members[key] else { return }
        if case .boolean(false) = value { return }
        throw Problem("its config has \(prefix)\(key) \(value.named), which is not implemented")
    }
}

extension JSON {
    /// The value as a message names it.
    fileprivate var named: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "'\(value)'"
        case .array: "a list"
        case .object: "a section"
        }
    }
}
