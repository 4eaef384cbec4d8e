import Base
import Foundation
import Synchronization
import Testing

@testable import Tensors

struct DecompositionExactTests {
    @Test(arguments: TestMatrix.names)
    func `every singular value agrees with NumPy`(name: String) throws {
        let truth = try #require(SpectraTruth.shared.matrices[name])
        let found = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.named(name)))
        #expect(found.values.count == truth.values.count)
        #expect(found.isComplete)
        let largest = truth.values[0]
        for (index, (ours, theirs)) in zip(found.values, truth.values).enumerated() {
            let error = abs(ours - theirs)
            #expect(error <= 1e-10 * largest)
            // NumPy's own rounding is allowed for: a few units in the last place of the largest.
            #expect(error <= found.errorBounds[index] + 4e-15 * largest, "value \(index)")
        }
        #expect(abs(found.frobeniusNorm - truth.frobenius) <= 1e-14 * truth.frobenius)
    }

    @Test func `the Gram route is taken where squaring leaves the accuracy`() throws {
        for name in ["square 64", "tall 300x140", "wide 250x600", "square 230", "one row"] {
            #expect(try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.named(name))).method == .gram)
        }
    }

    @Test func `a rank-deficient matrix goes through the SVD and loses nothing`() throws {
        let found = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.named("rank 9 of 210x600")))
        #expect(found.method == .svd)
        #expect(found.values[9] < 1e-13 * found.values[0])
    }

    @Test func `a Gram route forced beyond its accuracy still bounds its error`() throws {
        let truth = try #require(SpectraTruth.shared.matrices["rank 9 of 210x600"])
        let source = MatrixSource(TestMatrix.named("rank 9 of 210x600"))
        let found = try ExactSpectrum.singularValues(of: source, accuracy: 1)
        #expect(found.method == .gram)
        for (index, value) in found.values.enumerated() {
            #expect(abs(value - truth.values[index]) <= found.errorBounds[index])
        }
        #expect(try #require(found.relativeErrorBound) < 1e-7)
    }

    @Test func `a tall matrix that needs several blocks of QR keeps its values`() throws {
        // Columns repeat, so the Gram route is refused; 1200 rows against 30 columns make three blocks.
        let base = TestMatrix.random(1200, 15, 40)
        let doubled = TestMatrix.make(
            1200, 30, (0..<1200 * 30).map { base.elements[$0 / 30 * 15 + $0 % 15] })
        let half = try ExactSpectrum.singularValues(of: MatrixSource(base))
        for source in [MatrixSource(doubled), Self.transposed(doubled)] {
            let found = try ExactSpectrum.singularValues(of: source)
            #expect(found.method == .svd)
            for index in 0..<15 {
                #expect(abs(found.values[index] - half.values[index] * 2.0.squareRoot()) < 1e-13 * half.values[0])
                #expect(found.values[15 + index] < 1e-13 * half.values[0])
            }
        }
    }

    private static func transposed(_ matrix: Matrix) -> MatrixSource {
        let elements = (0..<matrix.elements.count).map {
            matrix.elements[$0 % matrix.rows * matrix.columns + $0 / matrix.rows]
        }
        return MatrixSource(TestMatrix.make(matrix.columns, matrix.rows, elements))
    }

    @Test func `known spectra come back`() throws {
        let diagonal = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.diagonal([2, -3, 1], rows: 5)))
        #expect(zip(diagonal.values, [3, 2, 1]).allSatisfy { abs($0 - $1) < 1e-15 })

        // Sylvester's Hadamard matrix of order 256: every singular value is 16.
        let hadamard = TestMatrix.make(
            256, 256, (0..<65536).map { (($0 / 256) & ($0 % 256)).nonzeroBitCount % 2 == 0 ? 1 : -1 })
        let flat = try ExactSpectrum.singularValues(of: MatrixSource(hadamard))
        #expect(flat.values.allSatisfy { abs($0 - 16) < 1e-12 })
    }

    @Test(arguments: ["square 230", "tall 701x333", "wide 250x600", "rank 9 of 210x600"])
    func `any number of threads gives the same bytes`(name: String) throws {
        let source = MatrixSource(TestMatrix.named(name))
        let alone = try ExactSpectrum.singularValues(of: source)
        #expect(try ExactSpectrum.singularValues(of: source, on: Threads(2, backwards: true)) == alone)
        #expect(try ExactSpectrum.singularValues(of: source, on: Threads(5, backwards: true)) == alone)
    }

    @Test(arguments: ["tall 701x333", "wide 60x260", "rank 9 of 210x600"])
    func `a streamed matrix gives the bytes of one in memory`(name: String) throws {
        let matrix = TestMatrix.named(name)
        let memory = try ExactSpectrum.singularValues(of: MatrixSource(matrix))
        #expect(try ExactSpectrum.singularValues(of: matrix.streamed) == memory)
    }

    @Test func `the Gram route reads each element once`() throws {
        let read = Counter()
        let matrix = TestMatrix.named("tall 701x333")
        let source = MatrixSource(rows: 701, columns: 333) { rows, columns, block in
            read.count.add(rows.count * columns.count, ordering: .relaxed)
            try matrix.streamed.fill(rows: rows, columns: columns, scale: 1, into: block)
        }
        _ = try ExactSpectrum.singularValues(of: source)
        #expect(read.count.load(ordering: .relaxed) == 701 * 333)
    }

    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    @Test func `doubles that float32 cannot hold are not rounded`() throws {
        let source = MatrixSource(rows: 3, columns: 1) { rows, _, block in
            for (place, row) in rows.enumerated() { block[place] = row == 1 ? 1 + 0x1p-40 : 0 }
        }
        #expect(try ExactSpectrum.singularValues(of: source).values == [1 + 0x1p-40])
    }

    @Test(arguments: [0x1p-1030, 1e-160, 1e160, 1e300])
    func `elements whose squares leave the range of double are scaled`(unit: Double) throws {
        let source = MatrixSource.diagonal(3 * unit, 4 * unit)
        let found = try ExactSpectrum.singularValues(of: source)
        // A denormal unit has fewer digits of its own.
        #expect(abs(found.values[0] / (unit * 4) - 1) < 1e-12)
        #expect(abs(found.values[1] / (unit * 3) - 1) < 1e-12)
        #expect(abs(found.frobeniusNorm / (unit * 5) - 1) < 1e-12)
    }

    @Test func `float32 denormals are values like others`() throws {
        let tiny = Float.leastNonzeroMagnitude
        let found = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.diagonal([3 * tiny, tiny])))
        #expect(abs(found.values[0] / Double(3 * tiny) - 1) < 1e-14)
        #expect(abs(found.values[1] / Double(tiny) - 1) < 1e-14)
    }

    @Test func `a zero matrix has zero singular values`() throws {
        let found = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.make(3, 2, [0, 0, 0, 0, 0, 0])))
        #expect(found.values == [0, 0])
        #expect(found.frobeniusNorm == 0)
        #expect(found.relativeErrorBound == nil)
    }

    @Test func `NaN and infinity are counted and refused`() throws {
        let matrix = TestMatrix.make(2, 3, [1, .nan, 3, .infinity, -.infinity, 6])
        #expect(throws: DecompositionError.nonFinite(count: 3)) {
            try ExactSpectrum.singularValues(of: MatrixSource(matrix))
        }
    }

    @Test func `a matrix without elements is refused`() throws {
        #expect(throws: DecompositionError.empty(rows: 0, columns: 4)) {
            try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.make(0, 4, [])))
        }
    }

    @Test func `an error of the source arrives as it is`() throws {
        struct Broken: Error, Equatable { let row: Int }
        let source = MatrixSource(rows: 2000, columns: 8) { rows, _, block in
            if rows.upperBound > 600 { throw Broken(row: rows.lowerBound) }
            block.update(repeating: 1, count: rows.count * 8)
        }
        // Panels are of 512 rows, strips of 64: the first that fails is the same for any number of threads.
        #expect(throws: Broken(row: 576)) {
            try ExactSpectrum.singularValues(of: source, on: Threads(3))
        }
    }

    @Test func `a failure of LAPACK names the routine`() throws {
        #expect(throws: DecompositionError.notConverged(routine: "dsterf", info: 7)) {
            try Tridiagonal.check(7, "dsterf")
        }
        #expect(
            DecompositionError.notConverged(routine: "dsterf", info: 7).description
                == "LAPACK's dsterf did not converge (info 7)")
    }
}
