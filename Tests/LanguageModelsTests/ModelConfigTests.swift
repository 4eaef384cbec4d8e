import Testing

@testable import LanguageModels

@Suite struct ModelConfigTests {
    @Test func `what is null is not there`() throws {
        let config = try ModelConfig(#"{"clip_qkv": null, "hidden_size": 8}"#)
        #expect(!config.has("clip_qkv"))
        #expect(try config.count("hidden_size") == 8)
    }
}
