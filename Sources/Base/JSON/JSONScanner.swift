/// Reads JSON (RFC 8259) strictly, in place, without building a tree: a header of 100 MB costs little more than its
/// bytes. Foundation's decoders keep one of two equal keys in silence; here a repeated key is an error.
package struct JSONScanner {
    private let bytes: [UInt8]
    /// Byte that is read next.
    package private(set) var offset = 0

    /// Nesting that `skipValue` follows; deeper text is refused before it exhausts the stack.
    private static let depthLimit = 64

    /// Members of an object and elements of an array of numbers that are kept: what follows would take several times
    /// the text's memory. A safetensors header of 200,000 tensors, its metadata, and the one tensor too many, which gets a
    /// clearer error, fit.
    private static let memberLimit = 200_002
    private static let numberLimit = 64

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads an object; `member` is called with each key and must read its value.
    package mutating func object(
        _ member: (_ scanner: inout JSONScanner, _ key: String) throws(JSONError) -> Void
    ) throws(JSONError) {
        try expect("{")
        if accept("}") { return }
        var keys: Set<String> = []
        repeat {
            let start = offset
            let key = try string()
            guard keys.insert(key).inserted else {
                throw JSONError(offset: start, problem: "'\(printable(key))' appears twice")
            }
            guard keys.count <= JSONScanner.memberLimit else {
                throw JSONError(offset: start, problem: "an object of more than \(JSONScanner.memberLimit) members")
            }
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// Reads an array; `element` is called once for each element and must read it.
    mutating func array(_ element: (_ scanner: inout JSONScanner) throws(JSONError) -> Void) throws(JSONError) {
        try expect("[")
        if accept("]") { return }
        repeat { try element(&self) } while accept(",")
        try expect("]")
    }

    /// Reads an array of at most 64 whole numbers from 0 to 2⁶³−1.
    package mutating func wholeNumbers() throws(JSONError) -> [Int] {
        var numbers: [Int] = []
        try array { scanner throws(JSONError) in
            guard numbers.count < JSONScanner.numberLimit else {
                throw scanner.fail("an array of more than \(JSONScanner.numberLimit) numbers")
            }
            numbers.append(try scanner.wholeNumber())
        }
        return numbers
    }

    /// Reads a whole number from 0 to 2⁶³−1, written with digits only.
    package mutating func wholeNumber() throws(JSONError) -> Int {
        let text = try number()
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text) else {
            throw fail("'\(printable(text))' is not a whole number from 0 to 2^63-1")
        }
        return value
    }

    /// Reads a string.
    package mutating func string() throws(JSONError) -> String {
        try expect("\"")
        var content: [UInt8] = []
        while true {
            guard offset < bytes.count else { throw fail("the text ends inside a string") }
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw fail("a string is not valid UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): content.append(contentsOf: Array(String(try escape()).utf8))
            case 0..<0x20: throw fail("a control character stands in a string")
            default: content.append(byte)
            }
        }
    }

    /// Whether `null` comes next, which is then read.
    package mutating func acceptNull() -> Bool {
        skipSpace()
        guard bytes[offset...].starts(with: Array("null".utf8)) else { return false }
        offset += 4
        return true
    }

    /// Reads any value and forgets it.
    package mutating func skipValue(depth: Int = 0) throws(JSONError) {
        guard depth < JSONScanner.depthLimit else { throw fail("nested deeper than \(JSONScanner.depthLimit)") }
        skipSpace()
        switch offset < bytes.count ? bytes[offset] : 0 {
        case UInt8(ascii: "{"):
            try object { scanner, _ throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "["): try array { scanner throws(JSONError) in try scanner.skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try string()
        case UInt8(ascii: "t"): try expect("true")
        case UInt8(ascii: "f"): try expect("false")
        case UInt8(ascii: "n"): try expect("null")
        default: _ = try number()
        }
    }

    /// Checks that nothing but white space is left.
    package mutating func end() throws(JSONError) {
        skipSpace()
        guard offset == bytes.count else { throw fail("more text after the end") }
    }

    private mutating func number() throws(JSONError) -> String {
        skipSpace()
        let start = offset
        _ = acceptByte(UInt8(ascii: "-"))
        let leadsWithZero = offset < bytes.count && bytes[offset] == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !leadsWithZero || whole == 1 else { throw fail("expected a value") }
        if acceptByte(UInt8(ascii: ".")), digits() == 0 { throw fail("a number ends in its point") }
        if acceptByte(UInt8(ascii: "e")) || acceptByte(UInt8(ascii: "E")) {
            _ = acceptByte(UInt8(ascii: "+")) || acceptByte(UInt8(ascii: "-"))
            if digits() == 0 { throw fail("a number's exponent is empty") }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
        return offset - start
    }

    /// What follows a backslash; two escapes make one scalar beyond U+FFFF.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard offset < bytes.count else { throw fail("the text ends inside a string") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try hexadecimal()
            if let scalar = Unicode.Scalar(first) { return scalar }
            if first < 0xDC00, acceptByte(UInt8(ascii: "\\")), acceptByte(UInt8(ascii: "u")) {
                let second = try hexadecimal()
                if (0xDC00..<0xE000).contains(second),
                    let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
                {
                    return scalar
                }
            }
            throw fail("half of a surrogate pair")
        default: throw fail("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw fail("\\u needs four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    /// Skips white space, then takes `token` or throws.
    private mutating func expect(_ token: StaticString) throws(JSONError) {
        skipSpace()
        for index in 0..<token.utf8CodeUnitCount {
            guard acceptByte(token.utf8Start[index]) else { throw fail("expected \(token)") }
        }
    }

    /// Skips white space, then takes `token` if it stands there.
    private mutating func accept(_ token: Unicode.Scalar) -> Bool {
        skipSpace()
        return acceptByte(UInt8(ascii: token))
    }

    private mutating func acceptByte(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private func fail(_ problem: String) -> JSONError { JSONError(offset: offset, problem: problem) }
}

/// Where JSON text stops being what was expected, and why.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// Bytes before the place.
    let offset: Int
    let problem: String

    /// Makes one of its parts; see the properties.
    package init(offset: Int, problem: String) {
        self.offset = offset
        self.problem = problem
    }

    package var description: String { "\(problem) at byte \(offset)" }
}
