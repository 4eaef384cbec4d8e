import Foundation
import Reports

/// One way to read a claim, computed: what follows from the inputs, and whether it is what was printed.
struct ClaimReading: Sendable {
    /// How claimed and computed numbers stand to each other.
    enum Verdict: String, Sendable {
        /// The value of the inputs as printed is printed as the claimed number.
        case holds
        /// Some numbers that are printed like the inputs give one that is printed like the claim.
        case holdsWithinRounding = "holds_within_rounding"
        /// An inequality allows it, and nothing more is known.
        case possible
        /// No numbers that are printed like the inputs give one that is printed like the claim.
        case doesNotHold = "does_not_hold"
        /// The formula has no value at these inputs.
        case undefined
    }

    /// `as_printed`, or what differs from that.
    let name: String
    let formula: ClaimFormula
    /// The claimed number, and all numbers that are printed so.
    let claimed: Double
    let claimedInterval: ClosedRange<Double>
    /// The formula's value at the inputs as printed.
    let computed: Double?
    /// Its values over all inputs that are printed so.
    let computedInterval: ClosedRange<Double>?

    /// (computed − claimed)/|claimed|; `nil` when there is no value, or the claim is 0.
    var deviation: Double? {
        guard let computed, claimed != 0 else { return nil }
        return (computed - claimed) / abs(claimed)
    }

    /// The distance between the two intervals over |claimed|, with the sign of `deviation`; `nil` where it may hold.
    var gap: Double? {
        guard let interval = computedInterval, claimed != 0, verdict == .doesNotHold else { return nil }
        let above = interval.lowerBound - claimedInterval.upperBound
        let below = claimedInterval.lowerBound - interval.upperBound
        return max(above, below) * (above > below ? 1 : -1) / abs(claimed)
    }

    /// Decimals and doubles differ in their last digits: 0.5 units may be a little more.
    private var slack: Double { 4 * max(abs(claimed), abs(computed ?? 0)).ulp }

    var verdict: Verdict {
        guard let computed, let interval = computedInterval else { return .undefined }
        switch formula.relation {
        case .equal:
            if claimedInterval.lowerBound - slack <= computed, computed <= claimedInterval.upperBound + slack {
                return .holds
            }
            let meets =
                interval.lowerBound <= claimedInterval.upperBound + slack
                && claimedInterval.lowerBound - slack <= interval.upperBound
            return meets ? .holdsWithinRounding : .doesNotHold
        case .atLeast: return claimedInterval.upperBound >= interval.lowerBound ? .possible : .doesNotHold
        case .atMost: return claimedInterval.lowerBound <= interval.upperBound ? .possible : .doesNotHold
        }
    }

    /// What would have to be so: for a mean of exponentials the spread of the averaged losses, if they are normal, because
    /// then ln E[exp x] = E[x] + s²/2.
    var condition: String? {
        guard verdict == .possible, let computed, computed > 0, claimed > 0 else { return nil }
        let variance: Double =
            switch formula {
            case .meanOfExponentials: 2 * (log(claimed) - log(computed))
            case .meanOfLogarithms: 2 * (computed - claimed)
            default: -1
            }
        guard variance >= 0 else { return nil }
        let spread = String(format: "%.2f", locale: Locale(identifier: "en_US_POSIX"), variance.squareRoot())
        return "if the averaged losses are normal with a standard deviation of \(spread) nats"
    }
}

extension Claim {
    /// Every reading, the claim as printed first.
    var allReadings: [ClaimReading] {
        typealias Units = PrintedNumber.Units
        let values = formula.inputs.compactMap { inputs[$0] }
        var all = [reading("as_printed", formula, inputs)]
        let (claim, some) = (claimed.isAmbiguous, values.contains { $0.isAmbiguous })
        func append(_ other: ClaimReading, ifUnlike plain: ClaimReading) {
            // Units cancel in a ratio: that is no other reading.
            guard let a = other.computed, let b = plain.computed, other.claimed == plain.claimed,
                abs(a - b) <= 1e-12 * abs(b)
            else { return all.append(other) }
        }
        if claim { all.append(reading("claim_in_powers_of_1024", formula, inputs, claim: .binary)) }
        if some { append(reading("inputs_in_powers_of_1024", formula, inputs, units: .binary), ifUnlike: all[0]) }
        if claim && some {
            all.append(reading("all_in_powers_of_1024", formula, inputs, units: .binary, claim: .binary))
        }
        all += formula.siblings.map { reading($0.rawValue, $0, inputs) }
        // Up to the next printed number, which itself would be printed as it is.
        let unit = 1 - 1e-9
        all.append(reading("rounded_up", formula, inputs, rounding: -unit...0))
        all.append(reading("rounded_down", formula, inputs, rounding: 0...unit))
        for stated in readings ?? [] {
            let merged = inputs.merging(stated.inputs ?? [:]) { $1 }
            let form = stated.formula ?? formula
            let plain = reading(stated.name, form, merged)
            all.append(plain)
            // What the reading names may be in such units too; all of it, or the number of readings explodes.
            if claim || form.inputs.contains(where: { merged[$0]?.isAmbiguous == true }) {
                append(
                    reading("\(stated.name)_in_powers_of_1024", form, merged, units: .binary, claim: .binary),
                    ifUnlike: plain)
            }
        }
        return all
    }

    /// - Parameter rounding: where the number that was printed may lie, in units of the last digit.
    private func reading(
        _ name: String, _ formula: ClaimFormula, _ inputs: [String: PrintedNumber],
        units: PrintedNumber.Units = .decimal, claim: PrintedNumber.Units = .decimal,
        rounding: ClosedRange<Double> = -0.5...0.5
    ) -> ClaimReading {
        let printed = formula.inputs.compactMap { inputs[$0] }
        precondition(printed.count == formula.inputs.count, "the inputs of a claim are checked before it is read")
        let (value, unit) = (claimed.value(claim), claimed.unit(claim, digits: digits))
        return ClaimReading(
            name: name, formula: formula, claimed: value,
            claimedInterval: value + rounding.lowerBound * unit...value + rounding.upperBound * unit,
            computed: formula.value(printed.map { $0.value(units) }),
            computedInterval: formula.range(over: printed.map { $0.interval(units) }))
    }
}
