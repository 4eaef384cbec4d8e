/// A finite double as text: never localised, the same on every platform.
///
/// The digits are the shortest that read back to the same double, as `Double.description` finds them; only the layout is
/// ours, so that it does not change with a platform or a Swift version.
package struct DecimalText: Equatable {
    private let isNegative: Bool
    /// The ASCII digits of d₁.d₂…dₙ × 10^exponent; d₁ ≠ 0, except for zero itself, which is the single digit 0.
    private var digits: [UInt8] = []
    private var exponent = 0

    private static let zero = UInt8(ascii: "0")

    /// - Precondition: `value` is finite.
    package init(_ value: Double) {
        precondition(value.isFinite, "\(value) has no digits")
        isNegative = value.sign == .minus
        var text = value.magnitude.description
        text.withUTF8 { bytes in
            let end = bytes.firstIndex(of: UInt8(ascii: "e")) ?? bytes.count
            let point = bytes[..<end].firstIndex(of: UInt8(ascii: ".")) ?? end
            digits = bytes[..<end].filter { $0 != UInt8(ascii: ".") }
            exponent = point - 1
            if end < bytes.count { exponent += Int(Substring(decoding: bytes[(end + 1)...], as: UTF8.self)) ?? 0 }
        }
        let zeros = digits.prefix { $0 == DecimalText.zero }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        while digits.last == DecimalText.zero { digits.removeLast() }
        if digits.isEmpty { (digits, exponent) = ([DecimalText.zero], 0) }
    }

    /// The shortest decimal that reads back to the same double, laid out exactly as Python's `repr` does: plain from 1e-04
    /// up to below 1e+16, and always with a point or an exponent, so that readers which guess types guess a float.
    package var shortest: String {
        guard (-4..<16).contains(exponent) else { return scientific(exponentDigits: 2, plus: "+") }
        return plain(fraction: max(1, digits.count - 1 - exponent))
    }

    /// Rounded to `count` significant digits, zeros at the end kept: plain from 0.0001 up to 10^count, otherwise as `1.2e-5`.
    ///
    /// It rounds, half away from zero, the decimal that `shortest` shows: who rounds the CSV by hand finds these digits.
    /// Zero is exact and stays `0`.
    package func significant(_ count: Int) -> String {
        guard digits != [DecimalText.zero] else { return "0" }
        let rounded = rounded(to: count)
        guard (-4..<count).contains(rounded.exponent) else { return rounded.scientific(exponentDigits: 1, plus: "") }
        return rounded.plain(fraction: count - 1 - rounded.exponent)
    }

    /// Decimals that show an uncertainty to two significant digits, negative for tens and hundreds; `nil` unless it is
    /// positive and finite.
    package static func decimals(ofUncertainty value: Double) -> Int? {
        guard value > 0, value.isFinite else { return nil }
        // 0.0996 is 0.10: two digits after rounding.
        return 1 - DecimalText(value).rounded(to: 2).exponent
    }

    /// Rounded to `count` decimals, half away from zero; negative counts round to tens, hundreds... Very large and very
    /// small numbers are written as `1.25e-7`.
    package func rounded(toDecimals count: Int) -> String {
        let significant = exponent + 1 + count
        guard digits != [DecimalText.zero], significant >= 0, significant > 0 || digits[0] >= UInt8(ascii: "5") else {
            return count > 0 ? "0." + String(repeating: "0", count: count) : "0"
        }
        var result = significant > 0 ? rounded(to: significant) : self
        if significant == 0 { (result.digits, result.exponent) = ([UInt8(ascii: "1")], -count) }
        guard (-6..<9).contains(result.exponent) else { return result.scientific(exponentDigits: 1, plus: "") }
        return result.plain(fraction: max(0, count))
    }

    private func rounded(to count: Int) -> DecimalText {
        var result = self
        result.digits = Array(digits.prefix(count))
        result.digits.append(contentsOf: repeatElement(DecimalText.zero, count: max(0, count - digits.count)))
        guard digits.count > count, digits[count] >= UInt8(ascii: "5") else { return result }
        for index in result.digits.indices.reversed() {
            guard result.digits[index] == UInt8(ascii: "9") else {
                result.digits[index] += 1
                return result
            }
            result.digits[index] = DecimalText.zero
        }
        result.digits.insert(UInt8(ascii: "1"), at: 0)
        result.digits.removeLast()
        result.exponent += 1
        return result
    }

    private func plain(fraction count: Int) -> String {
        var text = sign
        appendDigits(min(0, exponent)...exponent, to: &text)
        if count > 0 {
            text.append(UInt8(ascii: "."))
            appendDigits((exponent + 1)..<(exponent + 1 + count), to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func scientific(exponentDigits: Int, plus: String) -> String {
        var text = sign + digits.prefix(1)
        if digits.count > 1 { text += [UInt8(ascii: ".")] + digits.dropFirst() }
        let magnitude = String(exponent.magnitude)
        text += Array("e\(exponent < 0 ? "-" : plus)".utf8)
        text += repeatElement(DecimalText.zero, count: max(0, exponentDigits - magnitude.count))
        return String(decoding: text + Array(magnitude.utf8), as: UTF8.self)
    }

    private var sign: [UInt8] { isNegative ? [UInt8(ascii: "-")] : [] }

    /// Appends the digits at `places`, counted from d₁, and zeros outside of those there are.
    private func appendDigits(_ places: some Sequence<Int>, to text: inout [UInt8]) {
        for place in places { text.append(digits.indices.contains(place) ? digits[place] : DecimalText.zero) }
    }
}
