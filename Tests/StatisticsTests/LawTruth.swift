import Foundation
import Statistics

/// Truth from SciPy: Tests/Fixtures/laws/make_goldens.py.
struct LawTruth: Decodable {
    struct Fit: Decodable {
        let E, A, B, alpha, beta, objective: Double
        let covariance: [[Double]]?

        var values: [Double] { [E, A, B, alpha, beta] }
    }

    struct LeastSquares: Decodable {
        let gram: [[Double]]
        let projection, solution: [Double]
        let excess: Double
        let eigenvalues: [Double]
    }

    let huber: Fit
    let squares: Fit
    let profiles: [String: [Double]]
    let nnls: LeastSquares

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Fixtures/laws")

    static let shared: LawTruth = {
        do {
            return try JSONDecoder().decode(
                LawTruth.self, from: Data(contentsOf: folder.appendingPathComponent("goldens.json")))
        } catch {
            preconditionFailure("goldens.json: \(error)")
        }
    }()

    /// The runs that SciPy was given.
    static let data: LawData = {
        guard let text = try? String(contentsOf: folder.appendingPathComponent("runs.csv"), encoding: .utf8) else {
            preconditionFailure("runs.csv is missing")
        }
        let rows = text.split(separator: "\n").dropFirst().map { $0.split(separator: ",").compactMap { Double($0) } }
        return LawData(variables: [rows.map { $0[0] }, rows.map { $0[1] }], losses: rows.map { $0[2] })
    }()
}

extension LawForm {
    /// L = E + A/N^alpha + B/D^beta.
    static func chinchilla(pinned: Double? = nil) -> LawForm {
        LawForm(
            "chinchilla", variableCount: 2,
            terms: [
                Term("E", pinned: pinned), Term("A", [.power(.variable(0), .exponent(0), times: -1)]),
                Term("B", [.power(.variable(1), .exponent(1), times: -1)]),
            ], exponents: [Exponent("alpha", .within(0...2)), Exponent("beta", .within(0...2))])
    }
}
