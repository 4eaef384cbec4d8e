import Reports

/// What a table of a real run meets: hostile names, extremes, values that do not exist.
struct Sample: Sendable {
    var tensor: String?
    var step: Int? = 0
    var drift: Double?
    var isChanged: Bool? = true

    static let columns: [TypedColumn<Sample>] = [
        .string("tensor", "Name of the tensor, '/' read as '.'.") { $0.tensor },
        .integer("step", unit: "steps", "Optimiser steps since the start.") { $0.step },
        .number("relative_drift", digits: 3, "‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.") { $0.drift },
        .boolean("is_changed", "Whether any bit changed.") { $0.isChanged },
    ]

    static let hostile: [Sample] = [
        Sample(tensor: "model.layers.0.self_attn.q_proj.weight", step: 1000, drift: 0.012345),
        Sample(tensor: "a,b", step: -1, drift: 1.7976931348623157e308),
        Sample(tensor: "say \"hi\"", step: .max, drift: .leastNonzeroMagnitude),
        Sample(tensor: "two\r\nlines", step: nil, drift: .nan, isChanged: false),
        Sample(tensor: "<script>alert(1)</script>", drift: .infinity),
        Sample(tensor: "μ_层|∑", drift: -0.5, isChanged: nil),
        Sample(tensor: "", drift: 1),
        Sample(tensor: nil, drift: 0),
    ]

    static func table(_ records: [Sample], primaryKey: [String] = []) -> Table {
        Table(
            "tensors", title: "Drift of every tensor", columns: columns, primaryKey: primaryKey, records: records)
    }
}
