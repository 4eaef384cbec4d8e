import Foundation
import Settings

/// Something about a published figure that a reader has to know.
struct CheckRecord: Sendable {
    let model: String
    /// What was checked.
    let check: Check
    /// The figure, and what it is compared with; `nil` for a comparison of several.
    let value: Double
    let low: Double?
    let high: Double?
    /// In words.
    let reason: String

    enum Check: String, Sendable {
        case utilisationImpossible = "utilisation_impossible"
        case emissionsInconsistent = "emissions_inconsistent"
        case energyInconsistent = "energy_inconsistent"
        case flopsDisagree = "flops_disagree"
        case utilisationDisagrees = "utilisation_disagrees"
        case gpuHoursDisagree = "gpu_hours_disagree"
        case severalAccounts = "several_accounts"
        case gpuUnknown = "gpu_unknown"
    }

    /// Metrics that the figure makes worthless: they take no part in rankings.
    var withheld: [RankingMetric] {
        switch check {
        case .utilisationImpossible:
            [.trainingFLOPs, .utilisation, .flopsPerJoule, .emissionsPerZettaFLOP, .costPerZettaFLOP]
        case .emissionsInconsistent: [.emissions, .emissionsPerZettaFLOP]
        case .energyInconsistent: [.energy, .flopsPerJoule]
        default: []
        }
    }
}

/// One account of a figure that has several.
struct Account: Sendable {
    let model: String
    let quantity: String
    let value: Double
    let unit: String?
    let account: String

    static let columns = ["model", "quantity", "value", "unit", "account", "source"]

    static func read(_ table: InputTable, models: Set<String>) throws(InputError) -> [Account] {
        var accounts: [Account] = []
        for row in table.rows {
            let model = try table.requiredText(row, "model")
            guard models.contains(model) else {
                let near = nearest(to: model, among: models.sorted()).map { "; did you mean '\($0)'?" }
                throw table.failure(row, "model", "there is no run '\(model)'\(near ?? "")")
            }
            accounts.append(
                Account(
                    model: model, quantity: try table.requiredText(row, "quantity"),
                    value: try table.requiredPositive(row, "value"), unit: table.text(row, "unit"),
                    account: try table.requiredText(row, "account")))
        }
        return accounts
    }
}

/// All checks of published runs and throughputs.
struct TrainingChecks: Sendable {
    let limits: TrainabilitySettings.Limits
    /// Names in the table of GPUs.
    let gpus: [String]

    /// In the order of the runs, then of the throughputs.
    func records(
        _ runs: [PublishedRun], _ accounts: [Account], _ throughputs: [ThroughputRecord]
    ) -> [CheckRecord] {
        runs.flatMap { run in
            unknown(run) + possible(run) + agreeing(run) + several(run, accounts.filter { $0.model == run.model })
        }
            + throughputs.filter { !gpus.contains($0.gpu) }.map {
                unknown($0.model, $0.gpu, $0.tokensPerSecond, "utilisation is")
            }
    }

    /// A GPU that is not in the table, where a figure needs its peak.
    private func unknown(_ run: PublishedRun) -> [CheckRecord] {
        guard let gpu = run.gpu, !gpus.contains(gpu), run.peak == nil,
            let value = run.gpuHours ?? run.tokensPerSecondPerGPU ?? run.hardwareTFLOPsPerGPU
        else { return [] }
        return [unknown(run.model, gpu, value, "utilisation and normalised GPU-hours are")]
    }

    private func unknown(_ model: String, _ gpu: String, _ value: Double, _ what: String) -> CheckRecord {
        let remedy = nearest(to: gpu, among: gpus).map { "did you mean '\($0)'?" } ?? "add it there"
        return CheckRecord(
            model: model, check: .gpuUnknown, value: value, low: nil, high: nil,
            reason: "'\(gpu)' is not in the table of GPUs: \(what) missing; \(remedy)")
    }

