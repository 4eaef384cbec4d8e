import Base

/// What a results folder's `datapackage.json` says, as far as it matters here.
package struct SavedPackage: Decodable, Sendable {
    /// One table.
    package struct Resource: Decodable, Sendable {
        /// The table's columns.
        package struct Schema: Decodable, Sendable {
            package let fields: [Field]
            let primaryKey: [String]?
        }
        let name: String
        let title: String
        /// The table's file.
        package let path: String
        package let schema: Schema
        let figure: Bool?
    }
    /// One column.
    package struct Field: Decodable, Sendable {
        package let name: String
        let type: String
        let description: String
        let unit: String?
        /// How far apart the numbers of two runs may lie; `nil` for not at all.
        package let tolerance: Double?
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
    /// What people read of a table.
    struct View: Decodable, Sendable {
        let name: String
        let title: String
        let resource: String
        let fields: [String]
        let rows: [Int]?
    }
    let name: String
    let title: String
    package let resources: [Resource]
    let readable: [View]?

    /// Longer text than this describes no tables, in bytes.
    private static let lengthLimit = 64 << 20

    /// Reads the description of a folder.
    /// - Throws: `.damaged` for what is no description of tables.
    package init(folder: String) throws(SavedFileProblem) {
        let bytes = try readSaved("\(folder)/\(DataPackage.fileName)", limit: SavedPackage.lengthLimit)
        do {
            self = try decodeJSON(SavedPackage.self, from: bytes)
        } catch {
            throw .damaged
        }
    }

    /// The files that the run which wrote it may have left besides its records: tables, what is read of them, figures.
    /// Names that no run gives are left out: the file may have been edited.
    package var files: [String] {
        let tables = resources.filter { $0.figure != true }.map(\.name)
        let figures = resources.filter { $0.figure == true }.map(\.name)
        let endings = [
            (tables, ["csv"]), ((readable ?? []).map(\.name), ["tex", "md"]), (figures, ["gp", "csv", "svg", "pdf"]),
        ]
        return endings.flatMap { names, endings in
            names.filter(Column.isSnakeCase).flatMap { name in endings.map { "\(name).\($0)" } }
        }
    }
}
