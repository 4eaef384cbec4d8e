import Foundation
import Testing

@testable import Tensors

struct DecompositionShapeTests {
    @Test(arguments: TestMatrix.names)
    func `derived quantities agree with NumPy`(name: String) throws {
        let truth = try #require(SpectraTruth.shared.matrices[name])
        let shape = SpectrumShape(try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.named(name))))
        #expect(shape.numericalRank == truth.rank)
        func agree(_ ours: Double?, _ theirs: Double) throws {
            #expect(abs(try #require(ours) - theirs) <= 1e-11 * theirs)
        }
        try agree(shape.spectralNorm, truth.values[0])
        try agree(shape.frobeniusNorm, truth.frobenius)
        try agree(shape.nuclearNorm, truth.nuclear)
        try agree(shape.stableRank, truth.stable_rank)
        try agree(shape.effectiveRank, truth.effective_rank)
        try agree(shape.participationRatio, truth.participation_ratio)
        if truth.rank == truth.values.count {
            // The smallest value carries the error of the largest.
            let condition = truth.values[0] / truth.values[truth.values.count - 1]
            #expect(abs(try #require(shape.conditionNumber) - condition) <= 1e-10 * condition * condition)
        } else {
            #expect(shape.conditionNumber == nil)
        }
    }

    @Test func `two values by hand`() throws {
        let shape = SpectrumShape(
            SingularValues(
                rows: 2, columns: 2, values: [3, 1], errorBounds: [0, 0], frobeniusNorm: 10.0.squareRoot(),
                method: .svd))
        #expect(shape.nuclearNorm == 4)
        #expect(abs(try #require(shape.stableRank) - 10.0 / 9) < 1e-15)
        #expect(abs(try #require(shape.participationRatio) - 100.0 / 82) < 1e-15)
        // Entropy of (3/4, 1/4): 4 / 3^(3/4).
        #expect(abs(try #require(shape.effectiveRank) - 4 / pow(3, 0.75)) < 1e-15)
        #expect(shape.conditionNumber == 3)
        #expect(shape.numericalRank == 2)
    }

    @Test func `leading values alone give the norms and the stable rank`() throws {
        let leading = SingularValues(
            rows: 9, columns: 5, values: [2, 1], errorBounds: [0, 0], frobeniusNorm: 3, method: .lanczos)
        let shape = SpectrumShape(leading)
        #expect(shape.spectralNorm == 2)
        #expect(shape.stableRank == 2.25)
        #expect(shape.nuclearNorm == nil && shape.effectiveRank == nil && shape.participationRatio == nil)
        #expect(shape.conditionNumber == nil && shape.numericalRank == nil && shape.bulkEdge == nil)
    }

    @Test func `a zero matrix has norms and rank but no ratios`() throws {
        let zero = try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.make(2, 2, [0, 0, 0, 0])))
        let shape = SpectrumShape(zero)
        #expect(shape.spectralNorm == 0 && shape.nuclearNorm == 0 && shape.numericalRank == 0)
        #expect(shape.stableRank == nil && shape.effectiveRank == nil && shape.participationRatio == nil)
        #expect(shape.conditionNumber == nil && shape.bulkEdge == nil && shape.beyondBulk == nil)
    }

    @Test func `fourth powers do not overflow`() throws {
        let shape = SpectrumShape(
            SingularValues(
                rows: 2, columns: 2, values: [1e100, 1e100], errorBounds: [0, 0],
                frobeniusNorm: 2.0.squareRoot() * 1e100, method: .svd))
        #expect(abs(try #require(shape.participationRatio) - 2) < 1e-14)
        #expect(abs(try #require(shape.stableRank) - 2) < 1e-14)
    }

    @Test(arguments: [0.1, 0.3125, 0.5, 1.0])
    func `the median of the Marchenko-Pastur law agrees with quadrature`(aspect: Double) throws {
        let truth = try #require(SpectraTruth.shared.marchenko_pastur_medians["\(aspect)"])
        #expect(abs(MarchenkoPastur.median(aspect: aspect) - truth) < 1e-9)
    }

    @Test func `the bulk edge of noise is near its largest value and spikes lie beyond it`() throws {
        let noise = TestMatrix.named("tall 701x333")
        let quiet = SpectrumShape(try ExactSpectrum.singularValues(of: MatrixSource(noise)))
        // Elements uniform in [-1, 1): deviation 1/√3.
        let edge = (701.0.squareRoot() + 333.0.squareRoot()) / 3.0.squareRoot()
        #expect(abs(try #require(quiet.bulkEdge) / edge - 1) < 0.01)
        #expect(try #require(quiet.beyondBulk) <= 2)

        // Three entries of 60 are three orthogonal spikes; they hardly move the edge.
        var elements = noise.elements
        for index in 0..<3 { elements[index * 333 + index] += 60 }
        let spiked = SpectrumShape(
            try ExactSpectrum.singularValues(of: MatrixSource(TestMatrix.make(701, 333, elements))))
        #expect(abs(try #require(spiked.bulkEdge) / edge - 1) < 0.01)
        #expect(try #require(spiked.beyondBulk) == (try #require(quiet.beyondBulk)) + 3)
    }
}
