import CKernels

/// Elements of a tensor that is put together of others, Σ c_i·x_i: summed in double precision, term after term, each
/// product rounded before it is added, and rounded to float32 once at the end.
///
/// The first product starts the sum, so that −0 stays −0. Every element is on its own: results depend neither on the
/// pieces nor on the processor. A NaN of the terms becomes the quiet NaN without a sign.
package final class MixedElements {
    /// The most elements that are summed at a time.
    package static let capacity = 1 << 16
    /// What an element becomes.
    package static let elementType = ElementType.float32

    /// Room for as many elements of any type, for whoever reads those of a term.
    package let room: UnsafeMutableRawBufferPointer
    private let sums: UnsafeMutablePointer<Double>
    private var isEmpty = true

    /// Prepares, with no term.
    package init() {
        room = .allocate(byteCount: MixedElements.capacity * ElementType.float64.byteCount, alignment: 64)
        sums = .allocate(capacity: MixedElements.capacity)
    }

    deinit {
        room.deallocate()
        sums.deallocate()
    }

    /// Starts anew: the next term is the first.
    package func begin() { isEmpty = true }

    /// Adds the next term's elements.
    /// - Precondition: `type.hasStatistics`, and `count` is the same for all terms and at most `capacity`.
    package func add(_ coefficient: Double, times elements: UnsafeRawPointer, _ type: ElementType, count: Int) {
        guard let kernelType = type.kernelType else { preconditionFailure("no numbers in \(type)") }
        precondition(count <= MixedElements.capacity)
        ck_mix_add(kernelType, elements, count, coefficient, isEmpty ? 1 : 0, sums)
        isEmpty = false
    }

    /// Writes the sums as float32, to any alignment.
    package func round(count: Int, to target: UnsafeMutableRawPointer) {
        precondition(!isEmpty && count <= MixedElements.capacity)
        ck_mix_round(sums, count, target)
    }
}
