import Checkpoints
import Foundation
import TestSupport

@testable import LanguageModels

/// A tiny random model, and what transformers makes of it (`Fixtures/language_models/make_goldens.py`).
struct GoldenModel {
    static let names = [
        "olmo", "olmo_tied", "olmo2", "olmo3", "llama", "llama_wide", "llama_yarn", "gpt_neox", "gpt_neox_sequential",
    ]

    private struct Expected: Decodable {
        let sequences: [[Int32]]
        let losses: [Double]
        let steps: Int
    }

    let checkpoint: Checkpoint
    let probe: ProbeSet
    /// Mean −ln p of each sequence.
    let losses: [Double]
    let steps: Int
    /// [steps, tokens, width]
    let hidden: [Float]
    /// [tokens, vocabulary]
    let logits: [Float]

    init(_ name: String) throws {
        let folder = "\(packageRoot)/Tests/Fixtures/language_models/\(name)"
        checkpoint = try Checkpoint(opening: CheckpointLocation(path: folder), options: ReadOptions())
        let expected = try JSONDecoder().decode(
            Expected.self, from: Data(contentsOf: URL(filePath: "\(folder)/expected.json")))
        probe = ProbeSet(
            domains: ["random"],
            sequences: expected.sequences.enumerated().map {
                ProbeSet.Sequence(domain: 0, number: $0, tokens: $1)
            })
        (losses, steps) = (expected.losses, expected.steps)
        hidden = try floats("\(folder)/hidden.f32")
        logits = try floats("\(folder)/logits.f32")
    }

    /// The same weights with an edited config.
    func with(config edits: [String: Any?]) throws -> Checkpoint {
        let text = checkpoint.contents.config ?? "{}"
        var config = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        for (key, value) in edits { config[key] = value }
        return changed(config: String(decoding: try JSONSerialization.data(withJSONObject: config), as: UTF8.self))
    }

    /// The same weights with that text for a config.
    func changed(config: String?) -> Checkpoint {
        let contents = checkpoint.contents
        return Checkpoint(
            location: checkpoint.location,
            contents: CheckpointContents(
                tensors: contents.tensors, leftOut: [], attributes: contents.attributes, config: config,
                files: contents.files),
            reader: checkpoint.reader)
    }
}

/// Little-endian float32 numbers of a file.
func floats(_ path: String) throws -> [Float] {
    let data = try Data(contentsOf: URL(filePath: path))
    return data.withUnsafeBytes { buffer in
        (0..<buffer.count / 4).map { buffer.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
}

/// States of all sequences in order.
func all(_ states: HiddenStates) -> [Float] {
    (0..<states.sequenceCount).flatMap { states.withStates(ofSequence: $0) { Array($0) } }
}

/// The largest difference over the largest magnitude of the truth.
func relativeError(_ found: [Float], _ truth: some Collection<Float>) -> Float {
    guard found.count == truth.count else { return .infinity }
    let largest = truth.map(abs).max() ?? 0
    // A NaN is an infinite difference, not a small one.
    let differences = zip(found, truth).map { $0 - $1 }.map { $0.isNaN ? .infinity : abs($0) }
    return (differences.max() ?? .infinity) / largest
}

/// Logits by their definition, [tokens, vocabulary].
func plainLogits(_ model: LanguageModel, _ final: [Float]) throws -> [Double] {
    let rows = try WeightReader(model.checkpoint, Execution()).load(model.unembedding).floats
    var logits: [Double] = []
    for token in 0..<final.count / model.width {
        for id in 0..<model.vocabulary {
            var sum = 0.0
            for place in 0..<model.width {
                sum += Double(final[token * model.width + place]) * Double(rows[id * model.width + place])
            }
            logits.append(sum)
        }
    }
    return logits
}
