import Foundation
import Reports

/// A number as a publication prints it: its value, and how far from it the number that was rounded may lie.
///
/// Written `2.376`, `3.4e19`, `8.57B`, `85Mi`, `14.28%`, `1e21 exactly`. Half a unit of the last printed digit is unknown,
/// unless the number is a count (an integer without point, exponent and scale) or says `exactly`.
struct PrintedNumber: Codable, Equatable, Sendable {
    /// What a scale letter stands for, which papers leave open.
    enum Units: Sendable {
        /// K, M, B and T are powers of 1000.
        case decimal
        /// K, M, B and T are powers of 1024.
        case binary
    }

    /// The number as it is printed.
    let text: String
    /// The decimal before the scale, as digits that `Double` reads.
    private let mantissa: String
    private let scale: Scale?
    private let isExact: Bool
    /// Whether it is a plain integer: a count.
    private let isCount: Bool
    /// 10 to this power is the unit of the last digit before the scale.
    private let lastDigit: Int

    /// K = 1, M = 2, B = 3, T = 4; `isFixed` for Ki, Mi, Gi, Ti, which leave nothing open; percent is 10^−2.
    private struct Scale: Equatable {
        let power: Int
        let isFixed: Bool
        let isPercent: Bool
    }

    /// Reads a number; `nil` where the text is none.
    init?(_ text: String) {
        let form =
            /\s*([-+]?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,3}))?\s*(Ki|Mi|Gi|Ti|K|M|B|T|%)?(\s+exactly)?\s*/
        guard let match = text.wholeMatch(of: form) else { return nil }
        let fraction = match.3.map(String.init) ?? ""
        let exponent = match.4.flatMap { Int($0) } ?? 0
        self.text = text.trimmingCharacters(in: .whitespaces)
        mantissa = "\(match.1)\(match.2)\(fraction.isEmpty ? "" : ".\(fraction)")e\(exponent)"
        lastDigit = exponent - fraction.count
        scale = match.5.map { word in
            Scale(
                power: ["K": 1, "M": 2, "G": 3, "B": 3, "T": 4][word.prefix(1)] ?? 0, isFixed: word.hasSuffix("i"),
                isPercent: word == "%")
        }
        isExact = match.6 != nil
        isCount = match.3 == nil && match.4 == nil && match.5 == nil
        guard value(.decimal).isFinite else { return nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let number = PrintedNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected a number as printed, such as 2.376, 3.4e19, 8.57B, 85Mi, 14.28% or "
                    + "1e21 exactly, found '\(text)'")
        }
        self = number
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    /// Whether its scale may be read in two ways.
    var isAmbiguous: Bool { scale.map { !$0.isFixed && !$0.isPercent } ?? false }

    /// The number.
    func value(_ units: Units) -> Double { scaled(mantissa, units) }

    /// The unit of the last printed digit; with `digits`, of that significant digit. Not 0 for exact numbers.
    func unit(_ units: Units, digits: Int? = nil) -> Double {
        var place = lastDigit
        if let digits, let plain = Double(mantissa), plain != 0 {
            place = Int(log10(abs(plain)).rounded(.down)) - digits + 1
        }
        return scaled("1e\(place)", units)
    }

    /// All numbers that are printed so when they are an input: half a unit to either side; nothing for an exact one.
    func interval(_ units: Units) -> ClosedRange<Double> {
        let (value, half) = (value(units), isExact || isCount ? 0 : unit(units) / 2)
        return value - half...value + half
    }

    private func scaled(_ decimal: String, _ units: Units) -> Double {
        guard let scale else { return Double(decimal) ?? .nan }
        if scale.isFixed || (units == .binary && !scale.isPercent) {
            return (Double(decimal) ?? .nan) * pow(2, Double(10 * scale.power))
        }
        // One conversion of all digits: 8.57B is the double next to 8.57e9.
        let parts = decimal.split(separator: "e")
        let exponent = (Int(parts[1]) ?? 0) + (scale.isPercent ? -2 : 3 * scale.power)
        return Double("\(parts[0])e\(exponent)") ?? .nan
    }
}
