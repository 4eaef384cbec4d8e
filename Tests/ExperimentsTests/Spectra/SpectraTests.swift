import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Experiments

/// The spectra experiment on matrices whose singular values are known by hand.
@Suite struct SpectraTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// A checkpoint of float64 matrices.
    private func write(
        _ revision: String, config: String? = nil, _ matrices: [(name: String, shape: [Int], values: [Double])]
    ) throws -> String {
        var model = SmallModel(0, revision: revision)
        model.config = config
        model.tensors = matrices.map { SmallModel.Tensor($0.name, .float64, $0.shape, $0.values) }
        return try model.write(to: folder)
    }

    private func diagonal(_ values: [Double], columns: Int? = nil) -> [Double] {
        let columns = columns ?? values.count
        return values.enumerated().flatMap { row, value in (0..<columns).map { $0 == row ? value : 0 } }
    }

    @Test func `a diagonal matrix has the spectrum that stands in it`() throws {
        let first = try write("step0", [("a", [3, 3], diagonal([3, 4, 12])), ("gain", [3], [1, 1, 1])])
        let second = try write("step10", [("a", [3, 3], diagonal([3, 6, 12])), ("gain", [3], [1, 1, 1])])
        try runSpectra([first, second], in: folder, "k=1")
        let found = try table("spectra", of: folder)
        #expect(found["revision"] == ["step0", "step10"] && found["tensor"] == ["a", "a"])
        #expect(found["status"] == ["ok", "ok"] && found["dtype"] == ["float64", "float64"])
        let entropy: Double = -[12.0, 4, 3].reduce(0) { $0 + $1 / 19 * log($1 / 19) }
        let expected: [String: Double] = [
            "spectral_norm": 12, "frobenius_norm": 13, "nuclear_norm": 19, "stable_rank": 169.0 / 144,
            "effective_rank": exp(entropy), "participation_ratio": 28561.0 / 21073, "condition_number": 4,
            "numerical_rank": 3, "log_norm": log10(169), "log_spectral_norm": log10(144),
        ]
        for (column, expected) in expected {
            #expect(abs(try #require(found.number(0, column)) - expected) <= 1e-14 * expected, "\(column)")
        }
        // 3 eigenvalues are too few for a tail.
        #expect(found["alpha"] == ["", ""])
        let update = try table("update_spectra", of: folder)
        #expect(update["update"] == ["reference"] && update["status"] == ["rank_deficient"])
        #expect(
            update["spectral_norm"] == ["2.0"] && update["numerical_rank"] == ["1"] && update["stable_rank"] == ["1.0"])
        #expect(update["condition_number"] == [""])
        // The leading vector stays e₃.
        let turned = try table("subspaces", of: folder)
        #expect(turned["comparison"] == ["predecessor", "reference"] && turned["dimension"] == ["1", "1"])
        #expect(try #require(turned.number(0, "right_largest_angle")) <= 1e-7)
        #expect(turned["right_chance"][0] == "\(1.0 / 3)")
    }

    @Test func `a leading subspace that turns by a right angle shares nothing`() throws {
        let first = try write("step0", [("a", [2, 3], diagonal([5, 1], columns: 3))])
        let second = try write("step10", [("a", [2, 3], diagonal([1, 5], columns: 3))])
        try runSpectra([first, second], in: folder, "k=1")
        let turned = try table("subspaces", of: folder)
        for side in ["left", "right"] {
            #expect(abs(try #require(turned.number(0, "\(side)_largest_angle")) - .pi / 2) <= 1e-7)
            #expect(try #require(turned.number(0, "\(side)_overlap")) <= 1e-14)
        }
    }

    @Test func `equal leading values determine no subspace, and the bound says so`() throws {
        let first = try write("step0", [("a", [3, 3], diagonal([2, 2, 2]))])
        let second = try write("step10", [("a", [3, 3], diagonal([3, 2, 1]))])
        try runSpectra([first, second], in: folder, "k=1")
        #expect(try table("subspaces", of: folder)["right_error_bound"][0] == "\(Double.pi / 2)")
    }

    @Test func `a matrix without singular values has a row that says why`() throws {
        let bad: [(name: String, shape: [Int], values: [Double])] = [
            ("a.deficient", [2, 2], [1, 2, 2, 4]), ("b.empty", [0, 4], []),
            ("c.infinite", [2, 2], [1, 2, 3, .infinity]),
            ("d.nan", [2, 2], [.nan, 1, 2, 3]), ("e.row", [1, 2], [3, 4]),
            ("f.tiny", [2, 2], diagonal([0x1p-1028, 0x1p-1030])),
            ("g.zero", [3, 2], Array(repeating: 0, count: 6)),
        ]
        let first = try write("step0", bad)
        let second = try write("step10", bad)
        for (out, method) in [("exact", "exact"), ("fast", "fast")] {
            let outcome = try runSpectra([first, second], in: folder, out: out, "method=\(method)", "tolerance=1e-7")
            let found = try table("spectra", of: folder, out: out)
            #expect(
                Array(found["status"].prefix(7)) == [
                    "rank_deficient", "empty", "non_finite", "non_finite", "ok", "ok", "zero",
                ])
            #expect(found["spectral_norm"].prefix(5).map { $0.isEmpty } == [false, true, true, true, false])
            #expect(found["spectral_norm"][4] == "5.0" && found["stable_rank"][4] == "1.0")
            #expect(abs(try #require(found.number(5, "spectral_norm")) / 0x1p-1028 - 1) <= 1e-12)
            #expect(found["spectral_norm"][6] == "0.0" && found["stable_rank"][6] == "" && found["log_norm"][6] == "")
            let updates = try table("update_spectra", of: folder, out: out)
            #expect(updates["status"] == ["zero", "empty", "non_finite", "non_finite", "zero", "zero", "zero"])
            let turned = try table("subspaces", of: folder, out: out)
            #expect(
                Array(turned["status"].prefix(7)) == ["ok", "empty", "non_finite", "non_finite", "ok", "ok", "zero"])
            // Both checkpoints' two bad tensors, and that the checkpoints are copies.
            #expect(outcome.findings.count == 5 && outcome.refused.isEmpty)
        }
    }

    @Test func `query, key and value of a fused tensor are three matrices`() throws {
        // Two heads of size 1: three rows each, q, k and v.
        let rows: [Double] = [1, 0, 0, 2, 3, 0, 0, 1, 4, 0, 0, 3]
        let name = "gpt_neox.layers.0.attention.query_key_value.weight"
        let config = #"{"num_attention_heads":2}"#
        let path = try write("step0", config: config, [(name, [6, 2], rows)])
        try runSpectra([path], in: folder)
        let found = try table("spectra", of: folder)
        // Key, query, value: by ascending name.
        #expect(found["module"] == ["attention.k", "attention.q", "attention.v"])
        #expect(found["rows"] == ["2", "2", "2"] && found["layer"] == ["0", "0", "0"])
        #expect(found["spectral_norm"] == ["4.0", "1.0", "3.0"] && found["nuclear_norm"] == ["6.0", "2.0", "6.0"])

        let plain = try write("step5", [(name, [6, 2], rows)])
        try runSpectra([plain], in: folder, out: "plain")
        let whole = try table("spectra", of: folder, out: "plain")
        #expect(whole["module"] == ["attention.qkv"] && whole["rows"] == ["6"])
    }

    @Test func `a matrix of another shape has no counterpart, and the run says so`() throws {
        let first = try write("step0", [("a", [2, 2], diagonal([1, 2])), ("b", [2, 2], diagonal([1, 2]))])
        let second = try write("step10", [("a", [2, 2], diagonal([1, 3])), ("b", [1, 2], [1, 2])])
        let outcome = try runSpectra([first, second], in: folder)
        #expect(try table("update_spectra", of: folder)["status"] == ["rank_deficient", "no_counterpart"])
        #expect(
            outcome.findings.contains { $0.hasPrefix("1 matrices without a counterpart of the same shape, first 'b'") })
    }

    @Test func `a pair has one update and one turn`() throws {
        let first = try write("step0", [("a", [2, 2], diagonal([1, 2]))])
        let second = try write("step10", [("a", [2, 2], diagonal([2, 4]))])
        try runSpectra([], in: folder, "from=\(second)", "to=\(first)")
        let update = try table("update_spectra", of: folder)
        #expect(update["update"] == ["pair"] && update["from"] == ["step10"] && update["spectral_norm"] == ["2.0"])
        #expect(try table("subspaces", of: folder)["comparison"] == ["pair"])
    }

    @Test func `settings that no computation could follow are refused together`() throws {
        let path = try write("step0", [("a", [2, 2], diagonal([1, 2]))])
        let lines = try problems { try runSpectra([path], in: folder, "k=0", "tolerance=2", "seed=-1") }
        #expect(
            lines == [
                "k is 0; a number from 1 to 1024 is expected",
                "tolerance is 2.0; a number between 0 and 1 is expected",
                "seed is -1; a number from 0 on is expected",
            ])
    }
}
