import Foundation
import Reports

/// Values that pass through `pow` and `exp` of the C library only.
private let libraryTolerance = 1e-12

/// The columns of a value and the interval that the rounding of its inputs allows.
private func valueColumns<Record>(
    _ name: String, unit: String? = nil, digits: Int = 4, _ meaning: String,
    _ value: @escaping @Sendable (Record) -> StatedPair.Value?
) -> [TypedColumn<Record>] {
    [
        .number(name, unit: unit, digits: digits, tolerance: libraryTolerance, meaning) { value($0)?.value },
        .number(
            "\(name)_low", unit: unit, digits: digits, tolerance: libraryTolerance,
            "The least value of \(name) that the rounding of the stated numbers allows; missing when it allows none, or any."
        ) { value($0)?.interval?.lowerBound },
        .number(
            "\(name)_high", unit: unit, digits: digits, tolerance: libraryTolerance,
            "The largest value of \(name) that it allows."
        ) { value($0)?.interval?.upperBound },
    ]
}

extension Transfer {
    static func lawsTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let name: String
            let kind: String
            let parameter: String
            let number: StatedNumber
            let source: String
        }
        var rows: [Row] = []
        for (laws, kind, names) in [
            (settings.laws, "L = a C^alpha", ["a", "alpha"]), (settings.sizes, "N = k C^p", ["k", "p"]),
        ] {
            rows += laws.flatMap { law in
                zip(names, [law.coefficient, law.exponent]).map {
                    Row(name: law.name, kind: kind, parameter: $0, number: $1, source: law.source)
                }
            }
        }
        if let law = settings.transferredTokens {
            for (parameter, number) in [
                ("k", law.coefficient), ("a", law.tokensExponent), ("b", law.parametersExponent),
            ] {
                rows.append(
                    Row(
                        name: "transferred_tokens", kind: "D_t = k D_f^a N^b", parameter: parameter, number: number,
                        source: law.source))
            }
        }
        return Table(
            "laws", title: "The stated laws, and what their rounding allows.",
            columns: [
                .string("law", "Its name.") { $0.name },
                .string("form", "What it says.") { $0.kind },
                .string("parameter", "Which number of it.") { $0.parameter },
                .string("stated", "The number as it was published.") { $0.number.text },
                .number("low", digits: 6, tolerance: libraryTolerance, "Half a unit of the last digit below it.") {
                    $0.number.interval.lowerBound
                },
                .number("high", digits: 6, tolerance: libraryTolerance, "Half a unit above it.") {
                    $0.number.interval.upperBound
                },
                .string("source", "Where it was published.") { $0.source },
            ] as [TypedColumn<Row>], primaryKey: ["law", "parameter"], records: rows)
    }

    static func lossesTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let law: TransferSettings.Law
            let compute: Double
        }
        let rows = settings.laws.flatMap { law in settings.compute.map { Row(law: law, compute: $0.value) } }
        let columns: [TypedColumn<Row>] =
            [
                .string("law", "Its name.") { $0.law.name },
                .number("compute", unit: "FLOP", "C.") { $0.compute },
            ]
            + valueColumns("loss", unit: "nats", digits: 5, "L = a C^alpha.") { row in
                row.law.value(at: row.compute)
            }
        return Table(
            "losses", title: "Losses that the laws predict.", columns: columns, primaryKey: ["law", "compute"],
            records: rows)
    }

    static func pairsTable(_ settings: TransferSettings) -> Table {
        let columns: [TypedColumn<StatedPair>] =
            [
                .string("pair", "Its name.") { $0.name },
                .string("scratch", "The law from scratch, a_s C^α_s.") { $0.scratch.name },
                .string("transfer", "The law by transfer, a_t C^α_t.") { $0.transfer.name },
            ]
            + valueColumns("exponent_ratio", "α_s/α_t: for one loss, C_t ∝ C_s to this power.") { $0.exponentRatio }
            + valueColumns(
                "crossover", unit: "FLOP", "The compute where both laws give one loss, (a_t/a_s)^(1/(α_s−α_t))."
            ) {
                $0.crossover
            } + [
                .number("crossover_loss", unit: "nats", tolerance: libraryTolerance, "The loss there.") {
                    $0.crossoverLoss
                },
                .string("better_above", "The law that is the lower one above the crossover.") { $0.betterAbove },
            ]
        return Table(
            "pairs", title: "Where transfer and training from scratch meet.", columns: columns, primaryKey: ["pair"],
            records: settings.statedPairs)
    }

    static func equivalentTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let pair: StatedPair
            let compute: Double
        }
        let rows = settings.statedPairs.flatMap { pair in settings.compute.map { Row(pair: pair, compute: $0.value) } }
        let columns: [TypedColumn<Row>] =
            [
                .string("pair", "Its name.") { $0.pair.name },
                .number("compute", unit: "FLOP", "C_s: spent from scratch.") { $0.compute },
            ]
            + valueColumns(
                "transfer_compute", unit: "FLOP", "C_t = (a_s/a_t C_s^α_s)^(1/α_t): for the same loss by transfer."
            ) {
                $0.pair.equivalent($0.compute)
            }
            + valueColumns("ratio", "C_t/C_s: below 1 transfer saves.") { row in
                row.pair.equivalent(row.compute).map { found in
                    StatedPair.Value(
                        value: found.value / row.compute,
                        interval: found.interval.map { $0.lowerBound / row.compute...$0.upperBound / row.compute })
                }
            }
        return Table(
            "equivalent_compute", title: "Compute by transfer for the loss that compute from scratch reaches.",
            columns: columns, primaryKey: ["pair", "compute"], records: rows)
    }

    static func allocationTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let law: String
            let given: String
            let parameters: StatedPair.Value
            let compute: StatedPair.Value
            /// D = C/(6N), at the ends of the one that is not given.
            var tokens: StatedPair.Value {
                func tokens(_ n: Double, _ c: Double) -> Double { c / (6 * n) }
                let ends = [
                    (parameters.interval?.lowerBound, compute.interval?.lowerBound),
                    (parameters.interval?.upperBound, compute.interval?.upperBound),
                ].map { tokens($0.0 ?? parameters.value, $0.1 ?? compute.value) }.sorted()
                return StatedPair.Value(value: tokens(parameters.value, compute.value), interval: ends[0]...ends[1])
            }
        }
        func exact(_ quantity: Quantity) -> StatedPair.Value { StatedPair.Value(value: quantity.value, interval: nil) }
        var rows: [Row] = []
        for law in settings.sizes {
            rows += settings.models.map {
                Row(law: law.name, given: "parameters", parameters: exact($0), compute: law.argument(of: $0.value))
            }
            rows += settings.compute.map {
                Row(law: law.name, given: "compute", parameters: law.value(at: $0.value), compute: exact($0))
            }
        }
        rows += settings.trainings.map {
            Row(law: "none", given: "both", parameters: exact($0.parameters), compute: exact($0.compute))
        }
        let columns: [TypedColumn<Row>] =
            [
                .string("law", "The law N = k C^p; 'none' where both are given.") { $0.law },
                .string("given", "'parameters' (C follows, (N/k)^(1/p)), 'compute' (N follows) or 'both'.") {
                    $0.given
                },
            ] + valueColumns("parameters", "N.") { $0.parameters }
            + valueColumns("compute", unit: "FLOP", "C.") { $0.compute }
            + valueColumns("tokens", "D = C/(6N).") { $0.tokens }
        return Table(
            "allocation", title: "Best sizes for compute, and compute for sizes.", columns: columns, records: rows)
    }

    static func transferredTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let law: TransferSettings.TransferredTokens
            let parameters: Double
            let finetuning: Double
            var tokens: StatedPair.Value { law.transferred(finetuning, parameters) }
            func share(_ tokens: Double) -> Double { tokens / (tokens + finetuning) }
        }
        let rows =
            settings.transferredTokens.map { law in
                law.cases.map {
                    Row(law: law, parameters: $0.parameters.value, finetuning: $0.finetuningTokens.value)
                }
            } ?? []
        let columns: [TypedColumn<Row>] =
            [
                .number("parameters", "N.") { $0.parameters },
                .number("finetuning_tokens", "D_f.") { $0.finetuning },
            ]
            + valueColumns("transferred_tokens", "D_t = k D_f^a N^b: what pre-training is worth in fine-tuning tokens.")
        {
            $0.tokens
        } + [
            .number("transferred_gibitokens", unit: "2^30 tokens", tolerance: libraryTolerance, "D_t in units of 2^30.")
            {
                $0.tokens.value / 1_073_741_824
            }
        ]
            + valueColumns("share", "D_t/(D_t + D_f).") { row in
                let tokens = row.tokens
                return StatedPair.Value(
                    value: row.share(tokens.value),
                    interval: tokens.interval.map { row.share($0.lowerBound)...row.share($0.upperBound) })
            }
        return Table(
            "transferred_tokens", title: "Effectively transferred tokens.", columns: columns,
            primaryKey: ["parameters", "finetuning_tokens"], records: rows)
    }

    static func budgetsTable(_ settings: TransferSettings) -> Table {
        struct Row: Sendable {
            let law: TransferSettings.TransferredTokens
            let parameters: Double
            let compute: Double
            var total: Double { compute / (6 * parameters) }
            var finetuning: StatedPair.Value? { law.finetuningTokens(total: total, parameters) }
            func rest(_ scale: Double) -> StatedPair.Value? {
                finetuning.map { found in
                    StatedPair.Value(
                        value: (total - found.value) * scale,
                        interval: found.interval.map {
                            (total - $0.upperBound) * scale...(total - $0.lowerBound) * scale
                        })
                }
            }
        }
        let rows =
            settings.transferredTokens.map { law in
                law.budgets.map { Row(law: law, parameters: $0.parameters.value, compute: $0.compute.value) }
            } ?? []
        let columns: [TypedColumn<Row>] =
            [
                .number("parameters", "N, the same in both stages.") { $0.parameters },
                .number("compute", unit: "FLOP", "C of both stages.") { $0.compute },
                .number("tokens", tolerance: libraryTolerance, "D = C/(6N).") { $0.total },
            ]
            + valueColumns("finetuning_tokens", "D_f with D_f + D_t(D_f, N) = D.") { $0.finetuning }
            + valueColumns("pretraining_tokens", "D − D_f: as many as they are worth by the law.") { $0.rest(1) }
            + valueColumns("pretraining_share", "(D − D_f)/D, of tokens and so of compute.") { $0.rest(1 / $0.total) }
        return Table(
            "budgets", title: "The split of a budget where pre-training gets as many tokens as it saves.",
            columns: columns,
            primaryKey: ["parameters", "compute"], records: rows)
    }
}
