import Reports
import Settings

/// A table of a finished run, cut and named for a paper.
package struct SavedTable: Sendable {
    private let folder: ResultsFolder
    private let name: String?
    private let cut: TableCut

    /// Prepares a table of an experiment, `results/NAME`, or of a results folder: the one of that name, or what people read
    /// first.
    package init(_ result: String, table name: String?, cut: TableCut) {
        folder = ResultsFolder(named: result)
        (self.name, self.cut) = (name, cut)
    }

    /// Reads it.
    /// - Throws: `InputError` for a folder without results, a table or column that is not there, and when no row is left.
    package func part() throws(InputError) -> TableCut.Part {
        let (_, _, saved) = try folder.read()
        let view = name.map { name in saved.views.first { $0.table.name == name } } ?? saved.views.first
        guard let table = view?.source ?? (name == nil ? saved.tables.first : saved.tables.first { $0.name == name })
        else {
            let names = (saved.views.map(\.table.name) + saved.tables.map(\.name)).distinct
            let near = nearest(to: name ?? "", among: names).map { "did you mean '\($0)'? " } ?? ""
            throw InputError(
                "\(folder.path) has no table '\(name ?? "")'; \(near)there are \(names.joined(separator: ", "))")
        }
        let titled = view.map { Table(table.name, title: $0.table.title, columns: table.columns, rows: table.rows) }
        do {
            return try cut.part(of: titled ?? table, usual: (view?.table ?? table).columns.map(\.name))
        } catch {
            throw InputError("\(folder.path): \(error)")
        }
    }
}
