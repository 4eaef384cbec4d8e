import Foundation
import TestSupport

@testable import Experiments
@testable import Reports

/// Drift metrics by the names of the goldens' columns; booleans as 0 and 1, missing ones left out.
typealias MetricValues = [String: Double]

/// Columns of `drift.csv` that hold metrics.
let metricColumns = [
    "count", "norm_from", "norm_to", "drift", "relative_drift", "cosine", "rotation", "angle", "rms_change",
    "mean_change", "mean_abs_change", "max_abs_change", "changed_bits", "changed", "moved", "sign_flips",
    "nonfinite_from", "nonfinite_to", "rounding_drift", "rounding_ratio", "exceeds_rounding",
]

/// Metrics that do not agree with the golden values within what `Fixtures/drift/metrics.py` allows for sums of relative
/// error `e`; `single` when the differences themselves are rounded to float32. Empty when all agree.
func disagreements(
    _ found: MetricValues, _ golden: MetricValues, accuracy e: Double, single: Bool
) -> [String] {
    metricColumns.compactMap { name in
        guard let expected = golden[name] else { return found[name].map { "\(name) is \($0), but missing" } }
        guard let value = found[name] else { return "\(name) is missing, not \(expected)" }
        return agree(name, value, golden, expected, e, single) ? nil : "\(name) is \(value), not \(expected)"
    }
}

private func agree(
    _ name: String, _ value: Double, _ golden: MetricValues, _ expected: Double, _ e: Double, _ single: Bool
) -> Bool {
    let rounding = 4 * Double.ulpOfOne  // of the few operations after the sums
    switch name {
    case "count", "nonfinite_from", "nonfinite_to": return value == expected
    case "changed_bits", "changed", "moved", "sign_flips":
        // The numerators are exact; the goldens' division is in longdouble.
        let count = golden["count"] ?? 0
        return (value * count).rounded() == (expected * count).rounded() && abs(value - expected) <= expected.ulp
    case "max_abs_change": return abs(value - expected) <= (single ? 0x1p-24 : rounding) * expected
    case "mean_change": return abs(value - expected) <= e * (golden["mean_abs_change"] ?? 0)
    case "rotation": return abs(value - expected) <= rotationTolerance(golden, e) + rounding * expected
    case "cosine": return abs(value - expected) <= rotationTolerance(golden, e) + rounding
    case "angle":
        // An angle is what its rotation allows.
        let tolerance = rotationTolerance(golden, e)
        let rotation = golden["rotation"] ?? 0
        func angle(_ rotation: Double) -> Double { 2 * asin((min(max(rotation, 0), 2) / 2).squareRoot()) }
        return value >= angle(rotation - tolerance) * (1 - rounding)
            && value <= angle(rotation + tolerance) * (1 + rounding)
    case "exceeds_rounding":
        return value == expected
    default:
        let isRatio = name == "relative_drift" || name == "rounding_ratio"
        return abs(value - expected) <= (isRatio ? 2 * e : e) * abs(expected)
    }
}

private func rotationTolerance(_ golden: MetricValues, _ e: Double) -> Double {
    guard let a = golden["norm_from"], let b = golden["norm_to"], let d = golden["drift"] else { return 0 }
    return e * (d * d + abs(b * b - a * a)) / (a * b) + 2 * e * e
}

extension CSVRows {
    /// The metrics in a row, read from columns of these names or of the names that `renamed` gives for them.
    func metrics(_ row: Int, renamed: [String: String] = [:]) -> MetricValues {
        var values: MetricValues = [:]
        for name in metricColumns {
            guard let text = cell(row, renamed[name] ?? name), !text.isEmpty else { continue }
            values[name] = text == "true" ? 1 : text == "false" ? 0 : Double(text)
        }
        return values
    }

    /// A number in a row; `nil` when the cell is empty.
    func number(_ row: Int, _ column: String) -> Double? { cell(row, column).flatMap { Double($0) } }
}

extension DriftMetrics {
    /// All metrics.
    var values: MetricValues {
        var values: [String: Double?] = [
            "count": Double(count), "norm_from": normFrom, "norm_to": normTo, "drift": drift,
            "relative_drift": relativeDrift, "cosine": cosine, "rotation": rotation, "angle": angle,
            "rms_change": rmsChange, "mean_change": meanChange, "mean_abs_change": meanAbsoluteChange,
            "max_abs_change": maximumAbsoluteChange, "changed_bits": changedBits, "changed": changed, "moved": moved,
            "sign_flips": signFlips, "nonfinite_from": Double(from.nonFiniteCount),
            "nonfinite_to": Double(to.nonFiniteCount), "rounding_drift": roundingDrift,
            "rounding_ratio": roundingRatio,
        ]
        values["exceeds_rounding"] = exceedsRounding.map { $0 ? 1 : 0 }
        return values.compactMapValues { $0 }
    }
}
