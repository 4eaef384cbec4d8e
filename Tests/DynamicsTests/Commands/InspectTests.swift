import Testing

@testable import Base

/// `inspect`, whole texts.
struct InspectTests {
    @Test func `text from a file does not reach the terminal raw`() throws {
        let place = try Workplace()
        // As JSON escapes, which the header's reader undoes.
        let source = try place.huggingFace(
            "step10", [FloatTensor(#"w\u001b[2J"#, [1], [1]), FloatTensor("v", [1], [2])])
        let directory = try dynamics("inspect", source)
        #expect(directory.code == 0)
        #expect(directory.output.hasSuffix("left out: w\\u{1B}[2J (its name is not printable text)\n"))
        #expect(!directory.output.contains("\u{1B}"))
        let imported = try dynamics("import", source, "--to", place / "to")
        #expect(imported.code == 3)
        #expect(imported.errors.contains("the name of tensor 'w\\u{1B}[2J' is not printable text"))
        #expect(!imported.errors.contains("\u{1B}"))

        try place.huggingFace("step20", smallModel)
        let model = ["import", place / "step20", "--model", "a\u{1B}[2J\nb", "--to", place / "to"]
        #expect(try DynamicsProcess(model).wait().code == 0)
        let file = try dynamics("inspect", place / "to/step20.h5")
        #expect(file.output.contains("  model: a\\u{1B}[2J\\nb\n"))
    }

    @Test func `a small checkpoint as text`() throws {
        let place = try Workplace()
        let path = try place.checkpoint("stage1-step10-tokens1B.h5", smallModel)
        let expected = """
            \(path)
              revision: stage1-step10-tokens1B
              model: small
              stage: 1
              step: 10
              tokens: 1000000000
              has_config: false

            tensor             dtype    shape  layout      stored
            lm_head.weight     float32  2x2    contiguous    16 B
            model.norm.weight  float32  2      contiguous     8 B

            module       tensors  elements  stored
            norm               1         2     8 B
            unembedding        1         4    16 B
            total              2         6    24 B

            """
        #expect(try dynamics("inspect", path) == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `a small checkpoint as JSON`() throws {
        let place = try Workplace()
        let path = try place.huggingFace("step10", [smallModel[0]])
        let expected = """
            {
              "location": "\(path)",
              "revision": "step10",
              "step": 10,
              "has_config": true,
              "files": [
                {
                  "path": "\(path)/model.safetensors",
                  "bytes": \(safetensors([smallModel[0]]).count)
                }
              ],
              "total": {
                "tensors": 1,
                "elements": 2,
                "stored_bytes": 8
              },
              "modules": [
                {
                  "module": "norm",
                  "tensors": 1,
                  "elements": 2,
                  "stored_bytes": 8
                }
              ],
              "tensors": [
                {
                  "name": "model.norm.weight",
                  "stored_as": null,
                  "module": "norm",
                  "dtype": "float32",
                  "shape": [
                    2
                  ],
                  "layout": "contiguous",
                  "filters": [],
                  "stored_bytes": 8,
                  "statistics": true,
                  "not_weight": null,
                  "scale": null
                }
              ],
              "left_out": []
            }

            """
        #expect(try dynamics("inspect", path, "--json") == Finished(code: 0, output: expected, errors: ""))
    }
}
