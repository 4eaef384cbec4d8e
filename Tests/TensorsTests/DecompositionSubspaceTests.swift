import Foundation
import Testing

@testable import Tensors

struct DecompositionSubspaceTests {
    @Test func `principal angles agree with SciPy`() throws {
        let a = Self.span(seed: 20)
        let b = Self.span(seed: 21)
        let truth = SpectraTruth.shared.angles
        for (ours, theirs) in zip(try a.principalAngles(to: b), try #require(truth["apart"])) {
            #expect(abs(ours - theirs) < 1e-13)
        }
        let two = Self.orthonormal(Self.columns(seed: 21).prefix(2))
        let unequal = try #require(truth["unequal"])
        for pair in [try a.principalAngles(to: two), try two.principalAngles(to: a)] {
            #expect(pair.count == 2)
            #expect(zip(pair, unequal).allSatisfy { abs($0 - $1) < 1e-13 })
        }
    }

    @Test func `angles of a billionth of a radian are resolved`() throws {
        let moved = zip(Self.columns(seed: 20), Self.columns(seed: 21)).map { first, second in
            zip(first, second).map { $0 + 0x1p-30 * $1 }
        }
        let found = try Self.span(seed: 20).principalAngles(to: Self.orthonormal(moved[...]))
        let truth = try #require(SpectraTruth.shared.angles["near"])
        #expect(zip(found, truth).allSatisfy { abs($0 - $1) < 2e-15 })
    }

    @Test func `a plane turned by a known angle`() throws {
        let angle = 0.3
        let first = Subspace(dimension: 3, vectors: [1, 0, 0, 0, 1, 0])
        let second = Subspace(dimension: 3, vectors: [1, 0, 0, 0, cos(angle), sin(angle)])
        let found = try first.principalAngles(to: second)
        #expect(found[0] == 0)
        #expect(abs(found[1] - angle) < 1e-15)
        #expect(abs(try #require(try first.overlap(with: second)) - (1 + cos(angle) * cos(angle)) / 2) < 1e-15)
    }

    @Test func `orthogonal and empty subspaces`() throws {
        let first = Subspace(dimension: 4, vectors: [1, 0, 0, 0])
        let second = Subspace(dimension: 4, vectors: [0, 0, 1, 0])
        #expect(try first.principalAngles(to: second) == [Double.pi / 2])
        #expect(try first.overlap(with: second).map { $0 < 1e-30 } == true)
        #expect(try first.principalAngles(to: Subspace(dimension: 4, vectors: [])) == [])
        #expect(try first.overlap(with: Subspace(dimension: 4, vectors: [])) == nil)
    }

    private static func columns(seed: UInt64) -> [[Double]] {
        let matrix = TestMatrix.random(50, 6, seed)
        return (0..<6).map { column in (0..<50).map { Double(matrix.elements[$0 * 6 + column]) } }
    }

    private static func span(seed: UInt64) -> Subspace {
        orthonormal(columns(seed: seed)[...])
    }

    /// Gram-Schmidt, each vector twice.
    private static func orthonormal(_ columns: ArraySlice<[Double]>) -> Subspace {
        var basis: [[Double]] = []
        for column in columns {
            var vector = column
            for _ in 0..<2 {
                for other in basis {
                    let component = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                    vector = zip(vector, other).map { $0 - component * $1 }
                }
            }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            basis.append(vector.map { $0 / norm })
        }
        return Subspace(dimension: 50, vectors: basis.flatMap { $0 })
    }
}
