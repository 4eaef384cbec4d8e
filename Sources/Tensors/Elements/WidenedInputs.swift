import CKernels

/// Aligned blocks of several tensors as elements of one type, the narrowest that holds those of all exactly.
final class WidenedInputs {
    /// The type that all inputs are widened to.
    let kernelType: ck_type
    private let types: [ElementType]
    private let common: ElementType
    private let capacity: Int
    private let room: UnsafeMutableRawBufferPointer
    private let pointers: UnsafeMutablePointer<UnsafeRawPointer?>

    /// Prepares for blocks of at most `capacity` elements. Precondition: there are types, and all have statistics.
    init(_ types: [ElementType], capacity: Int) {
        var common: ElementType? = types.first
        for type in types { common = common?.widened(with: type) }
        guard let common, let kernelType = common.kernelType else { preconditionFailure("no statistics on \(types)") }
        self.types = types
        self.common = common
        self.kernelType = kernelType
        self.capacity = capacity
        let mixed = types.contains { $0 != common }
        room = .allocate(byteCount: mixed ? types.count * capacity * common.readByteCount : 0, alignment: 64)
        pointers = .allocate(capacity: types.count)
        pointers.initialize(repeating: nil, count: types.count)
    }

    deinit {
        room.deallocate()
        pointers.deallocate()
    }

    /// Where the first `count` elements of every input are, until the next call.
    func widened(_ inputs: UnsafeBufferPointer<UnsafeRawPointer>, count: Int) -> UnsafePointer<UnsafeRawPointer?> {
        precondition(inputs.count == types.count && count <= capacity)
        for index in types.indices {
            pointers[index] = inputs[index]
            guard types[index] != common, let base = room.baseAddress else { continue }
            let scratch = base + index * capacity * common.readByteCount
            pointers[index] = widen(inputs[index], types[index], to: common, count: count, scratch: scratch)
        }
        return UnsafePointer(pointers)
    }
}
