import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Base
@testable import Tensors

/// Truth from NumPy and SciPy: Tests/Fixtures/spectra/make_spectra.py.
struct SpectraTruth: Decodable {
    struct Shape: Decodable {
        let rows: Int
        let columns: Int
        let values: [Double]
        let frobenius: Double
        let nuclear: Double
        let stable_rank: Double
        let effective_rank: Double
        let participation_ratio: Double
        let rank: Int
    }

    let matrices: [String: Shape]
    let angles: [String: [Double]]
    let marchenko_pastur_medians: [String: Double]

    static let shared: SpectraTruth = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fixtures/spectra/spectra.json")
        do {
            return try JSONDecoder().decode(SpectraTruth.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("\(file.path): \(error)")
        }
    }()
}

/// The matrices of the script.
enum TestMatrix {
    static let names = SpectraTruth.shared.matrices.keys.sorted()

    static func named(_ name: String) -> Matrix {
        switch name {
        case "square 64": random(64, 64, 1)
        case "tall 300x140": random(300, 140, 2)
        case "wide 60x260": random(60, 260, 3)
        case "square 230": random(230, 230, 4)
        case "wide 250x600": random(250, 600, 5)
        case "tall 701x333": random(701, 333, 6)
        case "scaled 260x240":
            make(260, 240, random(260, 240, 7).elements.enumerated().map { $1 * scalbn(1, -($0 % 240 % 12)) })
        case "rank 5 of 40x30": lowRank(40, 30, 5, 8)
        case "rank 9 of 210x600": lowRank(210, 600, 9, 10)
        case "one row": random(1, 50, 12)
        case "one column": random(50, 1, 13)
        case "one element": random(1, 1, 14)
        default: preconditionFailure("no matrix \(name)")
        }
    }

    static func make(_ rows: Int, _ columns: Int, _ elements: [Float]) -> Matrix {
        Matrix(rows: rows, columns: columns, elements: elements)
    }

    /// Uniform in [-1, 1) on a grid of 2^-23.
    static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
        var generator = SplitMix64(seed: seed)
        return make(rows, columns, (0..<rows * columns).map { _ in Float(generator.next() >> 40) * 0x1p-23 - 1 })
    }

    static func diagonal(_ values: [Float], rows: Int? = nil) -> Matrix {
        let rows = rows ?? values.count
        var elements = [Float](repeating: 0, count: rows * values.count)
        for (index, value) in values.enumerated() { elements[index * values.count + index] = value }
        return make(rows, values.count, elements)
    }

    private static func lowRank(_ rows: Int, _ columns: Int, _ rank: Int, _ seed: UInt64) -> Matrix {
        let left = random(rows, rank, seed).elements.map { ($0 * 8).rounded(.down) }
        let right = random(rank, columns, seed + 1).elements.map { ($0 * 8).rounded(.down) }
        return make(
            rows, columns,
            (0..<rows * columns).map { index in
                (0..<rank).reduce(0) { $0 + left[index / columns * rank + $1] * right[$1 * columns + index % columns] }
            })
    }
}

extension Matrix {
    /// The same matrix through the door for matrices that are not in memory.
    var streamed: MatrixSource {
        MatrixSource(rows: rows, columns: columns) { rows, columns, block in
            var target = block
            for row in rows {
                for column in columns {
                    target.pointee = Double(elements[row * self.columns + column])
                    target += 1
                }
            }
        }
    }
}

extension MatrixSource {
    /// Two rows and columns, zero outside the diagonal.
    static func diagonal(_ first: Double, _ second: Double) -> MatrixSource {
        MatrixSource(rows: 2, columns: 2) { rows, columns, block in
            var target = block
            for row in rows {
                for column in columns {
                    target.pointee = row != column ? 0 : row == 0 ? first : second
                    target += 1
                }
            }
        }
    }
}
