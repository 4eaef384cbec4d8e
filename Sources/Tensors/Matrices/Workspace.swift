/// Doubles that several threads fill, each its own part. Column-major wherever it holds a matrix.
final class Workspace: @unchecked Sendable {
    let count: Int
    let base: UnsafeMutablePointer<Double>

    /// `count` zeros.
    init(_ count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
        base.initialize(repeating: 0, count: max(1, count))
    }

    /// `count` doubles that are written before they are read; memory that is never touched is never taken.
    init(uninitialized count: Int) {
        self.count = count
        base = .allocate(capacity: max(1, count))
    }

    deinit {
        base.deallocate()
    }

    func clear() {
        base.update(repeating: 0, count: count)
    }

    static func + (workspace: Workspace, offset: Int) -> UnsafeMutablePointer<Double> {
        workspace.base + offset
    }

    var array: [Double] {
        Array(UnsafeBufferPointer(start: base, count: count))
    }
}

extension Int {
    /// LAPACK's integers are 32 bits.
    var lapack: Int32 {
        Int32(self)
    }

    /// The ranges of at most `size` that cover `0..<self`, as many as ``pieces(of:)`` says.
    func piece(_ index: Int, of size: Int) -> Range<Int> {
        index * size..<Swift.min(self, (index + 1) * size)
    }

    /// How many pieces of at most `size` cover `0..<self`.
    func pieces(of size: Int) -> Int {
        (self + size - 1) / size
    }
}
