import Base

/// The tables of a results folder, read again from `datapackage.json` and the CSV files beside it.
package struct SavedTables: Sendable {
    /// The experiment's name.
    package let name: String
    /// What the tables are about.
    package let title: String
    /// The tables; not those of figures.
    package let tables: [Table]
    /// What people read of them.
    package let readable: [TableView]

    /// Why tables cannot be read again, in one line.
    package struct Problem: Error, CustomStringConvertible {
        /// Which file, where, what is wrong.
        package let description: String
        /// Whether the machine failed at reading it.
        package var isMachineFailure = false
    }

    /// Reads a folder.
    /// - Throws: `Problem` for a description or a table that is missing, damaged, or does not fit the other.
    package init(folder: String) throws(Problem) {
        let path = "\(folder)/\(DataPackage.fileName)"
        let package: SavedPackage
        do throws(SavedFileProblem) {
            package = try SavedPackage(folder: folder)
        } catch {
            switch error {
            case .unreadable(let error):
                throw Problem(description: error.description, isMachineFailure: error.kind == .machine)
            case .damaged:
                throw Problem(description: "\(path) is no description of tables that this version can read")
            }
        }
        name = package.name
        title = package.title
        var tables: [Table] = []
        for resource in package.resources where resource.figure != true {
            tables.append(try SavedTables.table(resource, folder, path))
        }
        guard !tables.isEmpty, Set(package.resources.map(\.name)).count == package.resources.count else {
            throw Problem(description: "\(path) describes no tables, or two of one name")
        }
        self.tables = tables
        var readable: [TableView] = []
        for view in package.readable ?? [] {
            guard let source = tables.first(where: { $0.name == view.resource }), view.fields.allSatisfy(source.has),
                view.rows?.allSatisfy(source.rows.indices.contains) ?? true, Column.isSnakeCase(view.name),
                !view.fields.isEmpty, Set(view.fields).count == view.fields.count
            else { throw Problem(description: "\(path): the readable table '\(view.name)' is no part of a table") }
            readable.append(
                TableView(
                    view.fields, rows: view.rows.map { Set($0).sorted() }, of: source, as: view.name,
                    title: SavedTables.line(view.title, or: view.name)))
        }
        self.readable = readable
    }

    private static func table(_ resource: SavedPackage.Resource, _ folder: String, _ path: String) throws(Problem)
        -> Table
    {
        let fields = resource.schema.fields
        let isSound =
            Column.isSnakeCase(resource.name) && resource.path == "\(resource.name).csv" && !fields.isEmpty
            && Set(fields.map(\.name)).count == fields.count
            && fields.allSatisfy {
                Column.isSnakeCase($0.name) && Column.digitsRange.contains($0.digits ?? 1) && ($0.tolerance ?? 0) >= 0
            }
            && (resource.schema.primaryKey ?? []).allSatisfy { key in fields.contains { $0.name == key } }
        guard isSound else {
            throw Problem(description: "\(path): the description of '\(resource.name.withoutControls)' is damaged")
        }
        let columns = fields.map(\.column)
        do {
            let file = try CSVReader().read("\(folder)/\(resource.path)")
            guard file.columns == columns.map(\.name) else {
                throw Problem(description: "\(file.file): its columns are not those that \(path) describes")
            }
            var rows: [[Cell]] = []
            for row in file.rows {
                var cells: [Cell] = []
                for (text, column) in zip(row.cells, columns) {
                    guard let cell = Cell(text, column.kind) else {
                        throw Problem(
                            description: "\(file.file):\(row.line): '\(CSVTable.brief(text ?? ""))' in the column "
                                + "'\(column.name)' is no \(column.kind.rawValue)")
                    }
                    cells.append(cell)
                }
                rows.append(cells)
            }
            return Table(
                resource.name, title: line(resource.title, or: resource.name), columns: columns,
                primaryKey: resource.schema.primaryKey ?? [], rows: rows)
        } catch let error as Problem {
            throw error
        } catch let error as CSVError {
            throw Problem(description: "\(error)", isMachineFailure: error.isMachineFailure)
        } catch {
            throw Problem(description: "\(error)")
        }
    }

    /// A title on one line that is not empty, whatever was done to the file.
    private static func line(_ text: String, or name: String) -> String {
        text.isEmpty ? name : text.withoutControls
    }
}

extension Cell {
    /// What a CSV cell says, as `CSVWriter` writes it; `nil` when it is of another type.
    fileprivate init?(_ text: String?, _ kind: Column.Kind) {
        guard let text else {
            self = .missing
            return
        }
        let cell: Cell? =
            switch kind {
            case .string: .string(text)
            case .integer: Int(text).map(Cell.integer)
            case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
            case .boolean: Bool(text).map(Cell.boolean)
            }
        guard let cell else { return nil }
        self = cell
    }
}
