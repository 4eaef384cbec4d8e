import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Checkpoints that no file holds, on the small model whose values are known by hand.
@Suite struct MixtureTests {
    private let folder: ScratchFolder
    private let formats = "\(packageRoot)/Tests/Fixtures/formats"

    init() throws { folder = try ScratchFolder() }

    /// Checkpoint number `k` of the small model, in a file of its own.
    private func small(
        _ k: Int, _ type: ElementType = .bfloat16, config: String? = nil,
        _ change: (inout SmallModel) -> Void = { _ in }
    ) throws -> Checkpoint {
        var model = SmallModel(k, revision: "k\(k)-\(type.rawValue)", type: type)
        model.config = config
        change(&model)
        return try open(model.write(to: folder))
    }

    private func mixed(_ terms: [(Double, Checkpoint)], name: String = "soup") throws(CheckpointError) -> Checkpoint {
        try Checkpoint(mixing: terms.map { Mixture.Term($0, $1) }, name: name, place: "soup.\(name)")
    }

    /// The line that mixing ends in.
    private func problem(_ terms: [(Double, Checkpoint)]) -> String? {
        do throws(CheckpointError) {
            _ = try mixed(terms)
            return nil
        } catch {
            return error.description
        }
    }

    private func floats(_ checkpoint: Checkpoint, _ tensor: Int, capacity: Int = 1 << 20, step: Int = .max) throws
        -> [Float]
    {
        let bytes = try elements(try #require(checkpoint.reader), tensor, capacity: capacity, step: step)
        return stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Float.self) }
        }
    }

    /// Σ c·x in the order given, rounded once.
    private func sum(_ weights: [Double], _ values: [Double]) -> Float {
        var sum = weights[0] * values[0]
        for place in weights.indices.dropFirst() { sum += weights[place] * values[place] }
        return Float(sum)
    }

    /// HDF5 in two types, a deflated archive of NumPy's, and parts of the fused tensors of OLMo's trainer.
    @Test func `terms of any format and type give what the formula gives`() throws {
        let terms = [
            (0.1, try small(0)), (0.2, try open("\(formats)/deflated.npz")), (0.3, try small(2, .float64)),
            (0.4, try open("\(formats)/olmo_safetensors/stage1-step1000-tokens5B")),
        ]
        let soup = try mixed(terms)
        let reader = try #require(soup.reader)
        let directs = Set(soup.tensors.indices.map(reader.isDirect))
        #expect(directs == [false], "deflated members are read through windows")
        #expect(soup.tensors.map(\.name) == SmallModel.shapes.map(\.name))
        for (t, info) in soup.tensors.enumerated() {
            #expect(info.elementType == .float32 && info.shape == SmallModel.shapes[t].shape)
            let expected = (0..<info.elementCount).map { i in
                sum([0.1, 0.2, 0.3, 0.4], [0, 1, 2, 1].map { SmallModel.value(t, i, $0) })
            }
            #expect(try floats(soup, t) == expected, "\(info.name)")
            #expect(try floats(soup, t, capacity: 1, step: 3) == expected, "\(info.name) in pieces")
        }
    }

    @Test func `plain bytes are read at any place, and what is read counts with the terms`() throws {
        let terms = [(0.5, try small(0)), (0.5, try small(1, .float32))]
        let soup = try mixed(terms)
        let reader = try #require(soup.reader)
        for t in soup.tensors.indices {
            #expect(reader.isDirect(t))
            let expected = (0..<soup.tensors[t].elementCount).map {
                sum([0.5, 0.5], [SmallModel.value(t, $0, 0), SmallModel.value(t, $0, 1)])
            }
            #expect(try floats(soup, t, step: 5) == expected)
        }
        #expect(reader.bytesRead == 0)
        let sizes = terms.map { $0.1.tensors.reduce(0) { $0 + $1.storedByteCount } }
        #expect(terms.map { $0.1.reader?.bytesRead } == sizes)
        #expect(soup.tensors.reduce(0) { $0 + $1.storedByteCount } == sizes[0] + sizes[1])
    }

    /// More elements than are summed at a time, in a file of their own.
    @Test func `a large tensor is mixed piece by piece`() throws {
        let count = 3 * MixedElements.capacity + 17
        func checkpoint(_ name: String, _ value: (Int) -> Float) throws -> Checkpoint {
            let path = "\(folder.path)/\(name).h5"
            let writer = try CheckpointWriter(
                path: path, model: nil, revision: Revision(named: name), config: nil,
                tensors: [CheckpointWriter.Tensor(name: "w", elementType: .float32, shape: [count])])
            try (0..<count).map(value).withUnsafeBytes { try writer.write($0, tensor: 0, at: 0) }
            try writer.commit()
            return try open(path)
        }
        func first(_ i: Int) -> Float { Float(i % 1021) / 7 }
        func second(_ i: Int) -> Float { Float(i % 811) / -11 }
        let weights = [1.0 / 3, 2.0 / 3]
        let soup = try mixed([(weights[0], try checkpoint("a", first)), (weights[1], try checkpoint("b", second))])
        let expected = (0..<count).map { sum(weights, [Double(first($0)), Double(second($0))]) }
        #expect(try floats(soup, 0) == expected)
    }

    @Test func `a term of weight zero is neither read nor aligned`() throws {
        let other = try small(1) { $0.remove("model.norm.weight") }
        let infinite = try small(2) { model in
            for t in model.tensors.indices { model.tensors[t].values = model.tensors[t].values.map { _ in .infinity } }
        }
        let a = try small(0)
        let soup = try mixed([(0, other), (1, a), (0, infinite)])
        #expect(soup.mixture?.terms.map(\.checkpoint.label) == [a.label])
        for t in soup.tensors.indices {
            let expected = (0..<soup.tensors[t].elementCount).map { Float(SmallModel.value(t, $0, 0)) }
            #expect(try floats(soup, t) == expected)
        }
        #expect(infinite.reader?.bytesRead == 0 && other.reader?.bytesRead == 0)
    }

    @Test func `what cannot be mixed is refused with the tensor's name`() throws {
        let a = try small(0)
        let remedy = "; an average needs the same tensors in all that it is made of"
        let lacking = try small(1) {
            $0.remove("model.norm.weight")
            $0.remove("lm_head.weight")
        }
        #expect(
            problem([(0.5, a), (0.5, lacking)])
                == "checkpoint soup.soup: 'lm_head.weight' (and 1 more) is in k0-bfloat16 but not in k1-bfloat16"
                + remedy)
        #expect(
            problem([(0.5, lacking), (0.5, a)])
                == "checkpoint soup.soup: 'lm_head.weight' (and 1 more) is in k0-bfloat16 but not in k1-bfloat16"
                + remedy)
        let wide = try small(2, .float32) {
            $0["lm_head.weight"].shape = [4, 8]
        }
        #expect(
            problem([(0.5, a), (0.5, wide)])
                == "checkpoint soup.soup: 'lm_head.weight' is bfloat16 [8, 4] in k0-bfloat16 but float32 [4, 8] in "
                + "k2-float32" + remedy)
        let whole = try small(1, .int32) {
            for t in $0.tensors.indices { $0.tensors[t].values = $0.tensors[t].values.map { $0.rounded() } }
        }
        #expect(problem([(0.5, a), (0.5, whole)])?.contains("'lm_head.weight' is bfloat16 [8, 4]") == true)
    }

    @Test func `configs have to agree on what a model computes, and on nothing else`() throws {
        let config = { (more: String) in String(SmallModel.config.dropLast()) + more + "}" }
        let a = try small(0, config: config(#","rope_theta":10000,"torch_dtype":"bfloat16","use_cache":true"#))
        let b = try small(
            1, config: config(#","rope_theta":10000.0,"torch_dtype":"float32","_name":"b","rope_scaling":null"#))
        let c = try small(2, config: config(#","rope_theta":500000"#))
        let none = try small(2, .float32)
        #expect(problem([(0.5, a), (0.5, b)]) == nil)
        #expect(try mixed([(0.5, none), (0.5, b)]).contents.config == b.contents.config)
        #expect(
            problem([(0.5, b), (0.5, c)])?.hasPrefix(
                "checkpoint soup.soup: 'rope_theta' is 10000 in the config of k1-bfloat16 but is 500000 in that of "
                    + "k2-bfloat16; ") == true)
    }

    /// Cut short after it was opened.
    @Test func `a term that cannot be read costs the mixture, which says whose failure it is`() throws {
        let (a, b) = (try small(0), try small(1))
        let soup = try mixed([(0.5, a), (0.5, b)])
        let handle = try FileHandle(forWritingTo: URL(filePath: b.location.path))
        try handle.truncate(atOffset: 100)
        try handle.close()
        let reader = try #require(soup.reader)
        let error = #expect(throws: CheckpointError.self) { _ = try elements(reader, 0) }
        #expect(error?.kind == .truncated && error?.checkpoint == "soup.soup")
        #expect(error?.problem.hasPrefix("it is made of \(b.location.path): ") == true)
        let changed = #expect(throws: CheckpointError.self) { try reader.checkUnchanged() }
        #expect(changed?.kind == .changed && changed?.checkpoint == "soup.soup")
    }

    @Test func `it comes last, and starts where all that it is made of starts`() throws {
        func checkpoint(_ name: String) throws -> Checkpoint {
            var model = SmallModel(0, revision: name)
            model.config = nil
            return try open(model.write(to: folder))
        }
        let stored = try [
            "stage1-step0", "stage1-step10", "stage2-ingredient1-step5", "stage2-ingredient2-step5", "main",
        ].map(checkpoint)
        let soups = [
            try mixed([(0.5, stored[2]), (0.5, stored[3])], name: "a"),
            try mixed([(0.5, stored[1]), (0.5, stored[2])], name: "b"),
        ]
        let series = CheckpointSeries(soups + stored.reversed())
        #expect(series.checkpoints.map(\.label) == stored.map(\.label) + ["a", "b"])
        #expect(series.branchPoint == 1)
        #expect(series.predecessor(of: 5) == 1 && series.predecessor(of: 6) == nil && series.predecessor(of: 4) == 1)

        // An average of stage 1 makes no stage 2.
        let first = CheckpointSeries([try mixed([(0.5, stored[0]), (0.5, stored[1])])] + stored[..<2])
        #expect(first.branchPoint == nil && first.predecessor(of: 2) == nil && first.predecessor(of: 1) == 0)
        #expect(first.checkpoints[2].revision == Revision(name: "soup"))
    }
}
