import Foundation
import TestSupport
import Testing

@testable import Base
@testable import Checkpoints

@Suite struct SafetensorsHeaderTests {
    private let folder: ImportFolder

    init() throws { folder = try ImportFolder() }

    private func header(of content: Data) throws -> SafetensorsHeader {
        let file = try ByteSources.open(try folder.write("model.safetensors", content), checkpoint: "test")
        return try SafetensorsHeader(of: file)
    }

    /// The error's text after the file's name.
    private func problem(of content: Data) throws -> String? {
        do {
            _ = try header(of: content)
            return nil
        } catch let error as CheckpointError {
            #expect(error.kind == .malformed)
            return String(error.problem.split(separator: "' ", maxSplits: 1)[1])
        }
    }

    @Test func `tensors come in the order of their data, whatever the header's order`() throws {
        let json =
            #"{"__metadata__":{"format":"pt"},"# + entry("b", "F32", [1], 4, 8) + "," + entry("a", "U8", [2, 2], 0, 4)
            + "}   "
        let header = try header(of: safetensors(json, data: [UInt8](repeating: 0, count: 8)))
        #expect(header.tensors.map(\.name) == ["a", "b"])
        #expect(header.tensors.map(\.shape) == [[2, 2], [1]])
        #expect(header.tensors.map(\.type) == [.u8, .f32])
        #expect(header.dataOffset == 8 + json.utf8.count)
    }

    @Test func `scalars and tensors without elements are tensors`() throws {
        let json = "{" + entry("empty", "F32", [0, 7], 0, 0) + "," + entry("scalar", "F64", [], 0, 8) + "}"
        let header = try header(of: safetensors(json, data: [UInt8](repeating: 0, count: 8)))
        #expect(header.tensors.map(\.name) == ["empty", "scalar"])
    }

    @Test(arguments: SafetensorsType.allCases)
    fileprivate func `every type of safetensors is read`(type: SafetensorsType) throws {
        // Eight elements fill whole bytes even when they are packed.
        let json = "{" + entry("t", type.rawValue, [8], 0, type.bitCount) + "}"
        let header = try header(of: safetensors(json, data: [UInt8](repeating: 0, count: type.bitCount)))
        #expect(header.tensors.map(\.type) == [type])
    }

    @Test func `too short for a length`() throws {
        #expect(try problem(of: Data([1, 2, 3])) == "has 3 bytes, fewer than 8")
    }

    @Test func `header longer than the format allows`() throws {
        let content = Data([0x01, 0xE1, 0xF5, 0x05, 0, 0, 0, 0])  // 100,000,001
        #expect(try problem(of: content) == "claims a header of 100000001 bytes; the format allows 100000000")
        let most = Data([UInt8](repeating: 0xFF, count: 8))
        #expect(try problem(of: most) == "claims a header of 18446744073709551615 bytes; the format allows 100000000")
    }

    @Test func `header cut short`() throws {
        let content = Data([16, 0, 0, 0, 0, 0, 0, 0]) + Data("{}".utf8)
        #expect(try problem(of: content) == "claims a header of 16 bytes, but ends after 10 bytes")
    }

