import Foundation

/// The content of one row of a matrix.
package struct RowContent: Codable, Sendable, Equatable {
    /// Index of the row.
    package let row: Int
    /// The fingerprint of its bytes.
    package let fingerprint: Fingerprint
    /// Σx².
    package let squareSum: Double
    /// Σx over the elements j of the row with j mod 16 = 0, 1, ...: a linear map, so that rows of one direction have sums
    /// of one direction.
    package let sums: [Double]

    /// Whether all elements are 0.
    package var isZero: Bool { squareSum == 0 }

    /// The cosine between the sums of two rows; `nil` when it does not exist.
    package func cosine(to other: RowContent) -> Double? {
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let cosine = dot(sums, other.sums) / (dot(sums, sums) * dot(other.sums, other.sums)).squareRoot()
        return cosine.isFinite ? cosine : nil
    }
}

/// Chosen rows of a matrix, gathered from segments that may begin and end within a row.
package struct RowContents: Codable, Sendable, Equatable {
    /// The rows, once all of the matrix was added and sealed.
    package private(set) var rows: [RowContent] = []
    private var bytes: [Int: Data]?
    private let type: ElementType

    /// Of no elements yet.
    package init(_ type: ElementType) {
        self.type = type
        bytes = [:]
    }

    /// Adds elements of the row.
    mutating func add(_ part: UnsafeRawBufferPointer, row: Int) {
        bytes?[row, default: Data()].append(contentsOf: part)
    }

    /// Adds the segment that follows.
    package mutating func append(_ next: RowContents) {
        for (row, part) in next.bytes ?? [:] { bytes?[row, default: Data()].append(part) }
    }

    /// The rows without their bytes.
    package func sealed() -> RowContents {
        guard let bytes else { return self }
        var sealed = self
        sealed.bytes = nil
        sealed.rows = bytes.sorted { $0.key < $1.key }.map { RowContent($1, row: $0, type) }
        return sealed
    }
}

extension RowContent {
    fileprivate init(_ data: Data, row: Int, _ type: ElementType) {
        let values = data.withUnsafeBytes { bytes -> [Double] in
            guard let source = bytes.baseAddress else { return [] }
            let count = bytes.count / type.readByteCount
            return [Double](unsafeUninitializedCapacity: count) { room, filled in
                guard let base = room.baseAddress else { return }
                let found = widen(source, type, to: .float64, count: count, scratch: UnsafeMutableRawPointer(base))
                if found != UnsafeRawPointer(base) {
                    UnsafeMutableRawPointer(base).copyMemory(from: found, byteCount: count * 8)
                }
                filled = count
            }
        }
        var sums = [Double](repeating: 0, count: 16)
        for (index, value) in values.enumerated() { sums[index % 16] += value }
        self.init(
            row: row, fingerprint: data.withUnsafeBytes { Fingerprint(of: $0) },
            squareSum: values.reduce(0) { $0 + $1 * $1 }, sums: sums)
    }
}

/// Gathers the chosen rows of a matrix from blocks of raw elements.
package struct RowContentsAccumulator: Sendable {
    private let type: ElementType
    private let rowLength: Int
    private let rows: [Int]
    /// What was gathered, not sealed.
    package private(set) var contents: RowContents

    /// - Parameter rows: ascending indices of the rows.
    package init(_ type: ElementType, rowLength: Int, rows: [Int]) {
        precondition(rowLength > 0 && type.hasStatistics)
        (self.type, self.rowLength, self.rows) = (type, rowLength, rows)
        contents = RowContents(type)
    }

    /// Adds `count` little-endian elements, the first of which has row-major index `first` in its matrix.
    package mutating func add(_ elements: UnsafeRawPointer, first: Int, count: Int) {
        for row in rows {
            let (low, high) = (max(first, row * rowLength), min(first + count, (row + 1) * rowLength))
            guard low < high else { continue }
            let part = UnsafeRawBufferPointer(
                start: elements + (low - first) * type.readByteCount, count: (high - low) * type.readByteCount)
            contents.add(part, row: row)
        }
    }
}
