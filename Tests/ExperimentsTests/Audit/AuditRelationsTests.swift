import Foundation
import Tensors
import TestSupport
import Testing

@testable import Experiments

/// How checkpoints of a series stand to each other: copies, configs, architectures, beginnings.
@Suite struct AuditRelationsTests {
    private static let stage1 = [0, 25, 60, 130, 280, 600, 1250, 2500].map {
        "stage1-step\($0)-tokens\($0 == 0 ? 0 : 1)B"
    }

    private func evidence(_ series: DamagedSeries, _ row: Int = 0) throws -> String {
        try series.table("findings").cell(row, "evidence") ?? ""
    }

    @Test func `copies are one finding, however many, and leave the order of the others alone`() throws {
        let series = try DamagedSeries(Self.stage1)
        for place in [3, 4, 6] { try series.relabel(Self.stage1[place], with: Self.stage1[1]) }
        #expect(
            try series.findings(settings: "norm_deviation: 9\n") == ["identical_checkpoints \(Self.stage1[1])"])
        #expect(
            try evidence(series)
                == "4 checkpoints hold the same weights: all 47 tensors are bit for bit those of \(Self.stage1[3]), "
                + "\(Self.stage1[4]), \(Self.stage1[6])")
        let order = try series.table("order")
        let genuine = [0, 1, 2, 5, 7].map { Self.stage1[$0] }
        for (row, name) in order["revision"].enumerated() where genuine.contains(name) {
            #expect(order.cell(row, "moved") == "false" && order.cell(row, "recovered") != "", "\(name)")
        }
        // Drift and norms say it once, too.
        let drift = try series.audit(settings: "", out: "drift", experiments: ["drift"])
        #expect(drift.findings.filter { $0.contains("hold the same weights") }.count == 1)
        #expect(drift.findings.count == 1, "\(drift.findings)")
    }

    @Test func `genuine steps that are exchanged are told beside copies`() throws {
        let series = try DamagedSeries(Self.stage1)
        try series.relabel(Self.stage1[3], with: Self.stage1[1])
        try series.relabel(Self.stage1[2], with: Self.stage1[6])
        try series.relabel(Self.stage1[6], with: Self.stage1[2])
        #expect(
            try series.findings(settings: "norm_deviation: 9\n")
                == ["identical_checkpoints \(Self.stage1[1])"] + [2, 6].map { "out_of_order \(Self.stage1[$0])" })
    }

    @Test func `a copy in another type, or with other signs of zeros, is told by value`() throws {
        let series = try DamagedSeries(Self.stage1)
        try series.edit(Self.stage1[1]) { $0["lm_head.weight"].values[3] = 0 }
        let copy = try EditedCheckpoint(path: "\(series.folder.path)/\(Self.stage1[1]).h5")
        try series.edit(Self.stage1[5]) { other in
            other.tensors = copy.tensors
            for place in other.tensors.indices {
                other.tensors[place].bytes = copy.tensors[place].values.flatMap { value in
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) }
                }
                other.tensors[place].type = .float32
            }
        }
        try series.edit(Self.stage1[6]) { other in
            other.tensors = copy.tensors
            other["lm_head.weight"].values[3] = -0.0
        }
        let found = try series.findings(settings: "norm_deviation: 9\n")
        #expect(
            found == ["identical_checkpoints \(Self.stage1[1])", "element_type_differs \(Self.stage1[5])"], "\(found)")
        #expect(
            try evidence(series)
                == "3 checkpoints hold the same weights: all 47 tensors hold the values of \(Self.stage1[5]), "
                + "\(Self.stage1[6]), in other types or with other signs of zeros")
        // One weight more, and it is none.
        try series.edit(Self.stage1[6]) { other in
            other.tensors = copy.tensors
            other["lm_head.weight"].values[3] = 0x1p-20
        }
        _ = try series.findings(settings: "norm_deviation: 9\n")
        #expect(
            try evidence(series)
                == "all 47 tensors hold the values of \(Self.stage1[5]), in other types or with other signs of zeros")
    }

    @Test func `configs that come to the same are no finding, whatever way they are written`() throws {
        let series = try DamagedSeries(Self.stage1)
        try series.edit(Self.stage1[2]) {
            $0.config = $0.config?.replacing(
                "\"rope_theta\": 500000", with: "\"rope_parameters\": {\"rope_theta\": 5e5, \"rope_type\": \"default\"}"
            )
        }
        #expect(try series.findings() == [])
        // Two that come to something else are one finding.
        for place in [4, 6] {
            try series.edit(Self.stage1[place]) {
                $0.config = $0.config?.replacing(
                    "\"rope_theta\": 500000", with: "\"rope_parameters\": {\"rope_theta\": 1e4}")
            }
        }
        #expect(try series.findings() == ["config_differs \(Self.stage1[4])"])
        #expect(
            try evidence(series)
                == "its config (as those of \(Self.stage1[6])) comes to rope_theta 10000, that of \(Self.stage1[0]) to "
                + "rope_theta 500000")
    }

    @Test func `of two configs alone the later is told`() throws {
        let series = try DamagedSeries([Self.stage1[0], Self.stage1[1]])
        try series.edit(Self.stage1[1]) { $0.config = $0.config?.replacing("\"silu\"", with: "\"gelu\"") }
        #expect(try series.findings() == ["config_differs \(Self.stage1[1])"])
        #expect(
            try evidence(series) == "its config comes to hidden_act gelu, that of \(Self.stage1[0]) to hidden_act silu")
    }

    @Test(arguments: [true, false])
    func `two architectures in one series are one finding`(withConfig: Bool) throws {
        let series = try DamagedSeries(Self.stage1)
        for name in Self.stage1 {
            try series.edit(name) { checkpoint in
                if Self.stage1[5...].contains(name) {
                    checkpoint.remove { $0.hasPrefix("model.layers.3.") }
                    checkpoint.config = checkpoint.config?.replacing(
                        "\"num_hidden_layers\": 4", with: "\"num_hidden_layers\": 3")
                }
                if !withConfig { checkpoint.config = nil }
            }
        }
        let kind = withConfig ? "config_differs" : "architecture_differs"
        #expect(try series.findings(settings: "norm_deviation: 9\n") == ["\(kind) \(Self.stage1[5])"])
        let told = try evidence(series)
        #expect(told.contains(Self.stage1[6]) && told.contains(Self.stage1[7]), "\(told)")
    }

    @Test func `a step 0 from another initialisation is told by the distances`() throws {
        let series = try DamagedSeries(Self.stage1)
        var generator = SampleGenerator(seed: 5)
        func uniform() -> Double { (Double(generator.draw()) + 0.5) * 0x1p-32 }
        try series.edit(Self.stage1[0]) { checkpoint in
            for place in checkpoint.tensors.indices where checkpoint.tensors[place].shape.count == 2 {
                let old = checkpoint.tensors[place].values
                let size = (old.reduce(0) { $0 + $1 * $1 } / Float(old.count)).squareRoot()
                checkpoint.tensors[place].values = old.map { value in
                    // Padding stays.
                    let normal = (-2 * log(uniform())).squareRoot() * cos(2 * Double.pi * uniform())
                    return value == 0 ? 0 : size * Float(normal)
                }
            }
        }
        #expect(try series.findings() == ["other_start \(Self.stage1[0])"])
        #expect(try evidence(series).contains("as of two seeds"))
    }
}
