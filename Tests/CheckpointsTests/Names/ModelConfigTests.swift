import Testing

@testable import Checkpoints

@Suite struct ModelConfigTests {
    @Test func `what is null is not there`() throws {
        let config = try ModelConfig(#"{"clip_qkv": null, "hidden_size": 8}"#)
        #expect(!config.has("clip_qkv"))
        #expect(try config.count("hidden_size") == 8)
    }

    @Test(arguments: ["", "[1]", "{\"a\": 1", "{\"a\": 1, \"a\": 2}", "{\"a\": NaN}"])
    func `what is no JSON object, or says one thing twice, is no config`(text: String) {
        #expect(throws: ModelConfig.Problem("its config is not a JSON object")) { try ModelConfig(text) }
    }

    @Test func `an entry of another kind is told with what was expected`() throws {
        let config = try ModelConfig(#"{"a": 1.5, "b": [true], "c": {"d": "x"}, "e": "y"}"#)
        #expect(throws: ModelConfig.Problem("its config has a 1.5, not a whole number above 0")) {
            try config.count("a")
        }
        #expect(throws: ModelConfig.Problem("its config has b a list, not a section")) { try config.section("b") }
        #expect(throws: ModelConfig.Problem("its config has c.d 'x', not a number")) {
            try config.section("c")?.number("d")
        }
        #expect(config["e"]?.text == "y" && config["none"] == nil)
    }
}
