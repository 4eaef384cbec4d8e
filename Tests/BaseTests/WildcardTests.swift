import Base
import Testing

struct WildcardTests {
    @Test(arguments: [
        ("attention.*", "attention.q", true), ("attention.*", "attention.", true), ("attention.*", "attention", false),
        ("attention.?", "attention.q", true), ("attention.?", "attention.qkv", false), ("*", "", true),
        ("*", "a.b/c", true), ("", "", true), ("", "a", false), ("?", "", false), ("a*b*c", "aXbYbZc", true),
        ("a*b*c", "aXbYbZ", false), ("*.norm.*", "model.norm.weight", true), ("**a**", "ba", true), ("a", "A", false),
        ("[ab]", "a", false), ("[ab]", "[ab]", true), ("a.c", "abc", false),
    ])
    func `stars stand for any characters and question marks for one`(pattern: String, text: String, matches: Bool) {
        #expect(Wildcard(pattern).matches(text) == matches)
    }

    /// Each star that tried all places anew would take longer than the universe has.
    @Test func `many stars take no time beyond the product of the lengths`() {
        let pattern = String(repeating: "*a", count: 100) + "*b"
        #expect(!Wildcard(pattern).matches(String(repeating: "a", count: 2000)))
    }
}
