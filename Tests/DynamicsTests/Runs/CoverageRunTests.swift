import Foundation
import Testing

/// What share of the weights a result is about, and what is no weight, through the front door.
struct CoverageRunTests {
    /// A safetensors file of tensors of any type, written by hand.
    private func safetensors(_ tensors: [(name: String, type: String, shape: [Int], bytes: [UInt8])]) -> Data {
        var (entries, data) = ([String](), [UInt8]())
        for tensor in tensors {
            let end = data.count + tensor.bytes.count
            entries.append(
                #""\#(tensor.name)":{"dtype":"\#(tensor.type)","shape":\#(tensor.shape),"data_offsets":[\#(data.count),\#(end)]}"#
            )
            data += tensor.bytes
        }
        let header = "{\(entries.joined(separator: ","))}"
        return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) } + Data(header.utf8) + Data(data)
    }

    private func bytes(_ values: [Float]) -> [UInt8] { values.withUnsafeBytes { Array($0) } }

    private func drift(_ place: Workplace, _ from: String, _ to: String, _ settings: String...) throws -> Finished {
        try DynamicsProcess(
            ["run", "drift", "--quiet", "--from", place / from, "--to", place / to, "--out", place / "out"]
                + settings.flatMap { ["--set", $0] }
        ).wait()
    }

    /// bfloat16 in a type that has no numbers: the gain alone would pass for the model.
    @Test func `a dump without a float type is a finding with the share and the remedy that works`() throws {
        let place = try Workplace()
        // 1, 2, 3, 4 and 1, 2, 3, 8 as bfloat16.
        for (name, last, gain) in [("a", 0x4080, Float(1)), ("b", 0x4100, Float(1.5))] {
            let patterns = [0x3f80, 0x4000, 0x4040, last].flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            try place.write(
                "\(name).safetensors",
                safetensors([
                    ("model.norm.weight", "F32", [1], bytes([gain])), ("lm_head.weight", "U16", [2, 2], patterns),
                ]))
        }
        let partial = try drift(place, "a.safetensors", "b.safetensors")
        let line =
            "a -> b: drift speaks for 1 of 5 weights (20.0%); 'lm_head.weight' is uint16: where it holds bfloat16, set "
            + "bfloat16_dumps=[uint16]"
        #expect(partial.code == 4 && partial.errors.hasSuffix("warning: \(line)\n"), "\(partial.errors)")
        #expect(try place.table("out/summary.csv").map { $0["coverage"] } == ["0.2"])
        for file in ["summary.md", "index.html"] {
            let text = try place.text("out/\(file)")
            #expect(
                text.contains(
                    "From a to b the 20 % of the weights that can be compared moved by 0.500 of their norm"),
                "\(file)")
        }
        #expect(try place.text("out/run.json").contains(line))

        let whole = try drift(place, "a.safetensors", "b.safetensors", "bfloat16_dumps=[uint16]")
        #expect(whole.code == 0)
        let row = try #require(try place.table("out/summary.csv").first)
        // ‖(½, 0, 0, 0, 4)‖ of ‖(1, 1, 2, 3, 4)‖
        #expect(
            row["coverage"] == "1.0" && row["drift"] == "\(16.25.squareRoot())"
                && row["norm_from"] == "\(31.0.squareRoot())")
    }

    /// E4M3 with a scale for each row: 1, 2 | 1, 2 times 0.5 | 4 is 0.5, 1 | 4, 8.
    @Test func `8-bit floats are read times their scale, and inspect and coverage say so`() throws {
        let place = try Workplace()
        try place.write(
            "a.safetensors", safetensors([("x.weight", "F32", [2, 2], bytes([0.5, 1, 4, 9]))]))
        try place.write(
            "b.safetensors",
            safetensors([
                ("x.weight", "F8_E4M3", [2, 2], [0x38, 0x40, 0x38, 0x40]),
                ("x.weight_scale", "F32", [2, 1], bytes([0.5, 4])), ("x.input_scale", "F32", [1], bytes([7])),
            ]))
        let finished = try drift(place, "a.safetensors", "b.safetensors")
        #expect(finished.code == 0, "\(finished.errors)")
        let row = try #require(try place.table("out/summary.csv").first)
        #expect(row["drift"] == "1.0" && row["elements"] == "4" && row["coverage"] == "1.0")
        let coverage = try place.table("out/coverage.csv")
        #expect(
            coverage.map { [$0["tensor"], $0["status"]] } == [
                ["x.input_scale", "not_weight"], ["x.weight", "compared"], ["x.weight_scale", "not_weight"],
            ])
        #expect(coverage[1]["dtype_to"] == "float8_e4m3fn_scaled")
        let text = try dynamics("inspect", place / "b.safetensors").output
        #expect(text.contains("times 'x.weight_scale', a value for each 1x2"), "\(text)")
        #expect(text.contains("no weight: scale of quantised values"))
    }

    @Test func `a model behind a wrapper is compared with one without, and a hopeless pair shows a name of each`()
        throws
    {
        let place = try Workplace()
        let name = "model.layers.0.mlp.up_proj.weight"
        try place.write("a.safetensors", safetensors([(name, "F32", [2], bytes([3, 4]))]))
        try place.write(
            "b.safetensors",
            safetensors([
                ("module._orig_mod.\(name)", "F32", [2], bytes([3, 9])),
                ("optimizer.state.0.exp_avg", "F32", [2], bytes([1e9, 1e9])),
            ]))
        #expect(try drift(place, "a.safetensors", "b.safetensors").code == 0)
        #expect(try place.table("out/summary.csv").map { $0["relative_drift"] } == ["1.0"])
        let row = try #require(try place.table("out/coverage.csv").first)
        #expect(row["scheme_to"] == "wrapped" && row["stored_to"] == "module._orig_mod.\(name)")

        try place.write("c.safetensors", safetensors([("net.w", "F32", [2], bytes([3, 9]))]))
        let refused = try drift(place, "a.safetensors", "c.safetensors")
        #expect(
            refused.code == 3
                && refused.errors
                    == "error: a and c have no floating-point tensor in common: the first of a is '\(name)', of c 'net.w'; "
                    + "save them under the same names, or with no more than a wrapper's prefix before them\n",
            "\(refused.errors)")
    }
}