    /// What cannot be.
    private func possible(_ run: PublishedRun) -> [CheckRecord] {
        var found: [CheckRecord] = []
        for (value, name) in [
            (run.utilisation, "6·N·D over GPU-hours × peak"), (run.reportedUtilisation, "as reported"),
            (run.hardwareUtilisation, "of the hardware"),
        ] {
            guard let value, value > limits.utilisation else { continue }
            found.append(
                record(
                    run, .utilisationImpossible, value, high: limits.utilisation,
                    "\(percent(value)) of the peak (\(name)); no training reaches more than "
                        + "\(percent(limits.utilisation)): parameters, tokens, hours or peak are not what they seem"))
        }
        if let value = run.impliedIntensity, let energy = run.energy ?? run.gpuEnergy, let emissions = run.emissions,
            value < limits.intensityLow || value > limits.intensityHigh
        {
            let basis = run.energy == nil ? "GPU-hours × power" : "published"
            found.append(
                record(
                    run, .emissionsInconsistent, value, low: limits.intensityLow, high: limits.intensityHigh,
                    "\(short(emissions)) t over \(short(energy)) MWh (\(basis)) are \(short(value)) kg/kWh; electricity "
                        + "has between \(short(limits.intensityLow)) and \(short(limits.intensityHigh))"))
        }
        if let energy = run.energy, let estimate = run.gpuEnergy, energy / estimate < 0.5 || energy / estimate > 2 {
            found.append(
                record(
                    run, .energyInconsistent, energy, low: estimate / 2, high: estimate * 2,
                    "\(short(energy)) MWh are published; GPU-hours × power are \(short(estimate)) MWh"))
        }
        return found
    }

    /// Two ways to one figure.
    private func agreeing(_ run: PublishedRun) -> [CheckRecord] {
        var found: [CheckRecord] = []
        if let reported = run.reportedFLOPs, let computed = run.trainingFLOPs, differ(reported, computed) {
            found.append(
                record(
                    run, .flopsDisagree, reported, low: computed, high: computed,
                    "\(short(reported)) FLOP are reported (\(run.reportedFLOPsKind ?? "unstated")); 6·N·D is "
                        + short(computed)))
        }
        if let reported = run.reportedUtilisation, let computed = run.utilisation, differ(reported, computed) {
            found.append(
                record(
                    run, .utilisationDisagrees, reported, low: computed, high: computed,
                    "\(percent(reported)) is reported; 6·N·D over GPU-hours × peak is \(percent(computed)): attention "
                        + "counted or not, or hours that include more than training"))
        }
        let ways = [
            ("tokens/(tokens per second per GPU)", quotient(run.tokens, run.tokensPerSecondPerGPU.map { $0 * 3600 })),
            ("GPUs × days", run.gpus.flatMap { gpus in run.wallDays.map { Double(gpus) * $0 * 24 } }),
        ]
        for (name, computed) in ways {
            guard let hours = run.gpuHours, let computed, differ(hours, computed) else { continue }
            found.append(
                record(
                    run, .gpuHoursDisagree, hours, low: computed, high: computed,
                    "\(short(hours)) GPU-hours are given; \(name) are \(short(computed)) h"))
        }
        return found
    }

    /// Several accounts of one figure, which are not comparable.
    private func several(_ run: PublishedRun, _ accounts: [Account]) -> [CheckRecord] {
        var quantities: [String] = []
        for account in accounts where !quantities.contains(account.quantity) { quantities.append(account.quantity) }
        return quantities.compactMap { quantity in
            let all = accounts.filter { $0.quantity == quantity }
            guard let first = all.first, all.count > 1 else { return nil }
            let values = all.map(\.value)
            let list = all.map { account in
                "\(short(account.value))\(account.unit.map { " \($0)" } ?? "") (\(account.account))"
            }
            return record(
                run, .severalAccounts, first.value, low: values.min(), high: values.max(),
                "\(quantity): \(list.joined(separator: ", "))")
        }
    }

    private func record(
        _ run: PublishedRun, _ check: CheckRecord.Check, _ value: Double, low: Double? = nil, high: Double? = nil,
        _ reason: String
    ) -> CheckRecord {
        CheckRecord(model: run.model, check: check, value: value, low: low, high: high, reason: reason)
    }

    private func differ(_ a: Double, _ b: Double) -> Bool { abs(a - b) > limits.disagreement * max(a, b) }

    private func quotient(_ a: Double?, _ b: Double?) -> Double? {
        guard let a, let b else { return nil }
        return a / b
    }

    private func percent(_ share: Double) -> String { "\(short(100 * share)) %" }

    /// For a sentence: a count as it is, all else to four significant digits.
    private func short(_ value: Double) -> String {
        if value < 1e9, let count = Int(exactly: value) { return String(count) }
        return String(format: "%.4g", locale: Locale(identifier: "en_US_POSIX"), value).lowercased()
            .replacing("e+", with: "e")
    }
}
