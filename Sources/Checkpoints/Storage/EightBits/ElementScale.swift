import Base
import HDF5
import Tensors

/// The tensor that the elements of another are multiplied by, and how they are spread over it.
package struct ElementScale: Sendable, Equatable, Codable, CustomStringConvertible {
    /// Its name as stored.
    package let name: String
    /// Extents, as many as the scaled tensor has.
    let shape: [Int]
    /// Elements along each dimension that share a value; the last block of a dimension may be cut.
    let block: [Int]

    /// `nil` when the shape fits no blocks, or blocks of more than one kind.
    /// - Parameters:
    ///   - stated: extents of a block of the last two dimensions, as a config states them.
    init?(_ name: String, shape: [Int], of scaled: [Int], stated: [Int]?) {
        guard let count = product(shape), count > 0, shape.count <= scaled.count || count == 1 else { return nil }
        // One for all, one for each row, or as many extents as the tensor has.
        var extents = count == 1 ? scaled.map { _ in 1 } : shape
        if extents.count < scaled.count {
            guard extents.count == 1, extents[0] == scaled[0] else { return nil }
            extents += scaled.dropFirst().map { _ in 1 }
        }
        var block: [Int] = []
        for (dimension, (parts, whole)) in zip(extents, scaled).enumerated() {
            let fromEnd = scaled.count - dimension
            let told = stated.flatMap { $0.count == 2 && fromEnd <= 2 ? $0[2 - fromEnd] : nil }
            guard let size = ElementScale.size(of: parts, whole, told) else { return nil }
            block.append(size)
        }
        (self.name, self.shape, self.block) = (name, extents, block)
    }

    /// How many elements share a value, where `parts` values stand for `whole` elements.
    private static func size(of parts: Int, _ whole: Int, _ told: Int?) -> Int? {
        func fits(_ size: Int) -> Bool { size > 0 && (whole + size - 1) / size == parts }
        if parts == 1 { return max(whole, 1) }
        if parts == whole { return 1 }
        if let told, fits(told) { return told }
        if whole.isMultiple(of: parts) { return whole / parts }
        // A last block that is cut: blocks have powers of two.
        let sizes = (1..<20).map { 1 << $0 }.filter(fits)
        return sizes.count == 1 ? sizes[0] : nil
    }

    /// `'a.weight_scale' (4x1, a value for each 1x32)`.
    package var description: String {
        func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
        return shape.allSatisfy { $0 == 1 }
            ? "'\(name)', one value for all" : "'\(name)', a value for each \(text(block))"
    }
}
