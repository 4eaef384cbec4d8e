import Base
import Foundation
import Testing

@testable import Tensors

struct DecompositionLeadingTests {
    @Test(arguments: TestMatrix.names, [1, 3, 16])
    func `leading values agree with NumPy and their bound covers the error`(name: String, count: Int) throws {
        let truth = try #require(SpectraTruth.shared.matrices[name])
        let found = try LeadingSpectrum.compute(of: MatrixSource(TestMatrix.named(name)), .init(count: count))
        let values = found.singularValues
        #expect(values.values.count == min(count, truth.values.count))
        #expect(found.converged)
        for (index, ours) in values.values.enumerated() {
            let error = abs(ours - truth.values[index])
            #expect(values.errorBounds[index] <= 1e-6 * truth.values[0])
            // NumPy's own rounding is allowed for.
            #expect(error <= values.errorBounds[index] + 1e-15 * truth.values[0], "value \(index)")
        }
        #expect(abs(values.frobeniusNorm - truth.frobenius) <= 1e-14 * truth.frobenius)
    }

    @Test func `a flat spectrum is not accepted early`() throws {
        // Neighbours at the top differ by less than 1%: a rule that waits for the value to settle stops far off.
        let truth = try #require(SpectraTruth.shared.matrices["tall 701x333"])
        let source = MatrixSource(TestMatrix.named("tall 701x333"))
        for tolerance in [1e-3, 1e-6, 1e-9] {
            let found = try LeadingSpectrum.compute(of: source, .init(count: 1, tolerance: tolerance))
            let error = abs(found.singularValues.values[0] - truth.values[0])
            #expect(error <= found.singularValues.errorBounds[0])
            #expect(error <= tolerance * truth.values[0])
            #expect(found.converged)
        }
    }

    @Test func `copies of a multiple value are all found`() throws {
        let decaying = (0..<180).map { Float(4 * pow(0.9, Double($0))) }
        let matrix = TestMatrix.diagonal(decaying + [Float](repeating: 5, count: 20))
        let found = try LeadingSpectrum.compute(of: MatrixSource(matrix), .init(count: 24))
        let truth = [Double](repeating: 5, count: 20) + decaying.prefix(4).map(Double.init)
        for index in 0..<24 {
            #expect(abs(found.singularValues.values[index] - truth[index]) <= found.singularValues.errorBounds[index])
        }
    }

    @Test func `an orthogonal matrix has a spectrum of ones`() throws {
        let identity = TestMatrix.diagonal([Float](repeating: 1, count: 70))
        let found = try LeadingSpectrum.compute(of: MatrixSource(identity), .init(count: 16))
        #expect(found.singularValues.values.allSatisfy { abs($0 - 1) < 1e-14 })
        #expect(found.right.count == 16)
    }

    @Test func `values beyond the rank are zero and have no vectors`() throws {
        let found = try LeadingSpectrum.compute(of: MatrixSource(TestMatrix.named("rank 5 of 40x30")), .init(count: 8))
        #expect(found.singularValues.values[5..<8].allSatisfy { $0 < 1e-6 * found.singularValues.values[0] })
        #expect(found.right.count == 5)
        #expect(found.left.count == 5)
    }

    @Test(arguments: ["tall 300x140", "wide 60x260", "scaled 260x240"])
    func `vectors are orthonormal and map onto each other`(name: String) throws {
        let matrix = TestMatrix.named(name)
        let found = try LeadingSpectrum.compute(of: MatrixSource(matrix), .init(count: 6))
        for (side, dimension) in [(found.left, matrix.rows), (found.right, matrix.columns)] {
            #expect(side.dimension == dimension && side.count == 6)
            for a in 0..<6 {
                for b in 0..<6 {
                    // Left vectors are images of right ones: their angles carry the residual.
                    #expect(abs(Self.dot(side, a, b) - (a == b ? 1 : 0)) < 1e-5)
                }
            }
        }
        for index in 0..<6 {
            let right = found.right.vectors[index * matrix.columns..<(index + 1) * matrix.columns]
            for row in 0..<matrix.rows {
                let image = zip(matrix.elements[row * matrix.columns..<(row + 1) * matrix.columns], right)
                    .reduce(0) { $0 + Double($1.0) * $1.1 }
                let left = found.left.vectors[index * matrix.rows + row] * found.singularValues.values[index]
                #expect(abs(image - left) < 1e-12 * found.singularValues.values[0])
            }
        }
    }

