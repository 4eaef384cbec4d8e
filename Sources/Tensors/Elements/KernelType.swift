import CKernels

extension ElementType {
    /// The kernels' name of this type; `nil` for types without statistics.
    var kernelType: ck_type? {
        switch self {
        case .bfloat16: CK_BFLOAT16
        case .float16: CK_FLOAT16
        case .float32: CK_FLOAT32
        case .float64: CK_FLOAT64
        default: isFloat8 ? CK_FLOAT32 : nil
        }
    }

    /// The narrowest type that holds every value of both exactly; `nil` when one of them has no statistics.
    package func widened(with other: ElementType) -> ElementType? {
        guard hasStatistics, other.hasStatistics else { return nil }
        if self == other { return self }
        return self == .float64 || other == .float64 ? .float64 : .float32
    }
}

/// Elements at `source` as `type`, copied into `scratch` only where that takes widening.
func widen(
    _ source: UnsafeRawPointer, _ from: ElementType, to type: ElementType, count: Int, scratch: UnsafeMutableRawPointer
) -> UnsafeRawPointer {
    guard from != type, let kernelFrom = from.kernelType, let kernelTo = type.kernelType else { return source }
    ck_widen(kernelFrom, kernelTo, source, scratch, count)
    return UnsafeRawPointer(scratch)
}

extension ElementType {
    /// Writes `count` elements at `source` as float32: exactly, but for float64, which is rounded.
    /// - Precondition: `hasStatistics`.
    package func copy(_ source: UnsafeRawPointer, count: Int, to target: UnsafeMutablePointer<Float>) {
        guard let type = kernelType else { preconditionFailure("no numbers in \(self)") }
        guard self == .float64 else { return ck_widen(type, CK_FLOAT32, source, target, count) }
        for index in 0..<count {
            target[index] = Float(source.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
        }
    }
}
