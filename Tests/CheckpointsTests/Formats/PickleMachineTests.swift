import Foundation
import TestSupport
import Testing

@testable import Checkpoints
@testable import HDF5

@Suite struct PickleMachineTests {
    /// The pickle's object; instructions as text, `\n` where they take lines.
    private func value(_ pickle: [UInt8]) throws -> PickleValue { try PickleMachine.read(pickle).value }

    private func problem(_ pickle: [UInt8]) -> String? {
        do {
            _ = try PickleMachine.read(pickle)
            return nil
        } catch {
            return "\(error.problem) at \(error.offset ?? -1)\(error.isRefusal ? ", refused" : "")"
        }
    }

    private func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }

    private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `numbers and texts as Python writes them`() throws {
        #expect(try value(ascii("K") + [200] + ascii(".")) == .integer(200))
        #expect(try value(ascii("M") + [1, 2] + ascii(".")) == .integer(513))
        #expect(try value(ascii("J") + [0xFE, 0xFF, 0xFF, 0xFF] + ascii(".")) == .integer(-2))
        #expect(try value([0x8a, 0] + ascii(".")) == .integer(0))
        #expect(try value([0x8a, 2, 0, 0xFF] + ascii(".")) == .integer(-256))
        #expect(try value([0x8a, 6, 0, 0, 0, 0, 0, 1] + ascii(".")) == .integer(1 << 40))
        #expect(try value(ascii("G") + [0x3F, 0xE0, 0, 0, 0, 0, 0, 0] + ascii(".")) == .number(0.5))
        #expect(try value(text("a\u{e9}") + ascii(".")) == .text("a\u{e9}"))
        #expect(try value([0x80, 2] + ascii("N.")) == PickleValue.none)
    }

    @Test func `a dictionary of tuples and lists`() throws {
        let pickle = [ascii("}("), text("a"), ascii("K\u{1}K\u{2}"), [0x86], text("b"), ascii("](NNeu.")].flatMap { $0 }
        let read = try PickleMachine.read(pickle)
        guard case .dictionary(let top) = read.value else {
            Issue.record("\(read.value)")
            return
        }
        let members = Array(read.objects.store.members(ofDictionary: top))
        #expect(members.map(\.key) == [.text("a"), .text("b")])
        guard case .tuple(let tuple) = members[0].value, case .list(let list) = members[1].value else {
            Issue.record("\(members)")
            return
        }
        #expect(read.objects.store.elements(ofTuple: tuple) == [.integer(1), .integer(2)])
        #expect(read.objects.elements(of: .list(list)) == [.none, .none])
    }

    @Test(arguments: [
        ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"), ("torch", "load"),
        ("torch.serialization", "_legacy_load"), ("builtins", "getattr"), ("__builtin__", "compile"),
        ("operator", "attrgetter"), ("functools", "partial"), ("pathlib", ""), ("argparse", "ArgumentParser"),
        ("", ""), ("torch._utils _rebuild_tensor_v2", ""), ("numpy.core.multiarray", "scalars"), ("set", ""),
    ])
    func `any other name is refused, and said`(module: String, name: String) {
        let refusal = "the object '\(module).\(name)', which is no part of a tensor; nothing was run at 2, refused"
        // As protocols up to 3 name objects, and as later ones do.
        #expect(problem([0x80, 2] + ascii("c\(module)\n\(name)\n)R.")) == refusal)
        let later = [0x80, 4] + text(module) + text(name) + [0x93] + ascii(")R.")
        #expect(problem(later)?.hasPrefix("the object '\(module).\(name)'") == true)
    }

    @Test func `every instruction that tensors do not need is refused`() {
        let later: [UInt8] = [
            0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 0x93, 0x94,
            0x95, 0x96,
        ]
        let known = Set(ascii("().NKMJGXtaesu}]qrhjcRbQ01UTCB") + later)
        for code in UInt8.min...UInt8.max where !known.contains(code) {
            #expect(
                problem([code])
                    == "the pickle instruction 0x\(String(code, radix: 16)), which no file of tensors needs at 0, refused"
            )
        }
        // INST, OBJ and EXT1 are among them, as is REDUCE of what is no function.
        for code in ascii("io") + [0x82] { #expect(!known.contains(code)) }
        #expect(problem(text("print") + ascii(")R."))?.contains("cannot be called") == true)
        #expect(
            problem(ascii("ccollections\nOrderedDict\n(K") + [1] + ascii("tR."))?
                .contains("made of something else than pairs") == true)
    }

    /// Each member of what torch wrote: whatever byte it ends at, the reader says so.
    @Test func `a pickle cut at any byte is refused`() throws {
        let whole = try pickle()
        #expect(problem(whole) == nil)
        for count in 0..<whole.count { #expect(problem(Array(whole.prefix(count))) != nil, "\(count)") }
    }

    private func pickle() throws -> [UInt8] {
        let path = "\(formats)/types.pt"
        let file = try ByteSources.open(path, checkpoint: path)
        let entry = try #require(try ZipArchive(of: file).entries.first { $0.name.hasSuffix("data.pkl") })
        return try file.bytes(at: entry.stored.lowerBound, count: entry.byteCount)
    }

    @Test func `what is missing, huge or nested without end is refused`() {
        #expect(problem([]) == "it is cut short at 0")
        #expect(problem(ascii(".")) == "it ends with 0 objects, expected 1 at 0")
        #expect(problem(ascii("NN.")) == "it ends with 2 objects, expected 1 at 2")
        #expect(problem(ascii("t.")) == "a mark is missing at 0")
        #expect(problem(ascii("(e.")) == "elements of no list at 1")
        #expect(problem(ascii("N(NNu.")) == "members of no dictionary at 4")
        #expect(problem(ascii("}(Nu.")) == "members of no dictionary at 3")
        #expect(problem([0x86]) == "an object is missing at 0")
        #expect(problem(ascii("(N") + [0x86]) == "an object is missing at 2")
        #expect(problem(ascii("h") + [0]) == "object 0 is recalled before it is there at 0")
        #expect(problem([0x80, 6]) == "protocol 6; at most 5 is known at 0")
        #expect(problem(ascii("X") + [0xFF, 0xFF, 0xFF, 0xFF]) == "it is cut short at 5")
        #expect(problem([0x8d] + [UInt8](repeating: 0xFF, count: 8)) == "a length of 2^63 or more at 0")
        #expect(problem([0x8a, 9]) == "it is cut short at 2")
        #expect(problem(ascii("X") + [1, 0, 0, 0, 0xFF]) == "a text is not UTF-8 at 0")
        #expect(problem(ascii("c") + [UInt8](repeating: 65, count: 1000))?.hasPrefix("a name of more than") == true)
        #expect(problem([UInt8](repeating: UInt8(ascii: "("), count: 2 << 20))?.hasPrefix("nested deeper") == true)
        #expect(
            problem([UInt8](repeating: UInt8(ascii: "N"), count: 2 << 20))?.hasPrefix("more objects at once") == true)
        // A list of a list of a list, in each other by the million: flat in memory, and no stack is exhausted.
        let tower = ascii("]") + [UInt8](repeating: 0x85, count: 1 << 16) + ascii(".")
        #expect(problem(tower) == nil)
        let higher = ascii("]") + [UInt8](repeating: 0x85, count: 3 << 20) + ascii(".")
        #expect(problem(higher)?.hasPrefix("more objects than are read") == true)
    }

    @Test func `numbers as large as any and containers that grow in turn come out as they went in`() throws {
        for number in [1 << 59 - 1, 1 << 59, -1 << 59, -1 << 59 - 1, Int.max, Int.min, 0, -1] {
            let bytes = withUnsafeBytes(of: Int64(number).littleEndian) { Array($0) }
            #expect(try value([0x8a, 8] + bytes + ascii(".")) == .integer(number))
        }
        // Two lists that take an element by turns, and a dictionary between them.
        let turns = (UInt8(0)..<20).map { ascii("h\u{0}K") + [$0] + ascii("ah\u{1}K") + [$0 + 100] + ascii("a00") }
        let pickle = [
            ascii("]q\u{0}]q\u{1}00h\u{0}(K\u{7}K\u{8}e0"), Array(turns.joined()),
            ascii("}(K\u{0}h\u{0}K\u{1}h\u{1}u."),
        ].flatMap { $0 }
        let read = try PickleMachine.read(pickle)
        guard case .dictionary(let top) = read.value else {
            Issue.record("\(read.value)")
            return
        }
        let lists = read.objects.store.members(ofDictionary: top).map { read.objects.elements(of: $0.value) }
        #expect(lists == [([7, 8] + Array(0..<20)).map(PickleValue.integer), (100..<120).map(PickleValue.integer)])
    }

    @Test func `what takes room that the pickle has no bytes for is refused`() {
        // A number of the memo far beyond all that could have been memorized.
        #expect(problem(ascii("Nr") + [0, 0, 16, 0] + ascii(".")) == "more objects than are read at 1")
        // One list of pairs, made a dictionary again and again.
        let pairs = ascii("](") + Array(repeating: ascii("NN") + [0x86], count: 50).joined() + ascii("eq\u{0}")
        let repeated = ascii("0ccollections\nOrderedDict\nh\u{0}") + [0x85] + ascii("R")
        #expect(problem(pairs + repeated + ascii(".")) == nil)
        let often = pairs + Array(repeating: repeated, count: 100).joined() + ascii(".")
        #expect(problem(often)?.hasPrefix("dictionaries made of more pairs than it has bytes") == true)
    }

    @Test func `a dictionary that holds itself ends`() throws {
        // d = {}; d['d'] = d
        let pickle = ascii("}q\u{0}") + text("d") + ascii("h\u{0}s.")
        #expect(problem(pickle) == nil)
        let folder = try ScratchFolder()
        let path = folder.path + "/x.pt"
        try ForgedZip([("a/data.pkl", pickle)]).data.write(to: URL(filePath: path))
        #expect(failure(path)?.problem.contains("nests dictionaries deeper than 8, at 'd.d.d.d.d.d.d.d.'") == true)
        // Twice: 2^8 ways would be fine, 200,000 members are not.
        let members = (0..<200).map { text("\($0)") + ascii("h\u{0}") }
        let many = ascii("}q\u{0}(") + Array(members.joined()) + ascii("u.")
        try ForgedZip([("a/data.pkl", many)]).data.write(to: URL(filePath: path))
        #expect(failure(path)?.kind == .malformed)
    }
}

/// The committed files of torch and NumPy.
let formats = "\(packageRoot)/Tests/Fixtures/formats"
