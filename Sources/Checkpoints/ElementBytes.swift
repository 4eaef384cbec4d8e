import CCodecs
import Tensors

extension ElementType {
    /// Bytes of the numbers that an element consists of: half an element for complex numbers.
    var componentByteCount: Int { self == .complex64 ? 4 : byteCount }

    /// The bytes of an element in the other byte order.
    func reversingComponents(_ element: [UInt8]) -> [UInt8] {
        stride(from: 0, to: element.count, by: componentByteCount).flatMap {
            element[$0..<$0 + componentByteCount].reversed()
        }
    }
}

/// Fills `buffer` with copies of one element.
func fill(_ buffer: UnsafeMutableRawBufferPointer, with element: [UInt8]) {
    if element.allSatisfy({ $0 == element[0] }) {
        buffer.initializeMemory(as: UInt8.self, repeating: element[0])
        return
    }
    for index in buffer.indices { buffer[index] = element[index % element.count] }
}

/// Turns big-endian elements into little-endian ones, in place.
func swapBytes(_ buffer: UnsafeMutableRawBufferPointer, of type: ElementType) {
    guard let base = buffer.baseAddress else { return }
    ccodecs_swap(base.assumingMemoryBound(to: UInt8.self), buffer.count, type.componentByteCount)
}
