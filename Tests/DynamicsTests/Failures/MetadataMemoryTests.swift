import Foundation
import TestSupport
import Testing

/// The worst file of each format: what is held of a file's metadata is bounded by so many times its bytes, as
/// docs/design.md states it, above what a small file takes. Measured of the built binary, a process of its own.
@Suite(.serialized, .enabled(if: PreloadedShim.peak != nil, "needs a C compiler and LD_PRELOAD"))
struct MetadataMemoryTests {
    private let place: Workplace

    init() throws { place = try Workplace() }

    /// - Parameters:
    ///   - byteCount: bytes of metadata; `nil` for all of the file.
    ///   - times: how many times them it may take.
    private func expectBound(
        _ path: String, _ byteCount: Int? = nil, times: Int, codes: [Int32] = [0, 3], says: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let small = try place.write("small.safetensors", safetensors(smallModel))
        let idle = try MeasuredRun(["inspect", small]).peakByteCount
        let run = try MeasuredRun(["inspect", path])
        let bytes = try byteCount ?? Int(FileManager.default.attributesOfItem(atPath: path)[.size] as? UInt64 ?? 0)
        let held = run.peakByteCount - idle
        #expect(codes.contains(run.code), "\(run.errors)", sourceLocation: sourceLocation)
        #expect(says.isEmpty || run.errors.contains(says), "\(run.errors)", sourceLocation: sourceLocation)
        #expect(
            held <= times * bytes, "\(held) bytes for \(bytes), \(Double(held) / Double(bytes)) times",
            sourceLocation: sourceLocation)
    }

    // MARK: Pickles

    private func text(_ text: String) -> [UInt8] {
        [UInt8(ascii: "X")] + little(text.utf8.count, 4) + Array(text.utf8)
    }

    private func little(_ number: Int, _ width: Int) -> [UInt8] {
        (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    private func instructions(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A pickle that begins with a function in the memo at 0, the tuple of a storage at 1, the storage at 2 and the arguments
    /// of a tensor at 3, with nothing on the stack.
    private func pickle(_ parts: [[UInt8]]) -> [UInt8] {
        let begin: [[UInt8]] = [
            [0x80, 2], instructions("ctorch._utils\n_rebuild_tensor_v2\nq\u{0}0"),
            instructions("("), text("storage"), instructions("ctorch\nFloatStorage\n"), text("0"), text("cpu"),
            instructions("K\u{4}tq\u{1}Qq\u{2}0"), instructions("(h\u{2}K\u{0}(K\u{4}t(K\u{1}t"), [0x89],
            instructions("ccollections\nOrderedDict\n)Rtq\u{3}0"),
        ]
        return Array((begin + parts).joined())
    }

    private func times(_ count: Int, _ part: String) -> [UInt8] {
        Array(repeatElement(instructions(part), count: count).joined())
    }

    /// Keys from 0 on, each with what stands in the memo at 4.
    private func aliases(_ count: Int) -> [UInt8] {
        Array((0..<count).map { instructions("J") + little($0, 4) + instructions("h\u{4}") }.joined())
    }

    private func torch(_ pickle: [UInt8]) throws -> String {
        let members = [("a/data.pkl", pickle), ("a/data/0", little(0x3F80_0000, 16))]
        return try place.write("worst.pt", ForgedZip(members).data)
    }

    @Test(arguments: [
        ("tensors", "h\u{0}h\u{3}R0"), ("storages", "h\u{1}Q0"), ("lists", "]0"), ("dictionaries", "}0"),
        ("texts", "X\u{0}\u{0}\u{0}\u{0}0"), ("numbers", "G\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}0"),
        ("memo", "Nq\u{7}0"), ("tuples", ")"),
    ])
    func `a pickle of one instruction again and again`(kind: String, part: String) throws {
        let count = 1 << 20 / part.utf8.count
        let whole = pickle([times(count, part), instructions("}.")])
        try expectBound(try torch(whole), whole.count, times: 16)
    }

    @Test func `a pickle of tuples of tuples, of lists that grow in turn, and of a full stack`() throws {
        let tower = pickle([instructions("]"), [UInt8](repeating: 0x85, count: 600_000), instructions("0}.")])
        try expectBound(try torch(tower), tower.count, times: 24)
        let turns = pickle([instructions("]q\u{4}]q\u{5}"), times(150_000, "Na0h\u{4}"), instructions("00}.")])
        try expectBound(try torch(turns), turns.count, times: 16)
        let memo = pickle([instructions("N"), [UInt8](repeating: 0x94, count: 600_000), instructions("0}.")])
        try expectBound(try torch(memo), memo.count, times: 24)
    }

    @Test func `a pickle with one tensor under many names, or with names that share a long beginning`() throws {
        let tensor = instructions("h\u{0}h\u{3}Rq\u{4}0")
        let many = pickle([tensor, instructions("}("), aliases(100_000), instructions("u.")])
        try expectBound(try torch(many), many.count, times: 24, codes: [3], says: "names of tensors")
        var nested = instructions("}(") + aliases(10_000) + instructions("u")
        let filler = [instructions("C"), [0], times(300_000, "N0")].flatMap { $0 }
        for _ in 0..<7 {
            nested = instructions("}") + text(String(repeating: "k", count: 500)) + nested + instructions("s")
        }
        let long = pickle([tensor, filler, instructions("0"), nested, instructions(".")])
        try expectBound(try torch(long), long.count, times: 24, codes: [3], says: "has names of more than")
    }

    // MARK: Other formats

    @Test func `a safetensors header of empty tensors, and of one long name`() throws {
        let entries = (0..<40_000).map { #""\#($0)":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}"# }
        let header = "{\(entries.joined(separator: ","))}"
        let many = try place.write("many.safetensors", Data(little(header.utf8.count, 8)) + Data(header.utf8))
        try expectBound(many, header.utf8.count, times: 24)
        let name = String(repeating: "n", count: 2 << 20)
        let wide = #"{"\#(name)":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}}"#
        let long = try place.write("long.safetensors", Data(little(wide.utf8.count, 8)) + Data(wide.utf8))
        try expectBound(long, wide.utf8.count, times: 16)
    }

    @Test func `an index of as many shards as tensors`() throws {
        let entries = (0..<40_000).map { #""\#($0)":"\#($0).safetensors""# }
        let index = #"{"weight_map":{\#(entries.joined(separator: ","))}}"#
        try place.write("shards/model.safetensors.index.json", index)
        try expectBound(place / "shards", index.utf8.count, times: 24, codes: [3])
    }

    @Test func `a config of nothing but numbers`() throws {
        _ = try place.huggingFace("model", smallModel)
        let config = #"{"model_type":"olmo2","x":[\#(String(repeating: "0,", count: 500_000))0]}"#
        try place.write("model/config.json", config)
        try expectBound(place / "model", config.utf8.count, times: 48)
        try place.write("model/config.json", config + String(repeating: " ", count: 4 << 20))
        try expectBound(place / "model", config.utf8.count, times: 8, codes: [3], says: "at most 4194304")
    }

    @Test func `a NumPy archive of many small members`() throws {
        let members = (0..<5_000).map { ("\($0).npy", npy([])) }
        let archive = ForgedZip(members).data
        try expectBound(try place.write("many.npz", archive), archive.count, times: 16)
    }

    @Test(.enabled(if: testPython != nil, "needs h5py in .venv or DYNAMICS_PYTHON"))
    func `an HDF5 file of many datasets, of many links to one, and of long names`() throws {
        let scripts = [
            "[f.create_dataset(str(i), (1,), 'f4', data=[1]) for i in range(5000)]",
            "f['w'] = [1.0]; [f.__setitem__(str(i), f['w']) for i in range(60000)]",
            "g = f.create_group('/'.join(['k' * 60] * 60)); f['w'] = [1.0]; "
                + "[g.__setitem__(str(i), f['w']) for i in range(20000)]",
        ]
        for script in scripts {
            let path = place / "many.h5"
            let program = "import sys, h5py\nwith h5py.File(sys.argv[1], 'w', libver='latest') as f:\n    \(script)\n"
            try #require(try TestSupport.run(try #require(testPython), "-c", program, path) == 0)
            try expectBound(path, times: 48)
        }
    }

    @Test func `settings of nothing but values`() throws {
        let file = try place.write("norms.yaml", "series: [\(String(repeating: "a,", count: 300_000))a]\n")
        let run = try MeasuredRun(["run", "norms", "--quiet", "--settings", file, "--out", place / "out"])
        #expect(run.code == 2 && run.errors.contains("more than 200000 values"), "\(run.errors)")
        #expect(run.peakByteCount < 128 << 20)
    }
}