    @Test(arguments: [
        ("", "has a header that does not begin with {"),
        (" {}", "has a header that does not begin with {"),
        ("[]", "has a header that does not begin with {"),
        ("{", #"has a malformed header: expected " at byte 1"#),
        ("{}}", "has a malformed header: more text after the end at byte 2"),
        (#"{"a":1}"#, "has a malformed header: expected { at byte 5"),
        (#"{"__metadata__":{"a":1}}"#, #"has a malformed header: expected " at byte 21"#),
        (#"{"a":{}}"#, "has a malformed header: tensor 'a' lacks dtype, shape or data_offsets at byte 5"),
        (
            #"{"a":{"dtype":"F32","strides":[1]}}"#,
            "has a malformed header: tensor 'a' has an unknown entry 'strides' at byte 5"
        ),
        (
            #"{"a":{"dtype":"F32","dtype":"F32"}}"#, "has a malformed header: 'dtype' appears twice at byte 20"
        ),
    ])
    func `malformed header`(json: String, expected: String) throws {
        #expect(try problem(of: safetensors(json)) == expected)
    }

    @Test func `header that is not UTF-8`() throws {
        var content = safetensors("{" + entry("a", "U8", [0], 0, 0) + "}")
        content[10] = 0xFF
        #expect(try problem(of: content) == "has a malformed header: a string is not valid UTF-8 at byte 4")
    }

    @Test func `duplicate names`() throws {
        let json = "{" + entry("a", "U8", [1], 0, 1) + "," + entry("a", "U8", [1], 1, 2) + "}"
        #expect(try problem(of: safetensors(json, data: [0, 0]))?.contains("'a' appears twice") == true)
        let escaped = "{" + entry("a", "U8", [1], 0, 1) + "," + entry(#"\u0061"#, "U8", [1], 1, 2) + "}"
        #expect(try problem(of: safetensors(escaped, data: [0, 0]))?.contains("'a' appears twice") == true)
    }

    @Test(arguments: [
        (entry("a", "F33", [1], 0, 4), "tensor 'a' has the unknown dtype 'F33'"),
        (entry("a", "F32", [2], 0, 4), "tensor 'a' has 4 bytes, but F32 [2] takes 64 bits"),
        (entry("a", "F4", [1], 0, 1), "tensor 'a' has 1 bytes, but F4 [1] takes 4 bits"),
        (
            entry("a", "F32", [1 << 40, 1 << 40], 0, 4),
            "tensor 'a' has a shape [1099511627776, 1099511627776] whose size overflows"
        ),
        (entry("a", "F32", [1], 4, 0), "tensor 'a' has data_offsets [4, 0]; expected a begin and an end not before it"),
        (
            #""a":{"dtype":"U8","shape":[1],"data_offsets":[0]}"#,
            "tensor 'a' has data_offsets [0]; expected a begin and an end not before it"
        ),
        (#""a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}"#, "'-1' is not a whole number from 0 to 2^63-1"),
        (#""a":{"dtype":"U8","shape":[1.0],"data_offsets":[0,1]}"#, "'1.0' is not a whole number from 0 to 2^63-1"),
        (
            #""a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}"#,
            "'9223372036854775808' is not a whole number from 0 to 2^63-1"
        ),
        (#""a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}"#, "expected a value"),
    ])
    func `tensor that contradicts itself`(entry: String, expected: String) throws {
        let found = try problem(of: safetensors("{\(entry)}", data: [0, 0, 0, 0]))
        #expect(found?.contains(expected) == true, "\(found ?? "no error")")
    }

    @Test func `more tensors than any checkpoint has`() throws {
        #expect(try header(of: emptyTensors(0..<200_000)).tensors.count == 200_000)
        let tooMany = try #require(try problem(of: emptyTensors(0..<200_001)))
        #expect(tooMany.hasPrefix("has a malformed header: more than 200000 tensors at byte "))
    }

    @Test func `shape of more extents than any tensor has`() throws {
        let extents = [Int](repeating: 1, count: 65)
        #expect(
            try header(of: safetensors("{\(entry("a", "U8", Array(extents.dropLast()), 0, 1))}", data: [0])).tensors
                .count == 1)
        let found = try problem(of: safetensors("{\(entry("a", "U8", extents, 0, 1))}", data: [0]))
        #expect(found == "has a malformed header: an array of more than 64 numbers at byte 219")
    }

    @Test func `text of the header that is not printable is escaped in errors`() throws {
        let found = try problem(of: safetensors("{" + entry(#"a\u001b[2J"#, "F33", [1], 0, 4) + "}", data: [0]))
        #expect(found?.contains(#"tensor 'a\u{1B}[2J' has the unknown dtype 'F33'"#) == true)
        let gap = "{" + entry(#"a\r"#, "U8", [1], 1, 2) + "}"
        #expect(
            try problem(of: safetensors(gap, data: [0, 0]))
                == #"has a gap: 1 bytes before 'a\r' belong to no tensor"#)
    }

    @Test func `tensors that overlap`() throws {
        let json = "{" + entry("a", "U8", [3], 0, 3) + "," + entry("b", "U8", [2], 2, 4) + "}"
        #expect(try problem(of: safetensors(json, data: [0, 0, 0, 0])) == "has overlapping tensors 'a' and 'b'")
    }

    @Test func `gap between tensors`() throws {
        let json = "{" + entry("a", "U8", [1], 0, 1) + "," + entry("b", "U8", [1], 3, 4) + "}"
        #expect(
            try problem(of: safetensors(json, data: [0, 0, 0, 0]))
                == "has a gap: 2 bytes before 'b' belong to no tensor")
    }

    @Test func `data that no tensor owns`() throws {
        let json = "{" + entry("a", "U8", [1], 0, 1) + "}"
        #expect(
            try problem(of: safetensors(json, data: [0, 0])) == "has 1 bytes after its last tensor that belong to none")
    }

    @Test func `tensor beyond the end of the file`() throws {
        let json = "{" + entry("a", "U8", [4], 0, 4) + "}"
        #expect(
            try problem(of: safetensors(json, data: [0, 0]))
                == "ends before its tensor 'a' does: 2 bytes of data, 4 needed")
    }

    @Test func `random damage to a header is an error or a valid header, never a crash`() throws {
        var random = SplitMix64(seed: 42)
        let original = tinyModel()
        var errors = 0
        for _ in 0..<2000 {
            var content = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                content[Int.random(in: 0..<content.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                content.removeLast(Int.random(in: 0..<content.count, using: &random))
            }
            do {
                let header = try header(of: content)
                #expect(header.tensors.last?.end ?? 0 == content.count - header.dataOffset)
            } catch is CheckpointError {
                errors += 1
            }
        }
        #expect(errors > 1000)
    }
}
