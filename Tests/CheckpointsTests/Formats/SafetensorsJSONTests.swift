import Testing

@testable import Base
@testable import Checkpoints

@Suite struct SafetensorsJSONTests {
    private func string(_ json: String) throws -> String {
        var scanner = JSONScanner(Array(json.utf8))
        return try scanner.string()
    }

    private func problem(_ json: String) -> String? {
        var scanner = JSONScanner(Array(json.utf8))
        do throws(JSONError) {
            try scanner.skipValue()
            try scanner.end()
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `escapes stand for their characters`() throws {
        #expect(try string(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#) == "\"\\/\u{8}\u{c}\n\r\t\u{e9}\u{1F600}")
    }

    @Test(arguments: [
        #"{"a":[1,-2.5e+3,0,0.5,1E9,true,false,null,"x",{}],"b":{"c":[]}}"#, " [ 1 , 2 ] ", #""é""#,
    ])
    func `valid JSON is read to its end`(json: String) {
        #expect(problem(json) == nil)
    }

    @Test(arguments: [
        ("[1,]", "expected a value at byte 3"), ("[1 2]", "expected ] at byte 3"), ("tru", "expected true at byte 3"),
        ("-", "expected a value at byte 1"), ("1.", "a number ends in its point at byte 2"),
        ("1e", "a number's exponent is empty at byte 2"), ("\"a", "the text ends inside a string at byte 2"),
        ("\"\u{1}\"", "a control character stands in a string at byte 2"),
        (#""\x""#, "an unknown escape at byte 3"), (#""\u12""#, "\\u needs four hexadecimal digits at byte 5"),
        (#""\ud800""#, "half of a surrogate pair at byte 7"),
        (#""\udc00\ud800""#, "half of a surrogate pair at byte 7"),
        (#"{"a":1,"a":2}"#, "'a' appears twice at byte 7"), ("", "expected a value at byte 0"),
    ])
    func `anything else is an error with its place`(json: String, expected: String) {
        #expect(problem(json) == expected)
    }

    @Test func `deep nesting does not exhaust the stack`() {
        #expect(problem(String(repeating: "[", count: 1_000_000)) == "nested deeper than 64 at byte 64")
        #expect(problem(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == nil)
    }
}
