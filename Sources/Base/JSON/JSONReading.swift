#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension JSON {
    /// Reads the whole of a text; see `JSONScanner` for what is refused. Members keep their order.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        self = try scanner.value()
        try scanner.end()
    }
}

/// Reads a type of our own from JSON text; members that it does not name are ignored.
/// - Throws: Foundation's `DecodingError`.
package func decodeJSON<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
}

/// Read with sorted keys: what was an object has lost the order of its members.
extension JSON: Decodable {
    /// Reads any JSON value; a number without a fraction is an integer.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let boolean = try? container.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? container.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let elements = try? container.decode([JSON].self) {
            self = .array(elements)
        } else {
            let members = try container.decode([String: JSON].self).sorted { $0.key < $1.key }
            self = .object(members.map { (key: $0.key, value: $0.value) })
        }
    }

    /// The member of an object; `nil` when there is none, or this is no object.
    package subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The text; `nil` when this is none.
    package var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The whole number; `nil` when this is none.
    package var integer: Int? {
        if case .integer(let value) = self { return value }
        return nil
    }

    /// Whether it is true; `nil` when this is neither true nor false.
    package var truth: Bool? {
        if case .boolean(let value) = self { return value }
        return nil
    }

    /// The same value with the members of every object in ascending order of their keys.
    package var sorted: JSON {
        switch self {
        case .array(let elements): .array(elements.map(\.sorted))
        case .object(let members):
            .object(members.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value.sorted) })
        default: self
        }
    }

    /// The members of an object; `nil` when this is none.
    package var members: [(key: String, value: JSON)]? {
        if case .object(let members) = self { return members }
        return nil
    }

    /// The elements; `nil` when this is no array.
    package var elements: [JSON]? {
        if case .array(let elements) = self { return elements }
        return nil
    }
}
