import CKernels

extension ElementType {
    /// The kernels' name of this type; `nil` for types without statistics.
    var kernelType: ck_type? {
        switch self {
        case .bfloat16: CK_BFLOAT16
        case .float16: CK_FLOAT16
        case .float32: CK_FLOAT32
        case .float64: CK_FLOAT64
        default: nil
        }
    }

    /// The narrowest type that holds every value of both exactly; `nil` when one of them has no statistics.
    public func widened(with other: ElementType) -> ElementType? {
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
