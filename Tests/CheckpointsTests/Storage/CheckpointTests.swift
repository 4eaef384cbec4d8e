import Testing

@testable import Checkpoints

@Suite struct CheckpointTests {
    private func checkpoint(_ attributes: [String: AttributeValue], path: String = "a.h5") -> Checkpoint {
        Checkpoint(
            location: CheckpointLocation(path: path),
            contents: CheckpointContents(tensors: [], leftOut: [], attributes: attributes, config: nil, files: []))
    }

    @Test func `names from a file cannot control the terminal`() {
        let checkpoint = checkpoint(["revision": .string("step1\n\u{1B}[2J"), "model": .string("tiny\u{7}")])
        #expect(checkpoint.label == #"step1\n\u{1B}[2J"#)
        #expect(checkpoint.revision.name == #"step1\n\u{1B}[2J"#)
        #expect(checkpoint.model == #"tiny\u{07}"#)
    }

    @Test func `names from a path cannot control the terminal`() {
        let first = checkpoint([:], path: "a/x\u{1B}.h5")
        #expect(first.label == #"x\u{1B}"#)
        // Two of one name go by their paths.
        let series = CheckpointSeries([first, checkpoint([:], path: "b/x\u{1B}.h5")])
        #expect(series.checkpoints.map(\.label) == [#"a/x\u{1B}.h5"#, #"b/x\u{1B}.h5"#])
    }

    @Test func `printable names stay as they are`() {
        let checkpoint = checkpoint(["revision": .string("étape 1 – 日本"), "model": .string("org/name")])
        #expect(checkpoint.label == "étape 1 – 日本")
        #expect(checkpoint.model == "org/name")
        #expect(self.checkpoint([:]).model == nil)
    }
}