    private static func dot(_ space: Subspace, _ a: Int, _ b: Int) -> Double {
        let n = space.dimension
        return (0..<n).reduce(0) { $0 + space.vectors[a * n + $1] * space.vectors[b * n + $1] }
    }

    @Test(arguments: ["tall 701x333", "wide 250x600"], [1, 8])
    func `any number of threads and any storage give the same bytes`(name: String, count: Int) throws {
        let matrix = TestMatrix.named(name)
        let settings = LeadingSpectrum.Settings(count: count)
        let alone = try LeadingSpectrum.compute(of: MatrixSource(matrix), settings)
        for (source, threads) in [(MatrixSource(matrix), 2), (MatrixSource(matrix), 5), (matrix.streamed, 3)] {
            let found = try LeadingSpectrum.compute(of: source, settings, on: Threads(threads, backwards: true))
            #expect(found.singularValues == alone.singularValues)
            #expect(found.right == alone.right)
            #expect(found.left == alone.left)
        }
    }

    @Test func `another seed is another path to the same values`() throws {
        let source = MatrixSource(TestMatrix.named("square 230"))
        let first = try LeadingSpectrum.compute(of: source, .init(count: 4, seed: 1))
        let second = try LeadingSpectrum.compute(of: source, .init(count: 4, seed: 2))
        #expect(first.right != second.right)
        for index in 0..<4 {
            let allowed = first.singularValues.errorBounds[index] + second.singularValues.errorBounds[index]
            #expect(abs(first.singularValues.values[index] - second.singularValues.values[index]) <= allowed)
        }
    }

    @Test func `a basis too small to converge in says so and its bounds still hold`() throws {
        let truth = try #require(SpectraTruth.shared.matrices["tall 701x333"])
        let found = try LeadingSpectrum.compute(
            of: MatrixSource(TestMatrix.named("tall 701x333")), .init(count: 1, basisBytes: 0))
        #expect(!found.converged)
        let nearest = truth.values.map { abs($0 - found.singularValues.values[0]) }.min() ?? .infinity
        #expect(nearest <= found.singularValues.errorBounds[0])
    }

    @Test(arguments: [0x1p-1030, 1e-160, 1e160, 1e300])
    func `elements whose squares leave the range of double are scaled`(unit: Double) throws {
        let source = MatrixSource.diagonal(3 * unit, 4 * unit)
        let found = try LeadingSpectrum.compute(of: source, .init(count: 2))
        #expect(abs(found.singularValues.values[0] / (unit * 4) - 1) < 1e-12)
        #expect(abs(found.singularValues.frobeniusNorm / (unit * 5) - 1) < 1e-12)
    }

    @Test func `a zero matrix has zero values and empty subspaces`() throws {
        let found = try LeadingSpectrum.compute(of: MatrixSource(TestMatrix.make(3, 2, [0, 0, 0, 0, 0, 0])))
        #expect(found.singularValues.values == [0, 0])
        #expect(found.right.count == 0)
        #expect(found.converged)
    }

    @Test func `NaN, infinity and missing elements are refused`() throws {
        #expect(throws: DecompositionError.nonFinite(count: 2)) {
            try LeadingSpectrum.compute(of: MatrixSource(TestMatrix.make(2, 2, [1, .nan, 3, .infinity])))
        }
        #expect(throws: DecompositionError.empty(rows: 3, columns: 0)) {
            try LeadingSpectrum.compute(of: MatrixSource(TestMatrix.make(3, 0, [])))
        }
    }
}
