import Settings
import Tensors

/// Distances between the checkpoints of a series, estimated from projections of their tensors.
struct AuditDistances: Sendable {
    /// ‖a − b‖; `nil` where too little of the two can be compared.
    private let lengths: [[Double?]]
    /// The estimates' relative standard deviations.
    private let errors: [[Double]]

    /// Less of the weights than this, and two checkpoints have no distance.
    private static let coverage = 0.9

    init(_ audited: AuditedSeries) {
        let count = audited.checkpoints.count
        // Flat, because pairs times tensors times sums is the only long loop of the audit.
        let tensors = audited.common.map { tensor in
            (
                elements: tensor.shape.reduce(1, *),
                projections: audited.checkpoints.indices.map { place -> TensorProjection? in
                    guard let index = tensor.places[place], let scan = audited.scans[place][index],
                        scan.nanCount + scan.infinityCount == 0
                    else { return nil }
                    return scan.projection
                }
            )
        }
        let all = tensors.reduce(0) { $0 + $1.elements }
        var lengths = Array(repeating: Array(repeating: Double?.none, count: count), count: count)
        var errors = Array(repeating: Array(repeating: 0.0, count: count), count: count)
        for a in 0..<count {
            lengths[a][a] = 0
            for b in 0..<a {
                var (square, variance, covered) = (0.0, 0.0, 0)
                for tensor in tensors {
                    guard let x = tensor.projections[a], let y = tensor.projections[b],
                        let part = x.squaredDistance(to: y)
                    else { continue }
                    square += part
                    variance += 2 * part * part / TensorProjection.effectiveCount(elements: tensor.elements)
                    covered += tensor.elements
                }
                guard covered > 0, Double(covered) >= AuditDistances.coverage * Double(all) else { continue }
                let error = square > 0 ? variance.squareRoot() / square / 2 : 0
                (lengths[a][b], lengths[b][a]) = (square.squareRoot(), square.squareRoot())
                (errors[a][b], errors[b][a]) = (error, error)
            }
        }
        (self.lengths, self.errors) = (lengths, errors)
    }

    /// ‖a − b‖, estimated; `nil` where too little of the two can be compared.
    func length(_ a: Int, _ b: Int) -> Double? { lengths[a][b] }

    /// The estimate's relative standard deviation.
    func error(_ a: Int, _ b: Int) -> Double { errors[a][b] }

    /// The nearest of some places to another one, the first of several.
    func nearest(to place: Int, among places: some Sequence<Int>) -> (place: Int, length: Double)? {
        var best: (place: Int, length: Double)?
        for other in places where other != place {
            guard let length = length(place, other) else { continue }
            if length < best?.length ?? .infinity { best = (other, length) }
        }
        return best
    }

    /// A length with the span that two standard deviations leave.
    func text(_ a: Int, _ b: Int) -> String {
        guard let length = length(a, b) else { return "unknown" }
        return length == 0 ? "0" : "\(rounded(length)) ± \(rounded(2 * error(a, b) * length))"
    }
}
