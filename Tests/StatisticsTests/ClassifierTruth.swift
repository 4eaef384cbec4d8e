import Foundation

/// Truth from scikit-learn and SciPy: Tests/Fixtures/linear_probe/make_classifiers.py.
struct ClassifierTruth: Decodable {
    struct Scores: Decodable {
        let loss: Double
        let accuracy: Double
        let precision: Double
        let recall: Double
        let f1: Double
        let auc: Double?
    }

    struct Fit: Decodable {
        let c: Double
        let log_probabilities: [[Double]]
        let training: Scores
        let held_out: Scores
        let coefficients: [[Double]]?
        let intercepts: [Double]?
    }

    struct Case: Decodable {
        let name: String
        let classes: Int
        let features: [[Double]]
        let labels: [Int]
        let training: [Int]
        let held_out: [Int]
        let folds: [Int]
        let means: [Double]
        let scales: [Double]
        let strengths: [Double]
        let validation_losses: [Double]
        let fits: [Fit]
    }

    struct Scored: Decodable {
        let name: String
        let probabilities: [[Double]]
        let labels: [Int]
        let scores: Scores
    }

    struct Ranked: Decodable {
        let x: [Double]
        let y: [Double]
        let ranks: [Double]
        let correlation: Double
    }

    let cases: [Case]
    let scores: [Scored]
    let ranks: [Ranked]

    static let shared: ClassifierTruth = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Fixtures/linear_probe/classifiers.json")
        do {
            return try JSONDecoder().decode(ClassifierTruth.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("\(file.path): \(error)")
        }
    }()
}
