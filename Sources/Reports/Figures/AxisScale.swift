import Base
import Foundation

/// The ends and ticks of one axis, settled for its data: the script then draws the same on every version of gnuplot.
struct AxisScale {
    let isLogarithmic: Bool
    let range: ClosedRange<Double>
    /// Labelled ticks.
    let ticks: [Axis.Tick]
    /// Small ticks without labels.
    let minorTicks: [Double]
    /// Whether labels hold gnuplot's markup for exponents.
    let isEnhanced: Bool
    /// Where 0 stands on a logarithmic axis: a step to the left of the first value.
    let zero: Double?

    /// Settles an axis for the values it shows; at most `maximumTicks` labels.
    /// - Parameters:
    ///   - showsZero: whether values of 0 have a place on a logarithmic axis; otherwise they are not drawn.
    ///   - length: points of a horizontal axis, whose labels must not run into each other; `nil` for a vertical one.
    ///   - isWhole: whether there is nothing between whole numbers.
    init(
        _ axis: Axis, values: [Double], maximumTicks: Int, showsZero: Bool, length: Double? = nil, isWhole: Bool = false
    ) {
        // A figure with others is not drawn (`Figure.problem`), but its ticks may be asked for first.
        let values = values.filter(AxisScale.shows)
        let maximumTicks = max(1, maximumTicks)
        let positive = values.filter { $0 > 0 }
        let (low, high) = (positive.min() ?? 1, positive.max() ?? 1)
        isLogarithmic =
            switch axis.scale {
            case .linear: false
            case .logarithmic: !positive.isEmpty
            case .automatic: !values.contains { $0 < 0 } && high >= 30 * low
            }
        let ends: ClosedRange<Double>
        if isLogarithmic {
            let ratio = max(high / low, 1.5)
            zero = showsZero && values.contains(0) ? low / max(2, pow(ratio, 0.12)) : nil
            let margin = pow(ratio, 0.04)
            let given = axis.range.flatMap { $0.lowerBound > 0 ? $0 : nil }
            ends = AxisScale.drawable(given ?? (zero ?? low) / margin...high * margin)
        } else {
            zero = nil
            ends = AxisScale.drawable(
                axis.range
                    ?? AxisScale.linearRange(values, isHorizontal: length != nil, reachesZero: axis.reachesZero))
        }
        range = ends
        if let ticks = axis.ticks {
            (self.ticks, minorTicks, isEnhanced) = (ticks, [], false)
        } else if isLogarithmic {
            let decades = AxisScale.logarithmicTicks(
                (zero == nil ? ends.lowerBound : low)...ends.upperBound, maximumTicks
            ) { ticks in
                guard let length else { return true }
                let unit = length / log(ends.upperBound / ends.lowerBound)
                return zip(ticks, ticks.dropFirst()).allSatisfy { left, right in
                    let distance = log(right.value / left.value) * unit
                    return distance > (AxisScale.width(left) + AxisScale.width(right)) / 2 + 3
                }
            }
            ticks = (zero.map { [Axis.Tick($0, "0")] } ?? []) + decades.labelled
            (minorTicks, isEnhanced) = (decades.minor, true)
        } else {
            let ticks = AxisScale.linearTicks(ends, maximumTicks, leastStep: isWhole ? 1 : 0)
            (self.ticks, minorTicks, isEnhanced) = (ticks, [], false)
        }
    }

    /// Of the labelled ticks those whose labels do not run into each other on a horizontal axis of that length in points,
    /// the last one and then from the left.
    func legibleTicks(on length: Double) -> [Axis.Tick] {
        var kept: [Axis.Tick] = []
        for tick in ticks.suffix(1) + ticks.dropLast() {
            let isFree = kept.allSatisfy { other in
                let distance = abs(fraction(tick.value) - fraction(other.value)) * length
                return distance > (AxisScale.width(tick) + AxisScale.width(other)) / 2 + 3
            }
            if isFree { kept.append(tick) }
        }
        return kept.sorted { $0.value < $1.value }
    }

    /// Width of a label without its markup.
    static func width(_ tick: Axis.Tick) -> Double {
        tick.label.contains("{") ? textWidth(tick.label) - textWidth("^{}") : textWidth(tick.label)
    }

    /// The place of a value as a fraction of the axis.
    func fraction(_ value: Double) -> Double {
        let (low, high) = (range.lowerBound, range.upperBound)
        guard isLogarithmic else { return (value - low) / (high - low) }
        return log(max(value, low) / low) / log(high / low)
    }

    /// Whether an axis reaches a value. Beyond these bounds ratios and distances of two values leave what a double holds.
    static func shows(_ value: Double) -> Bool { value == 0 || (1e-100...1e100).contains(abs(value)) }

