/// A finite double as text: never localised, the same on every platform.
///
/// The digits are the shortest that read back to the same double, as `Double.description` finds them; only the layout is
/// ours, so that it does not change with a platform or a Swift version.
struct DecimalText: Equatable {
    private let isNegative: Bool
    /// d₁d₂…dₙ of d₁.d₂…dₙ × 10^exponent; d₁ ≠ 0, except for zero itself, which is the single digit 0.
    private var digits: [UInt8]
    private var exponent: Int

    /// - Precondition: `value` is finite.
    init(_ value: Double) {
        precondition(value.isFinite, "\(value) has no digits")
        isNegative = value.sign == .minus
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let all = mantissa.joined().utf8.map { $0 - UInt8(ascii: "0") }
        let zeros = all.prefix { $0 == 0 }.count
        digits = Array(all.dropFirst(zeros))
        while digits.last == 0 { digits.removeLast() }
        exponent = mantissa[0].count - 1 - zeros + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
        if digits.isEmpty { (digits, exponent) = ([0], 0) }
    }

    /// The shortest decimal that reads back to the same double, laid out exactly as Python's `repr` does: plain from 1e-04
    /// up to below 1e+16, and always with a point or an exponent, so that readers which guess types guess a float.
    var shortest: String {
        guard (-4..<16).contains(exponent) else { return scientific(exponentDigits: 2, plus: "+") }
        return plain(fraction: max(1, digits.count - 1 - exponent))
    }

    /// Rounded to `count` significant digits, zeros at the end kept: plain from 0.0001 up to 10^count, otherwise as `1.2e-5`.
    ///
    /// It rounds, half away from zero, the decimal that `shortest` shows: who rounds the CSV by hand finds these digits.
    /// Zero is exact and stays `0`.
    func significant(_ count: Int) -> String {
        guard digits != [0] else { return "0" }
        let rounded = rounded(to: count)
        guard (-4..<count).contains(rounded.exponent) else { return rounded.scientific(exponentDigits: 1, plus: "") }
        return rounded.plain(fraction: count - 1 - rounded.exponent)
    }

    private func rounded(to count: Int) -> DecimalText {
        var result = self
        let roundsUp = digits.count > count && digits[count] >= 5
        result.digits = Array(digits.prefix(count)) + Array(repeating: 0, count: max(0, count - digits.count))
        guard roundsUp else { return result }
        for index in result.digits.indices.reversed() {
            guard result.digits[index] == 9 else {
                result.digits[index] += 1
                return result
            }
            result.digits[index] = 0
        }
        result.digits = [1] + result.digits.dropLast()
        result.exponent += 1
        return result
    }

    private func plain(fraction count: Int) -> String {
        let whole = exponent < 0 ? "0" : text(0...exponent)
        return sign + whole + (count > 0 ? "." + text((exponent + 1)..<(exponent + 1 + count)) : "")
    }

    private func scientific(exponentDigits: Int, plus: String) -> String {
        let magnitude = String(abs(exponent))
        let padding = String(repeating: "0", count: max(0, exponentDigits - magnitude.count))
        return sign + text(0...0) + (digits.count > 1 ? "." + text(1..<digits.count) : "")
            + "e" + (exponent < 0 ? "-" : plus) + padding + magnitude
    }

    private var sign: String { isNegative ? "-" : "" }

    /// The digits at `places`, counted from d₁ and zero outside of those there are.
    private func text(_ places: some Sequence<Int>) -> String {
        places.map { digits.indices.contains($0) ? String(digits[$0]) : "0" }.joined()
    }
}
