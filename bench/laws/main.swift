import Foundation
import Statistics
import Reports

// Chinchilla, quick look
let table = try CSVReader().read(CommandLine.arguments[1])
let n = try table.numbers("Model Size").compactMap { $0 }
let c = try table.numbers("Training FLOP").compactMap { $0 }
let l = try table.numbers("loss").compactMap { $0 }
let order = l.indices.sorted { l[$0] > l[$1] }.dropFirst(5).sorted()
let data = LawData(variables: [n, zip(n, c).map { $1 / (6 * $0) }], losses: l).only(Array(order))
let form = LawForm("chinchilla", variableCount: 2, terms: [
    .init("E"), .init("A", [.power(.variable(0), .exponent(0), times: -1)]),
    .init("B", [.power(.variable(1), .exponent(1), times: -1)])],
    exponents: [.init("alpha", .within(0...2)), .init("beta", .within(0...2))])
var t = Date()
let fit = LawFit(form, to: data)!
print(fit.parameters, fit.objective, fit.startCount, fit.agreeingStarts, fit.hasConverged, Date().timeIntervalSince(t))
t = Date()
let b = fit.bootstrap(Bootstrap(resamples: 1000, seed: 1)).compactMap { $0 }
print(b.count, Date().timeIntervalSince(t))
for k in 0..<5 { print(form.parameterNames[k], Bootstrap.percentileInterval(b.map { $0[k] })!) }
t = Date()
for k in 0..<5 { print(form.parameterNames[k], fit.profile(k), fit.covariance?[k][k].map { $0.squareRoot() } as Any) }
print(Date().timeIntervalSince(t), fit.conditionNumber as Any, fit.akaike as Any, fit.rSquared as Any, fit.rootMeanSquareLogError, fit.largestRelativeError)
do {
    let t = try CSVReader().read(CommandLine.arguments[2])
    let rows = try t.texts("size").indices
    _ = rows
    let n = try t.numbers("parameters_non_embedding").compactMap { $0 }
    let d = try t.numbers("tokens").compactMap { $0 }
    let l = try t.numbers("loss").compactMap { $0 }
    for delta in [1e-3, 1e-2, 0.03, .infinity] {
        var o = LawFit.Options(); o.delta = delta
        let f = LawFit(form, to: LawData(variables: [n, d], losses: l), o)!
        print(delta, f.parameters, f.objective, f.startCount, f.agreeingStarts, f.akaike as Any)
        for k in 0..<5 { print(form.parameterNames[k], f.profile(k), f.covariance?[k][k].map { $0.squareRoot() } as Any) }
        let b = f.bootstrap(Bootstrap(resamples: 1000, seed: 1)).compactMap { $0 }
        for k in 0..<5 { print(form.parameterNames[k], Bootstrap.percentileInterval(b.map { $0[k] })!) }
    }
}
