import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import LanguageModels

/// Every architecture against transformers in float32 on the same weights. Sums in another order differ by about 1e-6 of the
/// largest number; 1e-5 leaves room for another BLAS.
@Suite struct ArchitectureTests {
    @Test(arguments: GoldenModel.names)
    func `hidden states of every step agree with transformers`(name: String) throws {
        let golden = try GoldenModel(name)
        let model = try LanguageModel(golden.checkpoint)
        #expect(model.stepCount == golden.steps)
        var steps: [[Float]] = []
        let final = try model.forward(golden.probe, Execution()) { step, states in
            #expect(step == steps.count)
            steps.append(all(states))
        }
        let size = golden.probe.tokenCount * model.width
        for (step, found) in steps.enumerated() {
            #expect(relativeError(found, golden.hidden[step * size..<(step + 1) * size]) < 1e-5, "step \(step)")
        }
        #expect(steps.count == golden.steps && all(final) == steps.last)
    }

    @Test(arguments: GoldenModel.names)
    func `logits and losses agree with transformers`(name: String) throws {
        let golden = try GoldenModel(name)
        let model = try LanguageModel(golden.checkpoint)
        let states = try model.forward(golden.probe, Execution())
        #expect(relativeError(try plainLogits(model, all(states)).map(Float.init), golden.logits) < 1e-5)

        let scores = try model.scores(states, golden.probe, Execution())
        for (sequence, expected) in golden.losses.enumerated() {
            let places = scores.indices(ofSequence: sequence)
            let loss = places.reduce(0) { $0 + scores.loss[$1] } / Double(places.count)
            #expect(abs(loss - expected) < 5e-6)
        }
    }

