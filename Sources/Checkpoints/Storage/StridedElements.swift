import Base
import Tensors

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The elements of a tensor that do not follow each other in row-major order: transposed, expanded, a slice of columns,
/// or with a sign that is only noted. Whatever the strides, elements come out in row-major order.
struct StridedElements: Sendable, Equatable {
    let type: ElementType
    /// Where the storage is.
    let extent: Extent
    /// Extents, and the steps between elements in elements of the storage, slowest first.
    let shape: [Int]
    let strides: [Int]
    /// The storage's element that index 0 stands for.
    let first: Int
    let isBigEndian: Bool
    /// What torch only notes of a view: that the values are to be negated, or the imaginary parts are.
    let isNegated: Bool
    let isConjugated: Bool

    /// Bytes of a storage that are read at once, to pick elements out of.
    private static let pieceByteCount = 1 << 20
    /// Tensors that repeat their storage may take so much, or so many times their storage: more is a trap.
    private static let repetitionAllowance = 1 << 30
    private static let repetitionLimit = 1024

    /// `nil` when an element lies outside of the storage, a number is negative, or the tensor repeats a small storage
    /// beyond measure.
    init?(
        _ type: ElementType, shape: [Int], strides: [Int], first: Int, extent: Extent, isBigEndian: Bool = false,
        isNegated: Bool = false, isConjugated: Bool = false
    ) {
        let width = type.byteCount
        guard shape.count == strides.count, let byteCount = product(shape + [width]),
            strides.allSatisfy({ $0 >= 0 }), first >= 0,
            byteCount
                <= max(
                    StridedElements.repetitionAllowance,
                    extent.byteCount.multipliedClamping(by: StridedElements.repetitionLimit))
        else { return nil }
        if byteCount > 0 {
            var last = first
            for (count, stride) in zip(shape, strides) {
                guard let reach = product([count - 1, stride]), let next = sum([last, reach]) else { return nil }
                last = next
            }
            guard Range(claimed: last, count: 1, width: width, limit: extent.byteCount) != nil else { return nil }
        }
        (self.type, self.shape, self.strides, self.first, self.extent) = (type, shape, strides, first, extent)
        (self.isBigEndian, self.isNegated, self.isConjugated) = (isBigEndian, isNegated, isConjugated)
    }

    /// The same elements of an array whose first index varies fastest.
    static func columnMajorStrides(_ shape: [Int]) -> [Int] {
        var step = 1
        return shape.map { extent in
            defer { step = step.multipliedClamping(by: max(1, extent)) }
            return step
        }
    }

    var elementCount: Int { shape.reduce(1, *) }

    /// Fills `target` with the elements `range` in row-major order, little-endian.
    /// - Parameter read: fills a buffer from a byte of the storage's file on.
    func read<Failure: Error>(
        _ range: Range<Int>, into target: UnsafeMutableRawBufferPointer,
        _ read: (Int, UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        guard !range.isEmpty, let base = target.baseAddress else { return }
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount)
        precondition(target.count == range.count * type.byteCount)
        let piece = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(StridedElements.pieceByteCount, type.byteCount), alignment: 64)
        defer { piece.deallocate() }
        let gathering = Gathering(width: type.byteCount, extent: extent, piece: piece)
        try gather(range, dimension: 0, from: first, to: base, gathering, read)
        if isBigEndian { swapBytes(target, of: type) }
        resolveSigns(of: target)
    }

    /// Turns a range of row-major order into boxes: part of a row, whole rows, part of a row.
    private func gather<Failure: Error>(
        _ range: Range<Int>, dimension: Int, from element: Int, to target: UnsafeMutableRawPointer,
        _ gathering: Gathering, _ read: (Int, UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let rowElements = shape.dropFirst(dimension + 1).reduce(1, *)
        let width = type.byteCount
        var index = range.lowerBound
        while index < range.upperBound {
            let (row, column) = index.quotientAndRemainder(dividingBy: rowElements)
            let start = dimension < shape.count ? element + row * strides[dimension] : element
            let place = target + (index - range.lowerBound) * width
            let left = range.upperBound - index
            guard column == 0, left >= rowElements else {
                let part = column..<min(rowElements, column + left)
                try gather(part, dimension: dimension + 1, from: start, to: place, gathering, read)
                index += part.count
                continue
            }
            let rows = dimension < shape.count ? left / rowElements : 1
            var box: [Side] = []
            if dimension < shape.count {
                box.append(Side(count: rows, stride: strides[dimension], step: rowElements))
                for inner in shape.indices where inner > dimension {
                    let step = shape.dropFirst(inner + 1).reduce(1, *)
                    box.append(Side(count: shape[inner], stride: strides[inner], step: step))
                }
            }
            try gathering.copy(box, from: start, to: place, read)
            index += rows * rowElements
        }
    }

    private func resolveSigns(of target: UnsafeMutableRawBufferPointer) {
        guard isNegated || isConjugated else { return }
        let width = type.componentByteCount
        let isComplex = width < type.byteCount
        switch type {
        case .bfloat16, .float16, .float32, .float64, .complex64, .float8e4m3, .float8e5m2, .scaledFloat8e4m3,
            .scaledFloat8e5m2:
            // Floating-point numbers have their sign in the topmost bit.
            for (number, top) in stride(from: width - 1, to: target.count, by: width).enumerated() {
                let isImaginary = isComplex && !number.isMultiple(of: 2)
                if isNegated != (isConjugated && isImaginary) { target[top] ^= 0x80 }
            }
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64:
            guard isNegated else { return }
            for start in stride(from: 0, to: target.count, by: width) {
                var carry: UInt8 = 1
                for place in start..<start + width {
                    let (sum, overflow) = (~target[place]).addingReportingOverflow(carry)
                    (target[place], carry) = (sum, overflow ? 1 : 0)
                }
            }
        case .bool: break
        }
    }
}

