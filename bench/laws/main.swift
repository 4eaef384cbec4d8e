import Base
import Foundation
import Reports
import Statistics

// Our side of bench/laws_scipy.py, and the coverage of the intervals.
//
//   bench-laws speed FILE.csv STARTS.json   fit and 1000 resamples of the Chinchilla points; the starts go to STARTS.json
//   bench-laws coverage [REPETITIONS]       how often 95 percent intervals hold the law that made the data

/// L = E + A/N^alpha + B/D^beta.
let chinchilla = LawForm(
    "chinchilla", variableCount: 2,
    terms: [
        .init("E"), .init("A", [.power(.variable(0), .exponent(0), times: -1)]),
        .init("B", [.power(.variable(1), .exponent(1), times: -1)]),
    ], exponents: [.init("alpha", .within(0...2)), .init("beta", .within(0...2))])

let allCores = Threads(ProcessInfo.processInfo.activeProcessorCount)

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body)
    return Double(time.components.seconds) + 1e-18 * Double(time.components.attoseconds)
}

func speed(_ path: String, _ startsPath: String) throws {
    let table = try CSVReader().read(path)
    let (sizes, compute, losses) = (
        try table.numbers("Model Size").compactMap { $0 }, try table.numbers("Training FLOP").compactMap { $0 },
        try table.numbers("loss").compactMap { $0 }
    )
    // Without the five runs of the highest losses, as published.
    let kept = losses.indices.sorted { losses[$0] > losses[$1] }.dropFirst(5).sorted()
    let data = LawData(
        variables: [sizes, zip(sizes, compute).map { $1 / (6 * $0) }], losses: losses
    ).only(Array(kept))
    for (name, threads) in [("1 thread", Threads.one), ("all cores", allCores)] {
        var fit: LawFit?
        var resamples: [[Double]?] = []
        let fitting = seconds { fit = LawFit(chinchilla, to: data, LawFit.Options(), threads) }
        guard let fit else { fatalError("no fit") }
        let resampling = seconds { resamples = fit.bootstrap(Bootstrap(resamples: 1000, seed: 1), threads) }
        let beta = Bootstrap.biasCorrectedInterval(resamples.compactMap { $0?[4] }, of: fit.parameters[4])
        print(
            "\(name): fit \(fitting) s, \(resamples.count) resamples \(resampling) s, objective \(fit.objective), beta \(fit.parameters[4]), "
                + "interval \(beta.map { "\($0)" } ?? "none"), "
                + "E \(Bootstrap.biasCorrectedInterval(resamples.compactMap { $0?[0] }, of: fit.parameters[0]).map { "\($0)" } ?? "none")"
        )
        let rows = data.losses.indices.map {
            "[\(data.variables[0][$0]), \(data.variables[1][$0]), \(data.losses[$0])]"
        }
        let starts = fit.starts.map { "\($0)" }
        try
            "{\"data\": [\(rows.joined(separator: ", "))],\n\"starts\": [\(starts.joined(separator: ",\n"))],\n\"fit\": \(fit.parameters)}\n"
            .write(toFile: startsPath, atomically: true, encoding: .utf8)
    }
}

/// Normal noise, the same on every machine.
struct Noise {
    var state: UInt64

    mutating func unit() -> Double {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return (Double((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53
    }

    mutating func normal() -> Double { (-2 * log(unit())).squareRoot() * cos(2 * .pi * unit()) }
}

/// How often intervals hold the law that made the data: of each parameter, and of the loss at four times the largest size and
/// tokens. As many intervals as repetitions, each held or not, tell a coverage of 95 percent to √(0.95 · 0.05/repetitions).
func coverage(_ repetitions: Int) {
    let truth = [1.8, 480.0, 2100.0, 0.347, 0.367]
    let sizes = (0..<12).map { 5e7 * pow(320, Double($0) / 11) }
    let tokens = (0..<10).map { 1e9 * pow(300, Double($0) / 9) }
    let points = sizes.flatMap { n in tokens.map { [n, $0] } }
    let far = [4 * sizes[11], 4 * tokens[9]]
    for delta in [1e-3, Double.infinity] {
        var options = LawFit.Options()
        options.delta = delta
        options.starts = 8
        let settled = options
        let held = allCores.map(repetitions) { repetition -> [String: Bool]? in
            var noise = Noise(state: UInt64(repetition) &* 7919 &+ 6198)
            for _ in 0..<8 { _ = noise.unit() }
            let losses = points.map { chinchilla.loss($0, parameters: truth) * exp(0.01 * noise.normal()) }
            let data = LawData(variables: [points.map { $0[0] }, points.map { $0[1] }], losses: losses)
            guard let fit = LawFit(chinchilla, to: data, settled) else { return nil }
            let resamples = fit.bootstrap(Bootstrap(resamples: 400, seed: UInt64(repetition))).compactMap { $0 }
            var held: [String: Bool] = [:]
            func note(_ name: String, _ value: ([Double]) -> Double) {
                let interval = Bootstrap.biasCorrectedInterval(resamples.map(value), of: value(fit.parameters))
                held["\(name): bootstrap"] = interval?.contains(value(truth)) ?? false
            }
            for (place, name) in chinchilla.parameterNames.enumerated() {
                let profile = fit.profile(place)
                held["\(name): profile"] =
                    (profile.low ?? -.infinity) <= truth[place] && truth[place] <= (profile.high ?? .infinity)
                note(name) { $0[place] }
            }
            note("loss beyond") { chinchilla.loss(far, parameters: $0) }
            return held
        }.compactMap { $0 }
        let error = (0.95 * 0.05 / Double(held.count)).squareRoot()
        for name in Set(held.flatMap(\.keys)).sorted() {
            let share = Double(held.count { $0[name] == true }) / Double(held.count)
            let verdict = (0.92...0.98).contains(share) ? "" : ", outside 92 to 98"
            print(
                String(
                    format: "delta %g: %@ %.2f percent of %d, standard error %.2f%@", delta, name, 100 * share,
                    held.count, 100 * error, verdict))
        }
    }
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "speed" where arguments.count == 4: try speed(arguments[2], arguments[3])
case "coverage": coverage(arguments.count > 2 ? Int(arguments[2]) ?? 400 : 400)
default:
    FileHandle.standardError.write(
        Data("usage: bench-laws speed FILE.csv STARTS.json | bench-laws coverage [REPETITIONS]\n".utf8))
    exit(2)
}
