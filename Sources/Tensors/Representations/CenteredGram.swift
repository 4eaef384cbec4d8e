import Base
import CBLAS
import Foundation

/// The dot products between samples' hidden states, each state less the mean of all: what linear CKA compares.
///
/// It has a row and a column a sample, however wide the model, and so is what has to be kept of a checkpoint to compare
/// it with others later.
package struct CenteredGram: Sendable, Equatable {
    /// Number n of samples.
    package let order: Int
    /// n × n, symmetric.
    private let values: [Double]

    /// Takes a state a row.
    /// - Complexity: `rows² columns` operations; memory `rows (rows + columns)` doubles.
    package init(of states: Matrix) {
        cb_use_one_thread()
        let (rows, columns) = (states.rows, states.columns)
        let centered = states.centered
        var values = [Double](repeating: 0, count: rows * rows)
        if rows > 0, columns > 0 {
            // Row-major states are their transpose to BLAS: columns x rows.
            cb_dsyrk_lower(
                CChar(UInt8(ascii: "T")), rows.lapack, columns.lapack, 1, centered, columns.lapack, 0, &values,
                rows.lapack)
        }
        // The lower triangle of a column-major matrix is the upper one of a row-major one.
        for row in 0..<rows {
            for column in 0..<row { values[row * rows + column] = values[column * rows + row] }
        }
        order = rows
        self.values = values
    }

    /// Linear centred kernel alignment, ⟨K, L⟩ / (‖K‖ ‖L‖), 0 to 1: of states X and Y it is ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), norms
    /// being Frobenius' (Kornblith et al., 2019, arXiv:1905.00414). It leans upwards where samples are few against
    /// dimensions.
    /// - Returns: `nil` where all states of a side are equal, or one is not finite.
    package func alignment(with other: CenteredGram) -> Double? {
        precondition(order == other.order)
        return Self.ratio(
            Self.dot(values, other.values), Self.dot(values, values), Self.dot(other.values, other.values))
    }

    /// The same with the unbiased estimator of each of the three products (Song et al., 2012, equation 4; Nguyen, Raghu and
    /// Kornblith, 2021, arXiv:2010.15327), about 0 for unrelated states; it may be below 0.
    /// - Returns: `nil` for fewer than four samples, and where an estimate of a side's own product is not positive.
    package func unbiasedAlignment(with other: CenteredGram) -> Double? {
        precondition(order == other.order)
        guard order >= 4 else { return nil }
        let (first, second) = (uncoupled, other.uncoupled)
        return Self.ratio(Self.dot(first, second), Self.dot(first, first), Self.dot(second, second))
    }

    /// Without its diagonal, and what rows and columns have in common taken away: the U-centred matrix, whose products are
    /// the estimator's up to a factor (Székely and Rizzo, 2014, section 3.1).
    private var uncoupled: [Double] {
        let n = Double(order)
        var result = values
        for index in 0..<order { result[index * order + index] = 0 }
        let sums = (0..<order).map { row in result[row * order..<(row + 1) * order].reduce(0, +) }
        let total = sums.reduce(0, +) / ((n - 1) * (n - 2))
        for row in 0..<order {
            for column in 0..<order where column != row {
                result[row * order + column] += total - (sums[row] + sums[column]) / (n - 2)
            }
        }
        return result
    }

    private static func dot(_ a: [Double], _ b: [Double]) -> Double {
        var sum = 0.0
        for index in a.indices { sum += a[index] * b[index] }
        return sum
    }

    private static func ratio(_ product: Double, _ first: Double, _ second: Double) -> Double? {
        guard first > 0, second > 0 else { return nil }
        let ratio = product / first.squareRoot() / second.squareRoot()
        return ratio.isFinite ? min(ratio, 1) : nil
    }
}

extension CenteredGram: Codable {
    private enum CodingKeys: String, CodingKey {
        case order, triangle
    }

    /// Writes the upper triangle as little-endian float64: text would take thrice the space.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        var triangle = Data(capacity: order * (order + 1) * 4)
        for row in 0..<order {
            for column in row..<order {
                withUnsafeBytes(of: values[row * order + column].bitPattern.littleEndian) {
                    triangle.append(contentsOf: $0)
                }
            }
        }
        try container.encode(order, forKey: .order)
        try container.encode(triangle, forKey: .triangle)
    }

    /// Reads what `encode` wrote.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let order = try container.decode(Int.self, forKey: .order)
        let triangle = try container.decode(Data.self, forKey: .triangle)
        guard (0...1 << 20).contains(order), triangle.count == order * (order + 1) * 4 else {
            throw DecodingError.dataCorruptedError(
                forKey: .triangle, in: container, debugDescription: "not a triangle of that order")
        }
        var values = [Double](repeating: 0, count: order * order)
        var place = 0
        triangle.withUnsafeBytes { bytes in
            for row in 0..<order {
                for column in row..<order {
                    let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                    values[row * order + column] = Double(bitPattern: bits)
                    values[column * order + row] = Double(bitPattern: bits)
                    place += 8
                }
            }
        }
        self.order = order
        self.values = values
    }
}

extension Matrix {
    /// The elements less the mean of their column, in double.
    var centered: [Double] {
        guard rows > 0 else { return [] }
        var means = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { means[column] += Double(elements[row * columns + column]) }
        }
        for column in 0..<columns { means[column] /= Double(rows) }
        var values = [Double](repeating: 0, count: elements.count)
        for row in 0..<rows {
            for column in 0..<columns {
                values[row * columns + column] = Double(elements[row * columns + column]) - means[column]
            }
        }
        return values
    }
}