/// One side of a box of elements.
private struct Side {
    let count: Int
    /// Between neighbours in the storage, in elements.
    let stride: Int
    /// Between neighbours in the target, in elements.
    let step: Int
}

/// Copies boxes, a piece of the storage at a time.
private struct Gathering {
    let width: Int
    let extent: Extent
    let piece: UnsafeMutableRawBufferPointer

    func copy<Failure: Error>(
        _ box: [Side], from element: Int, to target: UnsafeMutableRawPointer,
        _ read: (Int, UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        // Slowest in the storage first, so that what is read at once lies together there.
        let sides = box.filter { $0.count != 1 }.sorted { ($0.stride, $0.step) > ($1.stride, $1.step) }
        try copy(sides[...], from: element, to: target, read)
    }

    private func copy<Failure: Error>(
        _ sides: ArraySlice<Side>, from element: Int, to target: UnsafeMutableRawPointer,
        _ read: (Int, UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let span = sides.reduce(1) { $0 + ($1.count - 1) * $1.stride }
        if span <= piece.count / width {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: piece[..<(span * width)])
            try read(extent.offset + element * width, bytes)
            if let base = bytes.baseAddress { scatter(sides, from: UnsafeRawPointer(base), to: target) }
            return
        }
        guard let outer = sides.first else { return }
        if sides.count == 1, outer.stride > 0, outer.stride <= piece.count / width {
            // One long run: as many of its elements as a piece spans.
            let most = (piece.count / width - 1) / outer.stride + 1
            for start in Swift.stride(from: 0, to: outer.count, by: most) {
                let side = Side(count: min(most, outer.count - start), stride: outer.stride, step: outer.step)
                try copy(
                    [side], from: element + start * outer.stride, to: target + start * outer.step * width, read)
            }
            return
        }
        for index in 0..<outer.count {
            try copy(
                sides.dropFirst(), from: element + index * outer.stride, to: target + index * outer.step * width, read)
        }
    }

    private func scatter(
        _ sides: ArraySlice<Side>, from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer
    ) {
        guard let outer = sides.first else {
            memcpy(target, source, width)
            return
        }
        guard sides.count == 1 else {
            for index in 0..<outer.count {
                scatter(
                    sides.dropFirst(), from: source + index * outer.stride * width,
                    to: target + index * outer.step * width)
            }
            return
        }
        if outer.stride == 1, outer.step == 1 {
            memcpy(target, source, outer.count * width)
            return
        }
        switch width {
        case 1: scatter(outer, UInt8.self, source, target)
        case 2: scatter(outer, UInt16.self, source, target)
        case 4: scatter(outer, UInt32.self, source, target)
        default: scatter(outer, UInt64.self, source, target)
        }
    }

    private func scatter<Word: FixedWidthInteger & BitwiseCopyable>(
        _ side: Side, _ word: Word.Type, _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer
    ) {
        let size = MemoryLayout<Word>.size
        for index in 0..<side.count {
            target.storeBytes(
                of: source.loadUnaligned(fromByteOffset: index * side.stride * size, as: Word.self),
                toByteOffset: index * side.step * size, as: Word.self)
        }
    }
}
