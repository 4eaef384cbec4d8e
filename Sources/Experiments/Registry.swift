/// The experiments there are: one line each.
public enum Registry {
    /// In the order of `dynamics list`.
    public static let experiments: [any Experiment.Type] = [
        Drift.self
    ]

    /// The experiment of that name; `nil` when there is none.
    public static func experiment(named name: String) -> (any Experiment.Type)? {
        experiments.first { $0.name == name }
    }
}
