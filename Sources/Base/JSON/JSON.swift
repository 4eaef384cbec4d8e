/// A JSON value whose members keep their order: the same value is always the same text.
package enum JSON: Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    /// Written as `null` when it is not finite.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(key: String, value: JSON)])

    /// Writes the value over several lines, indented by two spaces, with a line feed at the end.
    package func write(to output: inout some TextOutputStream) {
        write(to: &output, indent: "\n")
        output.write("\n")
    }

    /// The value on one line, without spaces: fit for hashing and comparing.
    package var compact: String {
        var text = ""
        write(to: &text, indent: nil)
        return text
    }

    /// `indent` is the line feed and the spaces that start a line at this depth; `nil` writes on one line.
    private func write(to output: inout some TextOutputStream, indent: String?) {
        switch self {
        case .null: output.write("null")
        case .boolean(let value): output.write(String(value))
        case .integer(let value): output.write(String(value))
        case .number(let value): output.write(value.isFinite ? DecimalText(value).shortest : "null")
        case .string(let text): JSON.write(text, to: &output)
        case .array(let elements):
            JSON.writeItems(elements, between: ("[", "]"), to: &output, indent: indent) { element, output, inner in
                element.write(to: &output, indent: inner)
            }
        case .object(let members):
            JSON.writeItems(members, between: ("{", "}"), to: &output, indent: indent) { member, output, inner in
                JSON.write(member.key, to: &output)
                output.write(inner == nil ? ":" : ": ")
                member.value.write(to: &output, indent: inner)
            }
        }
    }

    private static func writeItems<Item, Output: TextOutputStream>(
        _ items: [Item], between brackets: (String, String), to output: inout Output, indent: String?,
        _ write: (Item, inout Output, String?) -> Void
    ) {
        output.write(brackets.0)
        let inner = indent.map { $0 + "  " }
        for (index, item) in items.enumerated() {
            if index > 0 { output.write(",") }
            if let inner { output.write(inner) }
            write(item, &output, inner)
        }
        if let indent, !items.isEmpty { output.write(indent) }
        output.write(brackets.1)
    }

    private static func write(_ text: String, to output: inout some TextOutputStream) {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        output.write(result + "\"")
    }
}

// Objects that are known when the code is written read like the JSON they make.
extension JSON: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// A string.
    package init(stringLiteral value: String) { self = .string(value) }

    /// An array.
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// An object, its members in the order of the literal.
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { (key: $0.0, value: $0.1) })
    }
}
