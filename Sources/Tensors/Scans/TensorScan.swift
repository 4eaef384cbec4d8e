import CKernels
import Foundation

/// What an audit reads off one tensor: its range, its special values, and a random projection that tells how far it lies
/// from other tensors of its shape.
package struct TensorScan: Codable, Sendable, Equatable {
    /// The smallest and the largest element; `nil` when there is none, or when one is NaN.
    package internal(set) var values: Extremes?
    /// Elements that are +0 or −0.
    package internal(set) var zeroCount = 0
    /// Elements that are not zero and smaller than the smallest normal number of their type.
    package internal(set) var denormalCount = 0
    /// Elements that are NaN.
    package internal(set) var nanCount = 0
    /// Elements that are +∞ or −∞.
    package internal(set) var infinityCount = 0
    /// The projection.
    package internal(set) var projection = TensorProjection()

    /// The scan of no elements.
    package init() {}

    /// Adds the scan of the segment that follows.
    package mutating func append(_ next: TensorScan) {
        values = nanCount + next.nanCount > 0 ? nil : Extremes.joined(values, next.values)
        zeroCount += next.zeroCount
        denormalCount += next.denormalCount
        nanCount += next.nanCount
        infinityCount += next.infinityCount
        projection.append(next.projection)
    }

    /// What is kept of a whole tensor's, the same whether it is taken from a journal or not.
    package func sealed() -> TensorScan {
        var sealed = self
        sealed.projection = projection.rounded()
        return sealed
    }
}

/// Sums of a tensor's elements with random signs, in 128 random groups: a linear map whose squared length is, on average
/// over the signs, that of the tensor.
///
/// So ‖p(a) − p(b)‖² estimates ‖a − b‖² without both tensors at hand, with a relative standard deviation of √(2/k), k
/// being `effectiveCount`. Alon, Matias, Szegedy, *The space complexity of approximating the frequency moments*, 1996;
/// in groups as in Charikar, Chen, Farach-Colton, *Finding frequent items in data streams*, 2002.
package struct TensorProjection: Codable, Sendable, Equatable {
    /// Number of sums.
    package static let count = Int(CK_BUCKETS)
    private static let lanes = Double(CK_LANES)
    private static let blockElements = Double(CK_BLOCK)

    /// The sums; not finite where an element is not.
    package internal(set) var sums = [Double](repeating: 0, count: count)

    init() {}

    mutating func append(_ next: TensorProjection) {
        for index in sums.indices { sums[index] += next.sums[index] }
    }

    /// The sums in single precision, which is about what their additions have: half the room in a journal.
    func rounded() -> TensorProjection {
        var rounded = self
        rounded.sums = sums.map { Double(Float($0)) }
        return rounded
    }

    /// An estimate of ‖a − b‖² from the projections of a and b; `nil` when it is not finite.
    package func squaredDistance(to other: TensorProjection) -> Double? {
        var square = 0.0
        for index in sums.indices {
            let difference = sums[index] - other.sums[index]
            square += difference * difference
        }
        return square.isFinite ? square : nil
    }

    /// As many sums with equal shares have the variance that those of a tensor of that many elements have, whose b blocks
    /// of 512 fall into g = 8 groups of 16 lanes: 16/(1/g + (1 − 1/g)/b).
    package static func effectiveCount(elements: Int) -> Double {
        let groups = Double(count) / lanes
        let blocks = max(1, (Double(elements) / blockElements).rounded(.up))
        return lanes / (1 / groups + (1 - 1 / groups) / blocks)
    }

    /// Encoded as the sums' little-endian bytes in single precision, in base 64.
    package func encode(to encoder: any Encoder) throws {
        var data = Data(capacity: sums.count * 4)
        for sum in sums { withUnsafeBytes(of: Float(sum).bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        var container = encoder.singleValueContainer()
        try container.encode(data.base64EncodedString())
    }

    /// Decoded from that.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let data = Data(base64Encoded: try container.decode(String.self)), data.count == 4 * Self.count else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a projection")
        }
        sums = data.withUnsafeBytes { bytes in
            (0..<Self.count).map {
                let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
                return Double(Float(bitPattern: bits))
            }
        }
    }
}

/// Accumulates a `TensorScan` from blocks of raw elements, in order, over at most one segment of 2^20 elements. The result
/// does not depend on the block size as long as every block but the last holds a multiple of 4096 elements.
package struct TensorScanAccumulator: Sendable {
    private let type: ck_type
    private let seed: UInt64
    private var range = ck_range()
    private var count = 0
    private var projection = TensorProjection()

    /// Precondition: `type.hasStatistics`.
    package init(_ type: ElementType, seed: UInt64) {
        guard let kernelType = type.kernelType else { preconditionFailure("no statistics on \(type)") }
        self.type = kernelType
        self.seed = seed
        ck_range_init(&range)
    }

    /// Adds `count` little-endian elements, the first of which has row-major index `first` in its tensor.
    package mutating func add(_ elements: UnsafeRawPointer, first: Int, count: Int) {
        self.count += count
        ck_range_add(type, elements, count, &range)
        ck_project_add(type, elements, first, count, seed, &projection.sums)
    }

    /// The scan of all elements added so far.
    package var scan: TensorScan {
        var scan = TensorScan()
        if count > 0, range.nans == 0 { scan.values = Extremes([range.minimum, range.maximum]) }
        scan.zeroCount = Int(range.zeros)
        scan.denormalCount = Int(range.denormals)
        scan.nanCount = Int(range.nans)
        scan.infinityCount = Int(range.infinities)
        scan.projection = projection
        return scan
    }
}
