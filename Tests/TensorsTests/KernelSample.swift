import CKernels
import Tensors
import TestSupport

/// Elements for the kernels and their twins: bit patterns, and what they are worth.
struct KernelSample {
    let type: ElementType
    let patterns: [UInt64]
    let bytes: [UInt8]
    /// The values of types up to 32 bits, converted here and not by the kernels; empty for float64.
    let singles: [Float]
    /// The values of all types.
    let doubles: [Double]

    var count: Int { patterns.count }

    init(_ type: ElementType, _ patterns: [UInt64]) {
        self.type = type
        self.patterns = patterns
        bytes = TestSupport.bytes(of: patterns, as: type)
        singles = type == .float64 ? [] : patterns.map { widenByHand($0, type) }
        doubles = type == .float64 ? patterns.map { Double(bitPattern: $0) } : singles.map { Double($0) }
    }

    /// What the numbers of a sample are like.
    enum Kind: CaseIterable {
        /// Weights of a network: exponents from −9 to −6.
        case weights
        /// Around 1e-21, 1e20 or, in float16, the ends of its range: float32 squares leave their range.
        case tiny, huge
        /// Weights with a NaN, an infinity, a zero of either sign or a denormal here and there.
        case special
        /// Weights, each block of 512 with an outlier that is tiny, huge or not there.
        case uneven
    }

    init(_ type: ElementType, count: Int, _ kind: Kind, seed: UInt64) {
        var generator = SampleGenerator(seed: seed)
        let (tiny, huge) = type == .float16 ? (-11, 15) : (-70, 66)
        let exponent = kind == .tiny ? tiny : kind == .huge ? huge : -6
        var patterns: [UInt64] = []
        patterns.reserveCapacity(count)
        for index in 0..<count {
            var element = generator.element(type, exponent: exponent, spread: 4)
            if kind == .special, generator.draw() % 97 == 0 { element = KernelSample.special(type, generator.draw()) }
            if kind == .uneven, index % 512 == 300, index / 512 % 3 > 0 {
                element = generator.element(type, exponent: index / 512 % 3 == 1 ? tiny : huge, spread: 1)
            }
            patterns.append(element)
        }
        self.init(type, patterns)
    }

    private static func special(_ type: ElementType, _ draw: UInt64) -> UInt64 {
        let width = UInt64(type.fractionBits ?? 0)
        let signBit: UInt64 = 1 << UInt64(8 * type.byteCount - 1)
        let infinity = signBit - (1 << width)
        let quietNaN = infinity | (1 << (width - 1))
        let largestDenormal: UInt64 = (1 << width) - 1
        let choices: [UInt64] = [0, infinity, quietNaN, 1, largestDenormal]
        let sign: UInt64 = draw & 1 == 1 ? signBit : 0
        return choices[Int(draw >> 1) % choices.count] | sign
    }

    /// The elements from `start` to `end`.
    func slice(_ range: Range<Int>) -> KernelSample { KernelSample(type, Array(patterns[range])) }

    var kernelType: ck_type {
        switch type {
        case .bfloat16: CK_BFLOAT16
        case .float16: CK_FLOAT16
        case .float32: CK_FLOAT32
        default: CK_FLOAT64
        }
    }
}

/// The float32 of the same value as a pattern of at most 32 bits: from the definition of the formats, sign, exponent
/// and fraction, with no bit tricks.
func widenByHand(_ pattern: UInt64, _ type: ElementType) -> Float {
    guard type == .float16 else {
        return Float(bitPattern: UInt32(pattern) << (type == .bfloat16 ? 16 : 0))
    }
    let sign: Float = pattern >> 15 == 1 ? -1 : 1
    let field = Int(pattern >> 10) & 31
    let fraction = UInt32(pattern & 1023)
    switch field {
    case 0: return sign * Float(fraction) * 0x1p-24
    case 31 where fraction == 0: return sign * .infinity
    // A NaN keeps its sign and payload.
    case 31: return Float(bitPattern: UInt32(pattern >> 15) << 31 | 0x7f80_0000 | fraction << 13)
    default: return sign * Float(sign: .plus, exponent: field - 15, significand: 1 + Float(fraction) / 1024)
    }
}

/// The four types with statistics.
let kernelTypes: [ElementType] = [.bfloat16, .float16, .float32, .float64]

/// Lengths around the kernels' steps: 32 elements, blocks of 512, the engine's tiles of 4096.
let kernelLengths = [0, 1, 31, 511, 512, 513, 4097]

/// Every level that this processor runs.
let kernelLevels: [ck_level] = [CK_BASELINE, CK_AVX2, CK_AVX512].filter { $0.rawValue <= ck_best_level().rawValue }

/// Runs `body` at every level, and leaves the best one in use. Other tests that run meanwhile are not disturbed, because
/// levels differ in speed alone: which is what the tests of this file show.
func atEveryLevel(_ body: (ck_level) throws -> Void) rethrows {
    defer { ck_use_level(ck_best_level()) }
    for level in kernelLevels {
        ck_use_level(level)
        try body(level)
    }
}

/// Equal bit for bit, one NaN being as good as another: which operand's payload survives is the processor's choice.
func same(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }

func same(_ a: [Double], _ b: [Double]) -> Bool { a.count == b.count && zip(a, b).allSatisfy { same($0, $1) } }
