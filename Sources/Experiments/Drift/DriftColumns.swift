import Reports

/// The columns of the drift tables: each with its meaning, once. `docs/metrics.md` gives sources.
enum DriftColumns {
    /// What is compared, and where b stands in training.
    static func comparison(isTrainingKnown: Bool) -> [TypedColumn<DriftRecord>] {
        guard isTrainingKnown else { return labels + [statedTokens] }
        return labels + [
            .integer(
                "tokens",
                "Training tokens of b since training began, as its step makes them; else as attributes or its name state them."
            ) { $0.position?.tokens ?? $0.revision.tokens }
        ] + trainingColumns.map { $0.of(\.position) }
    }

    /// Drift by what training took, where the setting `training` tells.
    static let rates: [TypedColumn<DriftRecord>] = [
        .number(
            "drift_per_token",
            "drift over the tokens of training from a to b; missing unless b was trained on from a and both are known."
        ) { $0.rate($0.span?.tokens.map(Double.init)) },
        .number(
            "drift_per_cumulative_lr", tolerance: 1e-9,
            "drift over the sum of learning rates from a to b; missing as drift_per_token is."
        ) { $0.rate($0.span?.cumulativeLearningRate) },
    ]

    /// What a comparison's numbers speak for.
    static let coverage = TypedColumn<DriftRecord>.number(
        "coverage",
        "Share of the weights that are compared: of the elements stored on either side, without what is no weight; a tied head counts once."
    ) { $0.coverage.share }

    private static let statedTokens = TypedColumn<DriftRecord>.integer(
        "tokens", "Training tokens of b, as its attributes or its name state them."
    ) { $0.revision.tokens }

    private static let labels: [TypedColumn<DriftRecord>] = [
        .string(
            "comparison",
            "Why the two are compared: reference, predecessor (the checkpoint it was trained on from), branch_point (the last of stage 1), ingredients (their finals with each other), pair."
        ) { $0.comparison.rawValue },
        .string("from", "Checkpoint a, which drift is measured from.") { $0.from },
        .string("to", "Checkpoint b, which drift is measured to.") { $0.to },
        .integer("stage", "Training stage of b.") { $0.revision.stage },
        .integer("ingredient", "Which of the runs of its stage b belongs to; missing outside ingredients.") {
            $0.revision.ingredient
        },
        .integer("step", "Optimiser steps of b since its stage began.") { $0.revision.step },
    ]

    static func scope(_ level: String) -> [TypedColumn<DriftRecord>] {
        switch level {
        case "layer":
            return [.string("layer", "Index of the block; 'none' outside the blocks.") { $0.scope.name }]
        case "module":
            return [.string("module", "Role of the tensors, over all layers.") { $0.scope.name }]
        default:
            return [
                .string("tensor", "Name of the tensor, '/' read as '.'.") { $0.scope.name },
                .string("layer", "Index of the block; 'none' outside the blocks.") {
                    Scope.layer(of: $0.scope.name)
                },
                .string("module", "Role of the tensor.") { Scope.module(of: $0.scope.name) },
                .string("shape", "Extents, slowest first; empty for a scalar.") {
                    $0.shape.map { $0.map(String.init).joined(separator: "x") }
                },
                .string("dtype_from", "Element type of a.") { $0.types?.from.rawValue },
                .string("dtype_to", "Element type of b.") { $0.types?.to.rawValue },
            ]
        }
    }

    static func metrics(movedThreshold: Double) -> [TypedColumn<DriftRecord>] {
        [
            .integer("elements", "Number n of elements compared.") { $0.metrics.count },
            .number("norm_from", "‖a‖₂, the L2 norm.") { $0.metrics.normFrom },
            .number("norm_to", "‖b‖₂, the L2 norm.") { $0.metrics.normTo },
            .number("drift", "‖b−a‖₂, the L2 norm of the change.") { $0.metrics.drift },
            .number("relative_drift", "‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.") { $0.metrics.relativeDrift },
            .number("cosine", digits: 6, "cos(a, b) = 1 − rotation; missing when a norm is 0.") { $0.metrics.cosine },
            .number(
                "rotation",
                "1−cos(a, b) = (‖b−a‖²−(‖b‖−‖a‖)²)/(2‖a‖‖b‖), which does not cancel for small angles; missing when a norm is 0."
            ) { $0.metrics.rotation },
            .number("angle", unit: "rad", "Angle between a and b: 2·asin(√(rotation/2)); missing when a norm is 0.") {
                $0.metrics.angle
            },
            .number("rms_change", "√(Σ(b−a)²/n).") { $0.metrics.rmsChange },
            .number("mean_change", "Σ(b−a)/n.") { $0.metrics.meanChange },
            .number("mean_abs_change", "Σ|b−a|/n.") { $0.metrics.meanAbsoluteChange },
            .number("max_abs_change", "max|b−a|.") { $0.metrics.maximumAbsoluteChange },
            .number(
                "changed_bits", "Fraction of elements whose bit patterns differ; missing when the stored types differ."
            ) { $0.metrics.changedBits },
            .number("changed", "Fraction of elements with a ≠ b: +0 and −0 are equal.") { $0.metrics.changed },
            .number("moved", "Fraction of elements with |b−a| > \(movedThreshold).") { $0.metrics.moved },
            .number("sign_flips", "Fraction of elements with a < 0 < b or b < 0 < a.") { $0.metrics.signFlips },
            .integer("nonfinite_from", "Elements of a that are NaN or infinite; when there are any, norms are missing.")
            {
                $0.metrics.from.nonFiniteCount
            },
            .integer("nonfinite_to", "Elements of b that are NaN or infinite; when there are any, norms are missing.") {
                $0.metrics.to.nonFiniteCount
            },
            .number(
                "rounding_drift",
                "Drift that rounding to the storage types would make alone: √(Σ(ulp(a)²+ulp(b)²)/12), ulp(x) = 2^(⌊log₂|x|⌋−fraction bits)."
            ) { $0.metrics.roundingDrift },
            .number("rounding_ratio", "drift/rounding_drift; missing when rounding makes none.") {
                $0.metrics.roundingRatio
            },
            .boolean(
                "exceeds_rounding",
                "Whether rounding_ratio > min(1.1 + 2/√m, 2.45), m = Σ(ulp(a)²+ulp(b)²) over its largest term: more than rounding and chance explain."
            ) { $0.metrics.exceedsRounding },
        ]
    }
}

extension DriftRecord {
    fileprivate func rate(_ duration: Double?) -> Double? {
        guard let drift = metrics.drift, let duration else { return nil }
        return drift / duration
    }
}
