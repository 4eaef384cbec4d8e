import Base
import Foundation
import Reports
import Settings

/// A positive number as papers write them: products of numbers and powers, such as `85*2^20`, `1e21` or `48*2^30`.
struct Quantity: Codable, Equatable, Sendable, SettingValue {
    static let expected = "a number above 0, such as 1e21 or 85*2^20"
    /// As it was typed.
    let text: String
    let value: Double

    static let one = Quantity(text: "1", value: 1)

    private init(text: String, value: Double) {
        self.text = text
        self.value = value
    }

    /// - Returns: `nil` for a text that is no such number.
    init?(_ text: String) {
        var product = 1.0
        for factor in text.split(separator: "*", omittingEmptySubsequences: false) {
            let parts = factor.split(separator: "^", omittingEmptySubsequences: false)
                .map { Double($0.trimmingCharacters(in: .whitespaces)) }
            guard parts.count <= 2, let base = parts[0] else { return nil }
            guard parts.count == 2 else {
                product *= base
                continue
            }
            guard let power = parts[1] else { return nil }
            product *= pow(base, power)
        }
        guard product.isFinite, product > 0 else { return nil }
        self.text = text
        value = product
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let quantity = Quantity(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "expected \(Quantity.expected), found '\(text)'")
        }
        self = quantity
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A number as it was published: its digits say how far the one it was rounded from may lie away.
struct StatedNumber: Codable, Equatable, Sendable, SettingValue {
    static let expected = "a decimal number"
    /// As it was typed: `8.251`, `-0.027`, `3.65e5`.
    let text: String
    let value: Double
    /// Half a unit of the last digit.
    let halfUnit: Double

    /// - Returns: `nil` for a text that is no decimal number.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }), let value = Double(text), value.isFinite
        else { return nil }
        let parts = text.lowercased().split(separator: "e")
        let decimals = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let places = decimals.count > 1 ? decimals[1].count : 0
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        self.text = text
        self.value = value
        halfUnit = 0.5 * pow(10, Double(exponent - places))
    }

    /// What the number may have been before it was rounded.
    var interval: ClosedRange<Double> { rounded(value - halfUnit)...rounded(value + halfUnit) }

    /// To the decimal that was meant: 8.251 − 0.0005 is 8.2505.
    private func rounded(_ end: Double) -> Double { end.settled(digits: 14) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let number = StatedNumber(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected \(StatedNumber.expected), found '\(text)'")
        }
        self = number
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// The least and the largest value of a function over all corners of its arguments' intervals: exact where it is monotonic
/// in each of them.
/// - Returns: `nil` where the function does not exist at a corner.
func cornerInterval(
    _ numbers: [StatedNumber], _ function: ([Double]) -> Double?
) -> ClosedRange<Double>? {
    var values: [Double] = []
    for corner in 0..<(1 << numbers.count) {
        let arguments = numbers.enumerated().map { place, number in
            corner >> place & 1 == 0 ? number.interval.lowerBound : number.interval.upperBound
        }
        guard let value = function(arguments), value.isFinite else { return nil }
        values.append(value)
    }
    guard let low = values.min(), let high = values.max() else { return nil }
    return low...high
}
