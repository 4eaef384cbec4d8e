import Synchronization

/// A matrix of float32 numbers, row-major: a row for each token of a group. Several threads fill it, each its own part.
final class Activation: @unchecked Sendable {
    let rows: Int
    let columns: Int
    let base: UnsafeMutablePointer<Float>
    private let owner: Owner

    /// Who takes the memory back.
    private enum Owner {
        case pool(ActivationPool, capacity: Int)
        case matrix(Activation)
    }

    fileprivate init(
        _ base: UnsafeMutablePointer<Float>, _ capacity: Int, _ rows: Int, _ columns: Int, _ pool: ActivationPool
    ) {
        (self.base, self.rows, self.columns, owner) = (base, rows, columns, .pool(pool, capacity: capacity))
    }

    /// Some rows of another; writing to them is writing to it.
    init(_ other: Activation, rows: Range<Int>) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= other.rows)
        base = other.base + rows.lowerBound * other.columns
        (self.rows, columns, owner) = (rows.count, other.columns, .matrix(other))
    }

    deinit {
        if case .pool(let pool, let capacity) = owner { pool.give(base, capacity) }
    }

    func row(_ row: Int) -> UnsafeMutablePointer<Float> { base + row * columns }
}

/// Memory that is used again from layer to layer: fresh pages cost as much as a good part of the work.
final class ActivationPool: Sendable {
    private let idle = Mutex<[Int: [Pointer]]>([:])

    private struct Pointer: @unchecked Sendable {
        let base: UnsafeMutablePointer<Float>
    }

    deinit {
        idle.withLock { $0.values.joined().forEach { $0.base.deallocate() } }
    }

    /// A matrix whose numbers are written before they are read.
    func take(_ rows: Int, _ columns: Int) -> Activation {
        let capacity = max(1, rows * columns)
        let base = idle.withLock { $0[capacity]?.popLast()?.base }
        return Activation(base ?? Self.allocate(capacity), capacity, rows, columns, self)
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Float> {
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: 4 * capacity, alignment: 64)
        return bytes.bindMemory(to: Float.self, capacity: capacity)
    }

    fileprivate func give(_ base: UnsafeMutablePointer<Float>, _ capacity: Int) {
        let pointer = Pointer(base: base)
        idle.withLock { $0[capacity, default: []].append(pointer) }
    }
}
