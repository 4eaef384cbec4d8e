import Foundation
import Tensors
import Testing

@testable import LanguageModels

/// Losses, entropies, ranks and divergences against their definitions, in double precision on whole logits.
@Suite struct TokenScoresTests {
    private let golden: GoldenModel
    private let model: LanguageModel

    init() throws {
        golden = try GoldenModel("olmo2")
        model = try LanguageModel(golden.checkpoint)
    }

    private func probabilities(_ golden: GoldenModel, _ token: Int) -> [Double] {
        let logits = golden.logits[token * 61..<(token + 1) * 61].map(Double.init)
        let most = logits.max() ?? 0
        let powers = logits.map { exp($0 - most) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    @Test func `every token's numbers follow their definitions`() throws {
        let states = try model.forward(golden.probe, Execution())
        let scores = try model.scores(states, golden.probe, Execution())
        var token = 0
        for (number, sequence) in golden.probe.sequences.enumerated() {
            #expect(scores.indices(ofSequence: number) == token..<token + sequence.tokens.count - 1)
            for target in sequence.tokens.dropFirst() {
                let p = probabilities(golden, token)
                let probability = p[Int(target)]
                // Logits of magnitude 10 in float32 are known to about 1e-5.
                #expect(abs(scores.loss[token] + log(probability)) < 2e-5)
                #expect(abs(scores.entropy[token] + p.reduce(0) { $0 + $1 * log($1) }) < 2e-5)
                #expect(abs(scores.confidence[token] - (p.max() ?? 0)) < 1e-5)
                #expect(scores.isFirst[token] == (p.max() == probability))
                #expect(scores.isAmongFive[token] == (p.count { $0 > probability } < 5))
                token += 1
            }
            token += 1
        }
        #expect(scores.isAmongFive.contains(true) && scores.isAmongFive.contains(false))
    }

    @Test func `divergences follow their definition`() throws {
        let reference = try GoldenModel("olmo")
        let referenceModel = try LanguageModel(reference.checkpoint)
        // Both models see the same tokens; their logits for these are worked out from the states.
        let states = try model.forward(golden.probe, Execution())
        let referenceStates = try referenceModel.forward(golden.probe, Execution())
        let found = try model.divergences(states, from: referenceModel, referenceStates, golden.probe, Execution())
        let (p, q) = (try distributions(referenceModel, referenceStates), try distributions(model, states))
        for token in p.indices {
            let expected = zip(p[token], q[token]).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
            #expect(abs(found.divergence[token] - expected) < 2e-5)
            #expect(
                found.isAgreed[token]
                    == (p[token].firstIndex(of: p[token].max() ?? 0) == q[token].firstIndex(of: q[token].max() ?? 0)))
        }
    }

    private func distributions(_ model: LanguageModel, _ states: HiddenStates) throws -> [[Double]] {
        let logits = try plainLogits(model, all(states))
        return stride(from: 0, to: logits.count, by: model.vocabulary).map { start in
            let logits = logits[start..<start + model.vocabulary]
            let most = logits.max() ?? 0
            let sum = logits.reduce(0) { $0 + exp($1 - most) }
            return logits.map { exp($0 - most) / sum }
        }
    }

    @Test func `a model does not diverge from itself`() throws {
        let states = try model.forward(golden.probe, Execution())
        let found = try model.divergences(states, from: model, states, golden.probe, Execution())
        #expect(found.divergence.allSatisfy { $0 < 1e-12 } && found.isAgreed.allSatisfy { $0 })
    }
}
