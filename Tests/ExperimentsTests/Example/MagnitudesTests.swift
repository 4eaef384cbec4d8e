import TestSupport
import Testing

@Suite struct MagnitudesTests {
    @Test func `the root mean square of 3 and 4 is that of 12.5`() throws {
        let folder = try ScratchFolder()
        var model = SmallModel(0, revision: "stage1-step1-tokens0B")
        model.tensors = [SmallModel.Tensor("w", .float32, [2], [3, -4])]
        try model.write(to: folder)

        let outcome = try run(Magnitudes.self, "series: [.]\n", in: folder)

        #expect(outcome.refused.isEmpty && outcome.bytesRead == 8)
        let found = try table("magnitudes", of: folder)
        #expect(found["elements"] == ["2"] && found["rms"] == ["\(12.5.squareRoot())"])
    }
}
