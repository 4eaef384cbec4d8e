import Foundation
import Testing

/// Truth from SciPy: Tests/Fixtures/spectra/make_spectra.py.
struct StatisticsTruth: Decodable {
    struct Line: Decodable {
        let x: [Double]
        let y: [Double]
        let slope: Double
        let intercept: Double
        let standard_error: Double
        let r_squared: Double
        let interval: [Double]
    }

    struct Hinge: Decodable {
        let x: [Double]
        let y: [Double]
        let breakpoint: Double
        let value: Double
        let before: Double
        let after: Double
        let residual: Double
    }

    let t: [String: Double]
    let line: Line
    let hinges: [Hinge]

    static let shared: StatisticsTruth = read("spectra.json")
}

/// Truth from the weightwatcher package: Tests/Fixtures/spectra/make_weightwatcher.py.
struct WeightWatcherTruth: Decodable, CustomTestStringConvertible {
    let revision: String
    let tensor: String
    let eigenvalues: [Double]
    let alpha: Double
    let distance: Double
    let standard_error: Double
    let x_min: Double
    let tail_count: Double
    let log_norm: Double
    let log_spectral_norm: Double
    let stable_rank: Double
    let weighted_alpha: Double
    let log_alpha_norm: Double

    var testDescription: String { "\(revision) \(tensor)" }

    static let all: [WeightWatcherTruth] = read("weightwatcher.json")
}

private func read<Truth: Decodable>(_ name: String) -> Truth {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/spectra/\(name)")
    do {
        return try JSONDecoder().decode(Truth.self, from: Data(contentsOf: file))
    } catch {
        preconditionFailure("\(file.path): \(error)")
    }
}