    /// The range, or one around it where nothing can be told apart in it.
    private static func drawable(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
        let (low, high) = (range.lowerBound, range.upperBound)
        // Margins reach a little further than values.
        guard abs(low) < 1e150, abs(high) < 1e150 else { return 1...2 }
        let size = max(abs(low), abs(high))
        guard high - low <= 1e-12 * size || high == low else { return range }
        return low > 0 ? low / 1.5...high * 1.5 : low - max(size, 1) / 2...high + max(size, 1) / 2
    }

    /// From 0 where the data reach down towards it, otherwise with some room at both ends; points at 0 would lie on the
    /// vertical axis, so they have room as well.
    private static func linearRange(
        _ values: [Double], isHorizontal: Bool, reachesZero: Bool
    ) -> ClosedRange<Double> {
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        guard high > low else { return low - max(abs(low), 1) / 2...high + max(abs(high), 1) / 2 }
        let room = 0.04 * (high - low)
        if isHorizontal, low == 0 { return -room...high + room }
        if reachesZero, low >= 0, low < 0.4 * high { return 0...high + room }
        return low - room...high + room
    }

    private static func linearTicks(
        _ range: ClosedRange<Double>, _ maximum: Int, leastStep: Double
    ) -> [Axis.Tick] {
        let span = range.upperBound - range.lowerBound
        let power = pow(10, floor(log10(span / Double(maximum))))
        let fitting = [1, 2, 5, 10].map { $0 * power }.first { span / $0 <= Double(maximum) } ?? span
        let step = max(fitting, leastStep)
        let (first, last) = (ceil(range.lowerBound / step - 1e-9), floor(range.upperBound / step + 1e-9))
        let values = stride(from: first, through: last, by: 1).map { $0 * step }
        let (divisor, suffix) = unit(values.map(abs).max() ?? 0)
        return values.map { value in
            Axis.Tick(value, value == 0 ? "0" : plain(value / divisor, step: step / divisor) + suffix)
        }
    }

    /// Decades, with 2 and 5 or with 3 between them where there are few; as many as fit.
    private static func logarithmicTicks(
        _ range: ClosedRange<Double>, _ maximum: Int, fit: ([Axis.Tick]) -> Bool
    ) -> (labelled: [Axis.Tick], minor: [Double]) {
        let decades = Int(floor(log10(range.lowerBound)))...Int(ceil(log10(range.upperBound)))
        func values(_ digits: [Double]) -> [Double] {
            decades.flatMap { decade in digits.map { $0 * pow(10, Double(decade)) } }
                .filter { range.contains($0) }
        }
        let coarse = values([1])
        var choices = coarse.count < 4 ? [values([1, 2, 5]), values([1, 3])] : []
        for stride in 1...max(1, coarse.count) {
            choices.append(coarse.enumerated().filter { $0.offset % stride == 0 }.map(\.element))
        }
        let chosen = choices.first { $0.count <= maximum && fit(labels($0)) } ?? []
        let minor = decades.count > 9 ? coarse : values([1, 2, 3, 4, 5, 6, 7, 8, 9])
        return (labels(chosen), minor.filter { !chosen.contains($0) })
    }

    private static func labels(_ values: [Double]) -> [Axis.Tick] {
        let isPlain = values.allSatisfy { (0.0009..<10001).contains($0) }
        return values.map { Axis.Tick($0, isPlain ? plain($0, step: $0) : exponent($0)) }
    }

    /// `10^{-4}`, `3·10^{6}`.
    private static func exponent(_ value: Double) -> String {
        let power = Int((log10(value) + 1e-9).rounded(.down))
        let digit = Int((value / pow(10, Double(power))).rounded())
        return (digit == 1 ? "" : "\(digit)·") + "10^{\(power < 0 ? "−\(-power)" : "\(power)")}"
    }

    /// A whole number as ticks have it.
    static func brief(_ value: Double) -> String {
        let (divisor, suffix) = unit(abs(value))
        return DecimalText(value / divisor).significant(3).replacing(/\.0+$/, with: "") + suffix
    }

    /// Thousands, millions and billions of steps and tokens are written short.
    private static func unit(_ largest: Double) -> (divisor: Double, suffix: String) {
        [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")].first { largest >= $0.0 }
            .map { $0.0 == 1e4 ? (1e3, $0.1) : $0 } ?? (1, "")
    }

    /// A multiple of `step` with the digits it takes.
    private static func plain(_ value: Double, step: Double) -> String {
        let digits = max(0, Int(ceil(-log10(step) - 1e-9)))
        guard digits <= 12, abs(value) < 1e15 else {
            return DecimalText(value).significant(3).replacing("-", with: "−")
        }
        let text = String(format: "%.\(digits)f", value)
        return text.hasPrefix("-") ? "−" + text.dropFirst() : text
    }
}
