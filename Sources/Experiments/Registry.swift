/// The experiments there are: one line each.
package enum Registry {
    /// In the order of `dynamics list`.
    static let experiments: [any Experiment.Type] = [
        Drift.self,
        Norms.self,
        Spectra.self,
        Probe.self,
        LinearProbe.self,
        Similarity.self,
        DriftAndLoss.self,
        Audit.self,
        Scaling.self,
        Transfer.self,
        Trainability.self,
        Claims.self,
    ]

    /// Names and questions, in the same order.
    package static var list: [(name: String, question: String)] {
        experiments.map { (name: $0.name, question: $0.question) }
    }

    /// The experiment of that name; `nil` when there is none.
    static func experiment(named name: String) -> (any Experiment.Type)? {
        experiments.first { $0.name == name }
    }
}
