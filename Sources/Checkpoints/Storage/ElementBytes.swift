import CCodecs
import Foundation
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

/// Fills `buffer`, which holds whole elements, with copies of one.
func fill(_ buffer: UnsafeMutableRawBufferPointer, with element: [UInt8]) {
    guard let base = buffer.baseAddress, !buffer.isEmpty else { return }
    buffer.copyBytes(from: element)
    var done = element.count
    // Each copy doubles what is there.
    while done < buffer.count {
        let count = min(done, buffer.count - done)
        memcpy(base + done, base, count)
        done += count
    }
}

/// Turns big-endian elements into little-endian ones, in place.
func swapBytes(_ buffer: UnsafeMutableRawBufferPointer, of type: ElementType) {
    guard let base = buffer.baseAddress else { return }
    ccodecs_swap(base.assumingMemoryBound(to: UInt8.self), buffer.count, type.componentByteCount)
}
