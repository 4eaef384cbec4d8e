import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@testable import LanguageModels

@Suite struct ProbeSetTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func write(_ name: String, _ data: Data) throws -> ProbeSetSource.File {
        let path = "\(folder.path)/\(name)"
        try data.write(to: URL(filePath: path))
        return ProbeSetSource.File(path: path, name: name)
    }

    private func data<Value: FixedWidthInteger>(_ values: [Value]) -> Data {
        values.reduce(into: Data()) { data, value in
            withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
        }
    }

    /// A .npy file as NumPy writes it, format 1.0.
    private func npy(_ descr: String, _ shape: String, _ data: Data, fortran: String = "False") -> Data {
        var header = "{'descr': '\(descr)', 'fortran_order': \(fortran), 'shape': (\(shape)), }"
        while (10 + header.count + 1) % 64 != 0 { header += " " }
        header += "\n"
        return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.count & 255), UInt8(header.count >> 8)])
            + Data(header.utf8) + data
    }

    private func read(_ edit: (inout ProbeSetSource) -> Void) throws -> ProbeSet {
        var source = ProbeSetSource()
        edit(&source)
        return try ProbeSet(source)
    }

    private func problem(_ edit: (inout ProbeSetSource) -> Void) throws -> String {
        do {
            _ = try read(edit)
            return "none"
        } catch let error as ProbeSetError {
            return error.description
        }
    }

    @Test func `names of several domains are not taken for a file that numbers none`() throws {
        let file = try write("a.npy", npy("<i4", "1, 4", data([5, 6, 7, 8] as [Int32])))
        let text = try problem { ($0.file, $0.domains) = (file, ["a", "b"]) }
        #expect(
            text.hasSuffix(
                "which of the 2 domains of 'probe_set.domains' a sequence is of; name one there, or none ([])"))
    }

    @Test func `rows of an array are sequences, and negative numbers pad them`() throws {
        let file = try write("a.npy", npy("<i4", "2, 4", data([5, 6, 7, 8, 1, 2, -1, -100] as [Int32])))
        let probe = try read { $0.file = file }
        #expect(probe.domains == ["all"] && probe.sequences.map(\.tokens) == [[5, 6, 7, 8], [1, 2]])
        #expect(try read { ($0.file, $0.length) = (file, 3) }.sequences.map(\.tokens) == [[5, 6, 7], [1, 2]])
        #expect(try read { ($0.file, $0.sequences) = (file, 1) }.sequences.count == 1)
        let wide = try write("b.npy", npy("<u2", "1, 2", data([65535, 1] as [UInt16])))
        #expect(try read { $0.file = wide }.sequences.map(\.tokens) == [[65535, 1]])
    }

    @Test(arguments: [
        (
            "268435456, 0",
            "its tokens have shape [268435456, 0], sequences of none; two are the fewest of which one can be "
                + "predicted"
        ),
        (
            "268435456, 268435456, 268435456",
            "it holds [268435456, 268435456, 268435456] integers; 268435456 are the most a probe may be"
        ),
        ("268435457, 0", "it holds [268435457, 0] integers; 268435456 are the most a probe may be"),
        ("99999999999999999999, 2", "its .npy header tells no shape, but (99999999999999999999, 2)"),
    ])
    func `a header that claims more than there is takes no memory`(shape: String, expected: String) throws {
        let file = try write("a.npy", npy("<i4", shape, Data()))
        #expect(try problem { $0.file = file } == "probe set a.npy: \(expected)")
    }

    @Test func `names of domains are on one line and printable`() throws {
        let file = try write("a.npy", npy("<i4", "1, 4", data([5, 6, 7, 8] as [Int32])))
        #expect(try read { $0.files = [("a\nb\u{1B}[2J", file)] }.domains == [#"a\nb\u{1B}[2J"#])
        #expect(try read { ($0.file, $0.domains) = (file, ["a\u{2028}b"]) }.domains == [#"a\u{2028}b"#])
    }

    @Test(arguments: [ProbeSetSource.MemmapType.uint16, .uint32])
    func `a headerless stream is cut into equal lengths`(type: ProbeSetSource.MemmapType) throws {
        let ids = Array(0...10)
        let bytes = type == .uint16 ? data(ids.map { UInt16($0) }) : data(ids.map { UInt32($0) })
        // OLMo's evaluation data is called .npy, but has no header.
        let file = try write("part-0-00000.npy", bytes)
        let probe = try read {
            $0.files = [("c4", file)]
            ($0.memmapType, $0.length) = (type, 4)
        }
        #expect(probe.domains == ["c4"] && probe.sequences.map(\.tokens) == [[0, 1, 2, 3], [4, 5, 6, 7]])
    }

    @Test func `documents end with their end-of-text token`() throws {
        let file = try write("d.npy", npy("<i8", "9,", data([1, 2, 0, 3, 0, 0, 4, 5, 6] as [Int64])))
        let probe = try read { ($0.file, $0.endOfText) = (file, 0) }
        #expect(probe.sequences.map(\.tokens) == [[1, 2, 0], [3, 0], [4, 5, 6]])
        let cut = try read { ($0.file, $0.endOfText, $0.length) = (file, 0, 2) }
        #expect(cut.sequences.map(\.tokens) == [[1, 2], [3, 0], [4, 5]])
    }

    @Test func `what a file cannot mean is an error that names it`() throws {
        let ints = data([1, 2, 3, 4] as [Int32])
        let raw = try write("raw.npy", ints)
        #expect(
            try problem { $0.file = raw }
                == "probe set raw.npy: it is neither an HDF5 file nor a .npy with a header; of a headerless memmap, as "
                + "OLMo's evaluation data is stored, set memmap_dtype to uint16 or uint32")
        let odd = try write("odd.bin", Data([1, 2, 3]))
        #expect(
            try problem { ($0.file, $0.memmapType, $0.length) = (odd, .uint16, 2) }
                == "probe set odd.bin: its 3 bytes are no whole number of uint16")
        let stream = try write("stream.npy", npy("<i4", "4,", ints))
        #expect(
            try problem { $0.file = stream }
                == "probe set stream.npy: its tokens are one stream; set length to cut it, or end_of_text to cut at documents"
        )
        #expect(
            try problem { ($0.file, $0.length) = (stream, 9) }
                == "probe set stream.npy: the domain 'all' has no sequence")
        let real = try write("real.npy", npy("<f4", "1, 4", ints))
        #expect(try problem { $0.file = real }.hasPrefix("probe set real.npy: its .npy header tells no integers"))
        let big = try write("big.npy", npy(">i4", "1, 4", ints))
        #expect(try problem { $0.file = big }.hasPrefix("probe set big.npy: its integers are big-endian"))
        let fortran = try write("fortran.npy", npy("<i4", "2, 2", ints, fortran: "True"))
        #expect(try problem { $0.file = fortran }.hasPrefix("probe set fortran.npy: its array is in Fortran order"))
        let short = try write("short.npy", npy("<i4", "2, 4", ints))
        #expect(
            try problem { $0.file = short }
                == "probe set short.npy: it is cut short: 16 bytes, but [2, 4] integers take 32")
        let huge = try write("huge.npy", npy("<i4", "99999999999, 99999999999", ints))
        #expect(try problem { $0.file = huge }.contains("are the most a probe may be"))
        let cube = try write("cube.npy", npy("<i4", "1, 2, 2", ints))
        #expect(try problem { $0.file = cube }.contains("its tokens have 3 dimensions"))
        let single = try write("single.npy", npy("<i4", "4, 1", ints))
        #expect(
            try problem { $0.file = single }
                == "probe set single.npy: sequence 0 of 'all' has 1 tokens; two are the fewest of which one can be predicted"
        )
        let wide = try write("wide.npy", npy("<i8", "1, 2", data([1, 1 << 40] as [Int64])))
        #expect(
            try problem { $0.file = wide } == "probe set wide.npy: token id 1099511627776 is outside any vocabulary")
        let damaged = try write("damaged.npy", Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 255, 255, 1, 2]))
        #expect(try problem { $0.file = damaged } == "probe set damaged.npy: its .npy header is damaged")
        let gone = ProbeSetSource.File(path: "\(folder.path)/gone.npy", name: "gone.npy")
        #expect(try problem { $0.file = gone }.hasPrefix("probe set gone.npy: cannot read it: "))
    }

    @Test func `an HDF5 file numbers its domains`() throws {
        let tiny = "\(packageRoot)/experiments/data/tiny-olmo2/probe"
        let hdf5 = ProbeSetSource.File(path: "\(tiny)/probe_tokens.h5", name: "probe_tokens.h5")
        let npy = ProbeSetSource.File(path: "\(tiny)/probe_tokens.npy", name: "probe_tokens.npy")
        let names = ["scripture", "pydoc", "wordnet", "jargon"]
        let probe = try read {
            ($0.file, $0.domains) = (hdf5, names)
            $0.readOptions.workerExecutable = builtDynamics
        }
        #expect(probe.domains == names && probe.sequences.map(\.domain) == (0..<64).map { $0 / 16 })
        #expect(probe.sequences.map(\.tokens) == (try read { $0.file = npy }).sequences.map(\.tokens))
        #expect(probe.sequences(of: 2) == Array(32..<48))
        #expect(
            try problem {
                ($0.file, $0.domains) = (hdf5, ["one"])
                $0.readOptions.workerExecutable = builtDynamics
            } == "probe set probe_tokens.h5: 'domain_id' goes up to 3, but 1 different domains are named")
        let checkpoint = ProbeSetSource.File(
            path: "\(packageRoot)/experiments/data/tiny-olmo2/main.h5", name: "main.h5")
        #expect(
            try problem {
                $0.file = checkpoint
                $0.readOptions.workerExecutable = builtDynamics
            } == "probe set main.h5: it has no integer dataset 'tokens'")
    }

    private func write(
        _ name: String, _ datasets: [(name: String, type: ElementType, shape: [Int], bytes: Data)]
    ) throws -> ProbeSetSource.File {
        let path = "\(folder.path)/\(name)"
        let writer = try CheckpointWriter(
            path: path, model: nil, revision: Revision(named: "probe"), config: nil,
            tensors: datasets.map { CheckpointWriter.Tensor(name: $0.name, elementType: $0.type, shape: $0.shape) })
        for (place, dataset) in datasets.enumerated() {
            try dataset.bytes.withUnsafeBytes { try writer.write($0, tensor: place, at: 0) }
        }
        try writer.commit()
        return ProbeSetSource.File(path: path, name: name)
    }

    @Test func `rows of an HDF5 file have bytes and labels, and a row that is cut down loses its bytes`() throws {
        let file = try write(
            "probe.h5",
            [
                ("byte_counts", .int64, [3], data([30, 10, 20] as [Int64])),
                ("domain_id", .int32, [3], data([1, 0, 1] as [Int32])),
                ("kind", .uint8, [3], data([7, 8, 9] as [UInt8])),
                ("tokens", .int32, [3, 4], data([1, 2, 3, 4, 5, 6, 7, -1, 8, 9, -1, -1] as [Int32])),
            ])
        func read(length: Int?) throws -> ProbeSet {
            try self.read {
                ($0.file, $0.domains, $0.labels, $0.length) = (file, ["a", "b"], "kind", length)
                $0.readOptions.workerExecutable = builtDynamics
            }
        }
        let whole = try read(length: nil)
        #expect(whole.sequences.map(\.tokens) == [[5, 6, 7], [1, 2, 3, 4], [8, 9]])
        #expect(whole.sequences.map(\.byteCount) == [10, 30, 20] && whole.sequences.map(\.label) == [8, 7, 9])
        #expect(whole.sequences.map(\.number) == [0, 0, 1] && whole.sequences.map(\.domain) == [0, 1, 1])
        #expect(try read(length: 3).sequences.map(\.byteCount) == [10, nil, 20])
        let wrong = try write(
            "wrong.h5",
            [
                ("labels", .int32, [2], data([1, 2] as [Int32])),
                ("tokens", .int32, [1, 2], data([1, 2] as [Int32])),
            ])
        #expect(
            try problem {
                $0.file = wrong
                $0.readOptions.workerExecutable = builtDynamics
            } == "probe set wrong.h5: 'labels' has shape [2], not one entry for each row of tokens [1, 2]")
    }

    @Test func `an HDF5 file may name its domains itself`() throws {
        guard let testPython else { return print("skipped: no Python with h5py") }
        let path = "\(folder.path)/named.h5"
        let script = """
            import h5py, numpy as np
            with h5py.File('\(path)', 'w') as f:
                f.create_dataset('tokens', data=np.arange(6, dtype='<i4').reshape(3, 2), chunks=(1, 2), compression='gzip')
                f['domain_id'] = np.array([0, 1, 1])
                f.attrs['domains'] = 'news,co\\nde'
            """
        #expect(try TestSupport.run(testPython, "-c", script) == 0)
        let probe = try read {
            $0.file = ProbeSetSource.File(path: path, name: "named.h5")
            $0.readOptions.workerExecutable = builtDynamics
        }
        #expect(probe.domains == ["news", #"co\nde"#] && probe.sequences.map(\.tokens) == [[0, 1], [2, 3], [4, 5]])
    }

    @Test func `another order or other tokens make another fingerprint`() {
        func probe(_ tokens: [[Int32]], domains: [Int]) -> ProbeSet {
            ProbeSet(
                domains: ["a", "b"],
                sequences: zip(tokens, domains).map { ProbeSet.Sequence(domain: $1, number: 0, tokens: $0) })
        }
        let sets = [
            probe([[1, 2], [3, 4]], domains: [0, 1]), probe([[1, 2], [3, 4]], domains: [0, 0]),
            probe([[1, 2, 3], [3, 4]], domains: [0, 1]), probe([[3, 4], [1, 2]], domains: [0, 1]),
        ]
        #expect(Set(sets.map(\.fingerprint)).count == sets.count)
    }
}