    /// Before version 5, transformers wrote the angles' parameters elsewhere; published checkpoints have that form.
    @Test(arguments: [
        (
            "llama",
            #"{"rope_parameters": null, "rope_theta": 10000.0, "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 16}}"#
        ),
        (
            "llama_yarn",
            #"{"rope_parameters": null, "rope_theta": 10000, "rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 16}}"#
        ),
        ("olmo2", #"{"rope_parameters": null, "rope_theta": 500000, "rope_scaling": null}"#),
        (
            "olmo3",
            #"{"rope_parameters": null, "layer_types": null, "rope_theta": 10000, "rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16, "beta_fast": 4, "beta_slow": 1, "attention_factor": 1.138629436111989}}"#
        ),
        ("gpt_neox", #"{"rope_parameters": null, "rotary_pct": 0.5, "rotary_emb_base": 10000}"#),
    ])
    func `configs of earlier versions mean the same`(name: String, edits: String) throws {
        let golden = try GoldenModel(name)
        let changes = try JSONSerialization.jsonObject(with: Data(edits.utf8)) as? [String: Any] ?? [:]
        let model = try LanguageModel(try golden.with(config: changes))
        let states = try LanguageModel(golden.checkpoint).forward(golden.probe, Execution())
        #expect(all(try model.forward(golden.probe, Execution())) == all(states))
    }

    @Test func `angles make a difference where they are scaled`() throws {
        let golden = try GoldenModel("llama_yarn")
        let plain = try LanguageModel(
            try golden.with(config: ["rope_parameters": ["rope_type": "default", "rope_theta": 10000.0]]))
        let states = all(try plain.forward(golden.probe, Execution()))
        let size = states.count
        #expect(relativeError(states, golden.hidden[(golden.steps - 1) * size..<golden.steps * size]) > 1e-2)
    }

    /// Sequences that are worked on in several groups come out as those of one group.
    @Test func `a probe set of more tokens than a group gives each sequence the same states`() throws {
        let golden = try GoldenModel("olmo3")
        let model = try LanguageModel(golden.checkpoint)
        let many = ProbeSet(
            domains: ["random"],
            sequences: (0..<60).map {
                ProbeSet.Sequence(domain: 0, number: $0, tokens: golden.probe.sequences[0].tokens)
            })
        #expect(many.tokenCount > 2048)
        let states = try model.forward(many, Execution())
        let expected = try model.forward(golden.probe, Execution()).withStates(ofSequence: 0) { Array($0) }
        for sequence in 0..<60 {
            // The library's sums may depend on how many rows it is given.
            #expect(relativeError(states.withStates(ofSequence: sequence) { Array($0) }, expected) < 1e-5)
        }
    }

    /// float32 and float64 hold every bfloat16 exactly.
    @Test(arguments: ["<f4", "<f8"])
    func `compressed weights of wider types give the same states`(type: String) throws {
        guard let testPython else { return print("skipped: no Python with h5py") }
        let folder = try ScratchFolder()
        let golden = try GoldenModel("olmo2")
        let script = """
            import h5py, json, numpy as np
            source = '\(golden.checkpoint.location.path)'
            raw = open(source + '/model.safetensors', 'rb').read()
            size = int.from_bytes(raw[:8], 'little')
            with h5py.File('\(folder.path)/model.h5', 'w') as f:
                f.attrs['config'] = open(source + '/config.json').read()
                for name, info in json.loads(raw[8:8 + size]).items():
                    if name == '__metadata__': continue
                    start, end = (8 + size + place for place in info['data_offsets'])
                    bits = np.frombuffer(raw[start:end], '<u2').astype('<u4') << 16
                    values = bits.view('<f4').reshape(info['shape']).astype('\(type)')
                    chunks = tuple(min(7, n) for n in values.shape)
                    f.create_dataset(name, data=values, chunks=chunks, shuffle=True, compression='gzip')
            """
        #expect(try run(testPython, "-c", script) == 0)
        let options = ReadOptions(workerExecutable: builtDynamics)
        let checkpoint = try Checkpoint(
            opening: CheckpointLocation(path: "\(folder.path)/model.h5"), options: options)
        let model = try LanguageModel(checkpoint)
        let states = try model.forward(golden.probe, Execution())
        let plain = try LanguageModel(golden.checkpoint)
        let plainStates = try plain.forward(golden.probe, Execution())
        #expect(all(states) == all(plainStates))
        #expect(
            try model.scores(states, golden.probe, Execution()).loss
                == plain.scores(plainStates, golden.probe, Execution()).loss)
    }

    @Test func `the real model's states and logits agree with transformers`() throws {
        let shared = ProcessInfo.processInfo.environment["DYNAMICS_SHARED"] ?? "\(packageRoot)/../shared"
        let goldens = "\(shared)/tiny-olmo2/goldens"
        guard FileManager.default.fileExists(atPath: "\(goldens)/hidden_states.npy") else {
            return print("skipped: no goldens at \(goldens)")
        }
        let checkpoint = try Checkpoint(
            opening: CheckpointLocation(path: "\(shared)/tiny-olmo2/checkpoints/main"), options: ReadOptions())
        let model = try LanguageModel(checkpoint)
        let tokens = try IntegerArray(
            file: ProbeSetSource.File(path: "\(shared)/tiny-olmo2/probe/probe_tokens.npy", name: "tokens"), memmap: nil)
        let row = tokens.values[33 * 128..<34 * 128].map(Int32.init)
        let probe = ProbeSet(
            domains: ["wordnet"], sequences: [ProbeSet.Sequence(domain: 0, number: 1, tokens: row)])
        // A .npy header of 128 bytes.
        let hidden = Array(try floats("\(goldens)/hidden_states.npy").dropFirst(32))
        let expected = Array(try floats("\(goldens)/logits.npy").dropFirst(32))
        var final: [Float] = []
        try model.forward(probe, Execution()) { step, states in
            final = all(states)
            #expect(relativeError(final, hidden[step * final.count..<(step + 1) * final.count]) < 1e-5)
        }
        #expect(relativeError(try plainLogits(model, final).map(Float.init), expected) < 1e-5)
    }
}
