import Reports
import Settings

/// What an experiment is asked by and what it answers with, before it is run.
package struct ExperimentDescription: Sendable {
    package let name: String
    package let question: String
    /// In the order they are declared.
    package let settings: [SettingDescription]
    /// The tables it may leave, without rows.
    package let tables: [Table]
    /// Names of the figures it may leave.
    package let figures: [String]

    fileprivate init<E: Experiment>(_ type: E.Type) {
        name = E.name
        question = E.question
        settings = E.Settings.descriptions
        tables = E.tables
        figures = E.figures.map(\.key)
    }

    /// The columns of these tables, each once, with the tables that have it; those that only show others to readers,
    /// such as a summary, come last.
    package func columns(of names: [String]) -> [(column: Column, tables: [String])] {
        var found: [(column: Column, tables: [String])] = []
        for table in names.compactMap({ name in tables.first { $0.name == name } }) {
            for column in table.columns {
                if let index = found.firstIndex(where: { $0.column == column }) {
                    found[index].tables.append(table.name)
                } else {
                    found.append((column, [table.name]))
                }
            }
        }
        return found
    }
}

extension Registry {
    /// What there is to say of each experiment, in the order of `dynamics list`.
    package static var descriptions: [ExperimentDescription] { experiments.map { ExperimentDescription($0) } }
}

/// All that goes by a name: an experiment, settings, columns.
package struct Description: Sendable {
    package let name: String
    package let experiments: [ExperimentDescription]
    package let settings: [(experiment: String, setting: SettingDescription)]
    package let columns: [(experiment: String, column: Column, tables: [String])]

    /// Looks a name up. `drift.moved_threshold` and `drift.relative_drift` are a setting and a column of one experiment.
    /// - Throws: `SettingsError` when nothing goes by the name, with the nearest one that something does.
    package init(_ name: String) throws(SettingsError) {
        let all = Registry.descriptions
        let (owner, rest) = Description.split(name, all.map(\.name))
        let asked = owner.map { owner in all.filter { $0.name == owner } } ?? all
        self.name = name
        experiments = all.filter { $0.name == name }
        settings = asked.flatMap { experiment in
            experiment.settings.filter { $0.name == rest }.map { (experiment.name, $0) }
        }
        columns = asked.flatMap { experiment in
            experiment.columns(of: experiment.tables.map(\.name)).filter { $0.column.name == rest }
                .map { (experiment.name, $0.column, $0.tables) }
        }
        guard experiments.isEmpty, settings.isEmpty, columns.isEmpty else { return }
        let known = asked.flatMap { experiment in
            experiment.settings.map(\.name) + experiment.tables.flatMap { $0.columns.map(\.name) }
        }
        let prefix = owner.map { "\($0)." } ?? ""
        let near = nearest(to: rest, among: owner == nil ? all.map(\.name) + known : known)
        throw SettingsError(
            .option("describe \(name)"),
            "there is no experiment, setting or column of that name; "
                + (near.map { "did you mean '\(prefix)\($0)'?" }
                    ?? "'dynamics list' shows the experiments, and 'dynamics describe EXPERIMENT' what each has"))
    }

    /// The settings that an experiment has.
    static func settings(of experiment: any Experiment.Type) -> [SettingDescription] {
        ExperimentDescription(experiment).settings
    }

    /// The experiment before the first dot, and what comes after it.
    private static func split(_ name: String, _ experiments: [String]) -> (owner: String?, rest: String) {
        guard let dot = name.firstIndex(of: "."), experiments.contains(String(name[..<dot])) else { return (nil, name) }
        return (String(name[..<dot]), String(name[name.index(after: dot)...]))
    }
}
