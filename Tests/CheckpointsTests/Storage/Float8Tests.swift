import Base
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// 8-bit floats are read as float32, times their scale. Truth from ml_dtypes and NumPy:
/// `Fixtures/float8/make_float8.py`.
@Suite struct Float8Tests {
    private static let fixtures = "\(packageRoot)/Tests/Fixtures/float8"

    @Test func `every pattern has the value that ml_dtypes gives it`() throws {
        let golden = try CSVRows(file: "\(Self.fixtures)/values.csv")
        for type in [ElementType.float8e4m3, .float8e5m2] {
            let format = try #require(Float8(type))
            for pattern in 0..<256 {
                let expected = try #require(golden.cell(pattern, type.rawValue).flatMap { Float($0) })
                var found: Float = 0
                withUnsafePointer(to: UInt8(pattern)) { format.widen($0, count: 1, scale: 1, to: &found) }
                #expect(
                    expected.isNaN ? found.isNaN : found.bitPattern == expected.bitPattern,
                    "\(type) \(pattern): \(found), not \(expected)")
            }
        }
    }

    @Test(arguments: [1, 7, 1 << 20])
    func `values are those of NumPy bit for bit, whatever the scale spreads over`(step: Int) throws {
        let golden = try CSVRows(file: "\(Self.fixtures)/scaled.csv")
        let reader = try openCheckpoint("\(Self.fixtures)/scaled")
        for row in golden.rows.indices {
            let name = try #require(golden.cell(row, "tensor"))
            let expected = try #require(golden.cell(row, "bits")).split(separator: " ").map { UInt32($0, radix: 16) }
            let place = try #require(reader.tensors.firstIndex { $0.name == name })
            #expect(reader.tensors[place].elementType.isScaled == !name.hasPrefix("a."))
            #expect(try floats(reader, place, step: step).map(\.bitPattern) == expected, "\(name)")
        }
        #expect(golden.rows.count == 11)
    }

    private func floats(_ reader: CheckpointReader, _ place: Int, step: Int) throws -> [Float] {
        let window = try reader.window(place, capacity: 1 << 20)
        var (values, start) = ([Float](), 0)
        let count = reader.tensors[place].elementCount
        while start < count {
            let end = min(start + step, window.reach(from: start))
            try window.load(start..<end, on: Threads(1))
            let source = window.pointer(to: start).assumingMemoryBound(to: Float.self)
            values += UnsafeBufferPointer(start: source, count: end - start)
            start = end
        }
        return values
    }

    @Test func `what is multiplied by is no weight, and coverage says where it is`() throws {
        let checkpoint = try open("\(Self.fixtures)/scaled")
        let scales = zip(checkpoint.tensors, checkpoint.notWeights).filter { $1 == .scale }.map(\.0.name)
        #expect(scales.count == 10 && scales.allSatisfy { $0.contains("scale") })
        #expect(checkpoint.coverage.isWhole)
        let alignment = Alignment(from: checkpoint, to: checkpoint)
        let notes = Dictionary(uniqueKeysWithValues: alignment.entries.map { ($0.name, $0.note) })
        #expect(
            notes["g.cut.weight"]
                == "the first side is read times 'g.cut.weight_scale_inv', a value for each 4x4; the second side is read "
                + "times 'g.cut.weight_scale_inv', a value for each 4x4")
        #expect(notes["b.tensor.weight"]??.contains("'b.tensor.weight_scale', one value for all") == true)
        #expect(notes["a.plain.weight"] == .some(nil))
    }

    @Test(
        arguments: [
            ([6, 1], [6, 10], nil, [1, 10]), ([6], [6, 10], nil, [1, 10]), ([], [6, 10], nil, [6, 10]),
            ([1, 1], [6, 10], nil, [6, 10]), ([5, 56], [576, 7168], nil, [128, 128]),
            // By its shape alone 3 of 10 may be 4 or 5; a config tells.
            ([3, 3], [10, 9], [4, 4], [4, 4]), ([2, 3, 3], [2, 12, 9], nil, [1, 4, 3]),
        ] as [([Int], [Int], [Int]?, [Int])])
    func `blocks follow from the shapes, or from the config`(
        _ scale: [Int], _ whole: [Int], _ stated: [Int]?, _ block: [Int]
    ) {
        #expect(ElementScale("s", shape: scale, of: whole, stated: stated)?.block == block)
    }

    @Test(arguments: [
        ([10], [6, 10]), ([7, 1], [6, 10]), ([6, 10, 1], [6, 10]), ([0, 1], [6, 10]), ([6, 1, 1], [6, 10]),
    ])
    func `a scale that fits no blocks gives none`(_ scale: [Int], _ whole: [Int]) {
        #expect(ElementScale("s", shape: scale, of: whole, stated: nil) == nil)
    }

    @Test func `a weight whose scale does not fit is left out, and said so`() throws {
        let folder = try ImportFolder()
        let header =
            "{\(entry("a.weight", "F8_E4M3", [2, 3], 0, 6)),\(entry("a.weight_scale", "F32", [3], 6, 18)),"
            + "\(entry("b.weight", "F8_E4M3", [2], 18, 20))}"
        try folder.write("x.safetensors", safetensors(header, data: Array(repeating: 0x38, count: 20)))
        let checkpoint = try open(folder.path + "/x.safetensors")
        #expect(checkpoint.tensors.map(\.name) == ["a.weight_scale", "b.weight"])
        #expect(checkpoint.notWeights == [.scale, nil])
        #expect(checkpoint.coverage.compared == 2 && checkpoint.coverage.stored == 8)
        #expect(
            checkpoint.contents.leftOut.map(\.reason) == [
                "float8_e4m3fn [2, 3], whose scale 'a.weight_scale' is float32 [3] and fits no blocks of it"
            ])
    }

    @Test func `a weight whose scale is of a type that is not read is left out, and not read without it`() throws {
        let folder = try ImportFolder()
        let header =
            "{\(entry("a.weight", "F8_E4M3", [2, 2], 0, 4)),\(entry("a.weight_scale", "F8_E8M0", [2, 1], 4, 6)),"
            + "\(entry("b.weight", "F32", [1], 6, 10))}"
        try folder.write("x.safetensors", safetensors(header, data: Array(repeating: 0x38, count: 10)))
        let checkpoint = try open(folder.path + "/x.safetensors")
        #expect(checkpoint.tensors.map(\.name) == ["b.weight"])
        #expect(checkpoint.coverage.compared == 1 && checkpoint.coverage.stored == 5)
        #expect(
            checkpoint.contents.leftOut.first?.reason
                == "float8_e4m3fn [2, 2], whose scale 'a.weight_scale' is of a type that is not read")
    }
}
