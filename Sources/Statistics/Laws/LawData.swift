import Foundation

/// What a law is fitted to.
package struct LawData: Sendable, Equatable {
    /// An array a variable, each with a positive value a run.
    package let variables: [[Double]]
    /// A positive loss a run, in nats.
    package let losses: [Double]

    /// Assembles data.
    /// - Precondition: as many values of each variable as losses, all positive and finite.
    package init(variables: [[Double]], losses: [Double]) {
        precondition(!losses.isEmpty && variables.allSatisfy { $0.count == losses.count })
        precondition((variables + [losses]).allSatisfy { $0.allSatisfy { $0 > 0 && $0.isFinite } })
        self.variables = variables
        self.losses = losses
    }

    /// Number of runs.
    package var count: Int { losses.count }

    /// The runs at these places only.
    package func only(_ indices: [Int]) -> LawData {
        LawData(variables: variables.map { values in indices.map { values[$0] } }, losses: indices.map { losses[$0] })
    }

    /// One value of each variable.
    package func point(_ index: Int) -> [Double] { variables.map { $0[index] } }
}

/// Huber's loss (1964) of one residual r: r²/2 up to `delta`, beyond it the tangent δ(|r| − δ/2).
struct HuberLoss: Sendable {
    let delta: Double

    @inline(__always) func value(_ residual: Double) -> Double {
        let size = abs(residual)
        return size <= delta ? 0.5 * residual * residual : delta * (size - 0.5 * delta)
    }

    /// The derivative.
    @inline(__always) func slope(_ residual: Double) -> Double { max(-delta, min(delta, residual)) }
}
