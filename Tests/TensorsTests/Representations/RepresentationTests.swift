import Foundation
import Tensors
import TestSupport
import Testing

/// Against NumPy, which computes CKA in the space of features and the unbiased one from uncentred products:
/// Tests/Fixtures/similarity/make_representations.py.
@Suite struct RepresentationTests {
    private struct Pair: Decodable {
        let rows: Int
        let x: [Float]
        let y: [Float]
        let cka: Double
        let unbiased_cka: Double
        let rankme: [Double]
        let effective_rank: [Double]
        let participation_ratio: [Double]

        var states: [Matrix] { [x, y].map { Matrix(rows: rows, columns: $0.count / rows, elements: $0) } }
    }

    private let pairs: [Pair]

    init() throws {
        let file = URL(filePath: "\(packageRoot)/Tests/Fixtures/similarity/representations.json")
        pairs = try JSONDecoder().decode([Pair].self, from: Data(contentsOf: file))
    }

    @Test func `alignments agree with NumPy`() throws {
        for pair in pairs {
            let grams = pair.states.map { CenteredGram(of: $0) }
            #expect(abs(try #require(grams[0].alignment(with: grams[1])) - pair.cka) < 1e-12)
            #expect(abs(try #require(grams[1].unbiasedAlignment(with: grams[0])) - pair.unbiased_cka) < 1e-9)
        }
        #expect(pairs.count == 4)
    }

    /// Within the 1e-7 of the largest value that small ones may be off.
    @Test func `ranks agree with NumPy`() throws {
        for pair in pairs {
            for (index, states) in pair.states.enumerated() {
                let rank = try #require(try RepresentationRank(of: states))
                #expect(abs(rank.rankMe - pair.rankme[index]) < 1e-5)
                #expect(abs(try #require(rank.effectiveRank) - pair.effective_rank[index]) < 1e-5)
                #expect(abs(try #require(rank.participationRatio) - pair.participation_ratio[index]) < 1e-8)
            }
        }
    }

    @Test func `states align with themselves however they are turned, scaled and shifted`() throws {
        let states = Matrix(rows: 5, columns: 2, elements: [0, 1, 2, 0, 1, 1, -3, 0.5, 4, 4])
        let rows: [[Float]] = (0..<5).map { row in
            [7 - 3 * states.elements[2 * row + 1], 3 * states.elements[2 * row]]
        }
        let turned = Matrix(rows: 5, columns: 2, elements: rows.flatMap { $0 })
        let (one, other) = (CenteredGram(of: states), CenteredGram(of: turned))
        #expect(abs(try #require(one.alignment(with: other)) - 1) < 1e-12)
        #expect(abs(try #require(one.unbiasedAlignment(with: other)) - 1) < 1e-12)
    }

    @Test func `equal states align with nothing and have no centred rank`() throws {
        let equal = Matrix(rows: 4, columns: 2, elements: Array(repeating: 0.1, count: 8))
        let other = Matrix(rows: 4, columns: 2, elements: [0, 1, 2, 0, 1, 1, -3, 0.5])
        let gram = CenteredGram(of: equal)
        #expect(gram.alignment(with: CenteredGram(of: other)) == nil)
        #expect(gram.unbiasedAlignment(with: CenteredGram(of: other)) == nil)
        let rank = try #require(try RepresentationRank(of: equal))
        #expect(abs(rank.rankMe - 1) < 1e-5)
        #expect(rank.effectiveRank == nil && rank.participationRatio == nil)
    }

    @Test func `three samples have no unbiased alignment`() {
        let gram = CenteredGram(of: Matrix(rows: 3, columns: 1, elements: [1, 2, 4]))
        #expect(gram.alignment(with: gram) == 1)
        #expect(gram.unbiasedAlignment(with: gram) == nil)
    }

    @Test func `what is not finite has no value`() throws {
        let states = Matrix(rows: 4, columns: 1, elements: [1, .nan, 2, 3])
        let gram = CenteredGram(of: states)
        #expect(gram.alignment(with: gram) == nil && gram.unbiasedAlignment(with: gram) == nil)
        #expect(try RepresentationRank(of: states) == nil)
        #expect(try RepresentationRank(of: Matrix(rows: 2, columns: 2, elements: [0, 0, 0, 0])) == nil)
    }

    @Test func `products that were kept as text come back bit for bit`() throws {
        let gram = CenteredGram(of: pairs[0].states[0])
        let back = try JSONDecoder().decode(CenteredGram.self, from: JSONEncoder().encode(gram))
        #expect(back == gram)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(CenteredGram.self, from: Data(#"{"order":2,"triangle":"AAAA"}"#.utf8))
        }
    }
}
