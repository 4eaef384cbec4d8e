import Foundation

/// A checkpoint's Hugging Face config, as an architecture reads it.
struct ModelConfig {
    /// What a model cannot be run with: which entry, what it says, and what would do.
    struct Problem: Error, Equatable {
        let text: String
        init(_ text: String) { self.text = text }
    }

    private let members: [String: Value]
    /// Where in the config these entries stand: empty, or `rope_scaling.`.
    private let prefix: String

    enum Value: Decodable, Equatable {
        case null
        case boolean(Bool)
        case number(Double)
        case string(String)
        case list([Value])
        case section([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .section(try container.decode([String: Value].self))
            }
        }

        var text: String {
            switch self {
            case .null: "null"
            case .boolean(let value): "\(value)"
            case .number(let value): Int(exactly: value).map(String.init) ?? "\(value)"
            case .string(let value): "'\(value)'"
            case .list: "a list"
            case .section: "a section"
            }
        }
    }

    /// Parses `config.json`.
    init(_ text: String) throws(Problem) {
        guard let members = try? JSONDecoder().decode([String: Value].self, from: Data(text.utf8)) else {
            throw Problem("its config is not a JSON object")
        }
        self.init(members, prefix: "")
    }

    private init(_ members: [String: Value], prefix: String) {
        (self.members, self.prefix) = (members.filter { $0.value != .null }, prefix)
    }

    private func wrong(_ key: String, _ value: Value, _ expected: String) -> Problem {
        Problem("its config has \(prefix)\(key) \(value.text), not \(expected)")
    }

    /// Whether it says anything of `key` but null.
    func has(_ key: String) -> Bool { members[key] != nil }

    /// A whole number above 0; `fallback` where there is none.
    func count(_ key: String, default fallback: Int? = nil) throws(Problem) -> Int {
        guard let value = members[key] else {
            guard let fallback else { throw Problem("its config has no \(prefix)\(key)") }
            return fallback
        }
        guard case .number(let number) = value, let count = Int(exactly: number), count > 0, count < 1 << 31 else {
            throw wrong(key, value, "a whole number above 0")
        }
        return count
    }

    /// A finite number; `fallback` where there is none.
    func number(_ key: String, default fallback: Double? = nil) throws(Problem) -> Double {
        guard let value = members[key] else {
            guard let fallback else { throw Problem("its config has no \(prefix)\(key)") }
            return fallback
        }
        guard case .number(let number) = value, number.isFinite else { throw wrong(key, value, "a number") }
        return number
    }

    /// True or false; `fallback` where it says nothing.
    func flag(_ key: String, default fallback: Bool) throws(Problem) -> Bool {
        guard let value = members[key] else { return fallback }
        guard case .boolean(let flag) = value else { throw wrong(key, value, "true or false") }
        return flag
    }

    /// The first of these texts that is there; `nil` where none is.
    func text(_ keys: String...) throws(Problem) -> String? {
        guard let key = keys.first(where: has), let value = members[key] else { return nil }
        guard case .string(let text) = value else { throw wrong(key, value, "a text") }
        return text
    }

    /// A list of texts; `nil` where there is none.
    func texts(_ key: String) throws(Problem) -> [String]? {
        guard let value = members[key] else { return nil }
        guard case .list(let elements) = value else { throw wrong(key, value, "a list") }
        var texts: [String] = []
        for element in elements {
            guard case .string(let text) = element else { throw wrong(key, element, "a text") }
            texts.append(text)
        }
        return texts
    }

    /// The first of these sections that is there; `nil` where none is.
    func section(_ keys: String...) throws(Problem) -> ModelConfig? {
        guard let key = keys.first(where: has), let value = members[key] else { return nil }
        guard case .section(let members) = value else { throw wrong(key, value, "a section") }
        return ModelConfig(members, prefix: "\(prefix)\(key).")
    }

    /// Refuses a text that would change the result: only `known` is implemented.
    func require(_ key: String, _ known: [String], default fallback: String) throws(Problem) {
        let found = try text(key) ?? fallback
        guard known.contains(found) else {
            throw wrong(key, .string(found), known.map { "'\($0)'" }.joined(separator: " or "))
        }
    }

    /// Refuses an entry that would change the result, whatever it says but null and false.
    func refuse(_ key: String) throws(Problem) {
        guard let value = members[key], value != .boolean(false) else { return }
        throw Problem("its config has \(prefix)\(key) \(value.text), which is not implemented")
    }
}
