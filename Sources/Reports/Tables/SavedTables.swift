import Base
import Foundation

/// The tables of a results folder, read again from `datapackage.json` and the CSV files beside it.
package struct SavedTables: Sendable {
    /// The experiment's name.
    package let name: String
    /// What the tables are about.
    package let title: String
    /// The tables; not those of figures.
    package let tables: [Table]
    /// What people read of them.
    package let readable: [Table]
    /// Where the readable tables come from, in their order.
    package let views: [View]

    /// A readable table and the rows of the saved one that it shows some columns of.
    package struct View: Sendable {
        /// The readable one.
        package let table: Table
        /// Its rows with all columns.
        package let source: Table
    }

    /// Bytes of the largest description that is read.
    private static let largestPackage = 64 << 20

    /// Why tables cannot be read again, in one line.
    package struct Problem: Error, CustomStringConvertible {
        /// Which file, where, what is wrong.
        package let description: String
    }

    /// Reads a folder.
    /// - Throws: `Problem` for a description or a table that is missing, damaged, or does not fit the other.
    package init(folder: String) throws(Problem) {
        let path = "\(folder)/\(DataPackage.fileName)"
        let package: Package
        do {
            package = try JSONDecoder().decode(
                Package.self, from: Data(try readFile(path, limit: SavedTables.largestPackage)))
        } catch let error as FileReadingError {
            throw Problem(description: "\(error)")
        } catch {
            throw Problem(description: "\(path) is no description of tables that this version can read")
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
        var views: [View] = []
        for view in package.readable ?? [] {
            guard let source = tables.first(where: { $0.name == view.resource }), view.fields.allSatisfy(source.has),
                view.rows?.allSatisfy(source.rows.indices.contains) ?? true, Column.isSnakeCase(view.name),
                !view.fields.isEmpty, Set(view.fields).count == view.fields.count
            else { throw Problem(description: "\(path): the readable table '\(view.name)' is no part of a table") }
            let rows = view.rows.map(Set.init)
            let indexed = Table(
                source.name, title: source.title, columns: source.columns, primaryKey: source.primaryKey,
                rows: source.rows.enumerated().filter { rows?.contains($0.offset) ?? true }.map(\.element))
            let part = indexed.selecting(view.fields, as: view.name, title: SavedTables.line(view.title, or: view.name))
            views.append(View(table: part, source: indexed))
        }
        self.views = views
        readable = views.map(\.table)
    }

    private static func table(_ resource: Package.Resource, _ folder: String, _ path: String) throws(Problem) -> Table {
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
        } catch {
            throw Problem(description: "\(error)")
        }
    }

    /// A title on one line that is not empty, whatever was done to the file.
    private static func line(_ text: String, or name: String) -> String {
        text.isEmpty ? name : text.withoutControls
    }

    /// What `DataPackage` writes, as far as it matters here.
    private struct Package: Decodable {
        struct Resource: Decodable {
            struct Schema: Decodable {
                let fields: [Field]
                let primaryKey: [String]?
            }
            let name: String
            let title: String
            let path: String
            let schema: Schema
            let figure: Bool?
        }
        struct Field: Decodable {
            let name: String
            let type: String
            let description: String
            let unit: String?
            let tolerance: Double?
            let digits: Int?
            let uncertainty: [String]?

            var column: Column {
                let uncertainty: Column.Uncertainty? =
                    switch uncertainty?.count {
                    case 1: uncertainty.map { .error($0[0]) }
                    case 2: uncertainty.map { .interval(low: $0[0], high: $0[1]) }
                    default: nil
                    }
                let meaning = description.withoutControls
                return Column(
                    name, Column.Kind(rawValue: type) ?? .string, unit: unit?.withoutControls,
                    digits: digits ?? Column.usualDigits, uncertainty: uncertainty, tolerance: tolerance ?? 0,
                    meaning: meaning.isEmpty ? name : meaning)
            }
        }
        struct View: Decodable {
            let name: String
            let title: String
            let resource: String
            let fields: [String]
            let rows: [Int]?
        }
        let name: String
        let title: String
        let resources: [Resource]
        let readable: [View]?
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
