import Foundation
import Tensors
import TestSupport
import Testing

@testable import Checkpoints

/// Parts of fused tensors in every layout of HDF5, read directly or through windows of any size
/// (`Tests/Fixtures/formats/make_formats.py`).
@Suite struct ViewReadingTests {
    private func floats(_ bytes: [UInt8]) -> [Float] { bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) } }

    @Test(arguments: [1, 7, Int.max])
    func `chunked, compact and contiguous ones of OLMo`(step: Int) throws {
        let reader = try openCheckpoint("\(formats)/fused_olmo.h5")
        let names = ["mlp.down", "mlp.gate", "mlp.up", "self_attn.k", "self_attn.q", "self_attn.v"]
        // The fused gate of block 1 was never written.
        let written = (0..<2).flatMap { layer in names.map { "model.layers.\(layer).\($0)_proj.weight" } }
            .filter { !$0.contains("1.mlp.gate") && !$0.contains("1.mlp.up") }
        #expect(reader.tensors.map(\.name) == written)
        #expect(reader.leftOut.map(\.reason) == [LeftOut.neverWritten])
        #expect(reader.tensors[..<6].map(\.layout) == [.contiguous, .compact, .compact, .chunked, .chunked, .chunked])
        #expect(reader.tensors[7].layout == .contiguous)
        // Rows of 8: element i of the stored tensor is i.
        let rows = [nil, 12..<24, 0..<12, 8..<12, 0..<8, 12..<16]
        for (place, rows) in rows.enumerated() {
            guard let rows else { continue }
            let expected = (rows.lowerBound * 8..<rows.upperBound * 8).map { Float($0) }
            #expect(reader.tensors[place].shape == [rows.count, 8])
            #expect(floats(try elements(reader, place, capacity: 1, step: step)) == expected, "\(place)")
            // The same of doubles in the other byte order.
            guard place > 2 else { continue }
            let other = try elements(reader, place + 4, step: step)
            #expect(other.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) } == expected.map { Double($0) })
        }
    }

    /// 80,000 elements a block of one head; a window of the least size holds a part of the view.
    @Test(arguments: [1 << 20, 100_003, Int.max])
    func `interleaved ones of GPT-NeoX, in chunks`(step: Int) throws {
        let reader = try openCheckpoint("\(formats)/fused_neox.h5")
        #expect(
            reader.tensors.map { $0.name.split(separator: ".").suffix(2).joined(separator: ".") } == [
                "key.bias", "key.weight", "query.bias", "query.weight", "value.bias", "value.weight",
            ])
        for (place, part) in [(0, 1), (1, 1), (2, 0), (3, 0), (4, 2), (5, 2)] {
            let rows = (0..<16).flatMap { head in (0..<32).map { head * 96 + part * 32 + $0 } }
            let bytes = try elements(reader, place, capacity: 1, step: step)
            if place.isMultiple(of: 2) {
                #expect(floats(bytes) == rows.map { Float($0) })
            } else {
                #expect(reader.tensors[place].shape == [512, 2500])
                let found = bytes.withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
                #expect(found == rows.flatMap { Array(repeating: Float16($0).bitPattern, count: 2500) })
            }
        }
    }

    @Test func `parts count the bytes they have`() throws {
        let reader = try openCheckpoint("\(formats)/fused_olmo.h5")
        let stored = Dictionary(uniqueKeysWithValues: reader.tensors.map { ($0.name, $0.storedByteCount) })
        #expect(stored["model.layers.1.self_attn.q_proj.weight"] == 8 * 8 * 8)
        #expect(stored["model.layers.1.self_attn.k_proj.weight"] == 4 * 8 * 8)
        #expect(stored["model.layers.0.mlp.up_proj.weight"] == 12 * 8 * 4)
    }
}
