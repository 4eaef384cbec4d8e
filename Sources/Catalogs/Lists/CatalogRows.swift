import Base
import Checkpoints

/// The rows of one of OLMo's checkpoint catalogs: CSV with the columns `Step` and `Checkpoint Directory`, and in some
/// `Ingredient`, `Stage` and `Tokens Seen`, in any order.
package struct CatalogRows {
    private(set) var entries: [CatalogEntry] = []
    private(set) var findings: [CatalogFinding] = []

    private enum Field: String, CaseIterable {
        case step
        case directory = "checkpoint directory"
        case ingredient
        case stage
        case tokens = "tokens seen"
    }

    /// Reads the text of a file; rows that are not of this form become findings.
    /// - Throws: when the first line is no header of this form.
    init(_ text: String, source: String) throws(CatalogError) {
        let lines = CSVReader().lines(text, file: source)
        guard let header = lines.first, case .success(let titles) = header.cells else {
            throw CatalogError("\(source): is empty; expected a header with Step and Checkpoint Directory")
        }
        var places: [Field: Int] = [:]
        for (index, title) in titles.enumerated() {
            if let field = Field(rawValue: title.lowercased()) { places[field] = index }
        }
        guard places[.step] != nil, places[.directory] != nil else {
            throw CatalogError(
                "\(source):1: expected a header with Step and Checkpoint Directory, found '\(header.text)'")
        }
        var spellings = StageSpellings()
        for record in lines.dropFirst() {
            do throws(RowProblem) {
                let entry = try CatalogRows.entry(record, places, columns: titles.count, source: source)
                entries.append(entry)
                if let place = places[.stage], case .success(let fields) = record.cells {
                    try spellings.check(fields[place], of: entry)
                }
            } catch {
                findings.append(
                    CatalogFinding(
                        error.kind, source: source, line: record.number, text: printable(record.text),
                        message: error.message))
            }
        }
    }

    private struct RowProblem: Error {
        var kind = CatalogFinding.Kind.unreadableRow
        let message: String
    }

    /// A catalog spells its stages in one way: `stage_3_longcontext` among `stage2_midtraining` is not.
    private struct StageSpellings {
        private var first: (form: String, line: Int)?
        private var told: Set<String> = []

        mutating func check(_ spelling: String, of entry: CatalogEntry) throws(RowProblem) {
            let form = spelling.lowercased().hasPrefix("stage_") ? "stage_N" : "stageN"
            guard let first else {
                first = (form, entry.line ?? 0)
                return
            }
            guard first.form != form, told.insert(spelling).inserted else { return }
            throw RowProblem(
                kind: .stageSpelling,
                message: "the stage is spelled '\(printable(spelling))', with \(form) where line \(first.line) has "
                    + "\(first.form); read as stage \(entry.revision.stage ?? 1)")
        }
    }

    private static func entry(
        _ record: CSVReader.Line, _ places: [Field: Int], columns: Int, source: String
    ) throws(RowProblem) -> CatalogEntry {
        let fields: [String]
        switch record.cells {
        case .success(let cells): fields = cells
        case .failure(let error): throw RowProblem(message: error.problem)
        }
        guard fields.count == columns else {
            throw RowProblem(message: "expected \(columns) fields, found \(fields.count)")
        }
        func field(_ name: Field) -> String? { places[name].map { fields[$0] } }
        guard let step = field(.step).flatMap(CatalogRows.count) else {
            throw RowProblem(message: "the step is '\(printable(field(.step) ?? ""))', not a whole number")
        }
        guard let directory = field(.directory), !directory.isEmpty, isPrintable(directory) else {
            throw RowProblem(message: "it names no checkpoint directory")
        }
        var revision = Revision(name: "", step: step)
        var isAverage = false
        if let text = field(.ingredient) {
            revision.stage = 2
            if text.lowercased() == "soup" {
                isAverage = true
            } else if let ingredient = count(text), ingredient > 0 {
                revision.ingredient = ingredient
            } else {
                throw RowProblem(message: "the ingredient is '\(printable(text))', neither a number from 1 nor soup")
            }
        }
        if let text = field(.stage) {
            guard let stage = number(after: "stage", in: text) else {
                throw RowProblem(message: "the stage is '\(printable(text))', which holds no number")
            }
            revision.stage = stage
            revision.ingredient = number(after: "ingredient", in: text) ?? revision.ingredient
            isAverage = isAverage || text.lowercased().contains("soup")
        } else if revision.stage == nil {
            revision.stage = number(after: "/stage", in: directory) ?? 1
        }
        var tokens: Int?
        if let text = field(.tokens) {
            tokens = count(text)
            guard tokens != nil else {
                throw RowProblem(message: "the tokens seen are '\(printable(text))', not a whole number")
            }
        }
        revision.name = name(revision, isAverage: isAverage)
        return CatalogEntry(
            source: source, line: record.number, text: printable(record.text), revision: revision, isAverage: isAverage,
            location: directory, statedTokens: tokens)
    }

    /// As revisions of the model are called, without tokens.
    private static func name(_ revision: Revision, isAverage: Bool) -> String {
        let run = "stage\(revision.stage ?? 1)" + (revision.ingredient.map { "-ingredient\($0)" } ?? "")
        return run + (isAverage ? "-soup" : "") + "-step\(revision.step ?? 0)"
    }

    /// Decimal digits only, below 2^53, so that every reader agrees on the number.
    static func count(_ text: String) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text),
            value < 1 << 53
        else { return nil }
        return value
    }

    /// The number after the last occurrence of `word` that one follows, `_` between them allowed: 3 of
    /// `stage_3_longcontext`, 1000 of `.../step1000-unsharded/`.
    static func number(after word: String, in text: String) -> Int? {
        var rest = text.lowercased()[...]
        var found: Int?
        while let range = rest.firstRange(of: word) {
            rest = rest[range.upperBound...]
            let digits = rest.drop { $0 == "_" }.prefix { $0.isASCII && $0.isNumber }
            if let value = count(String(digits)) { found = value }
        }
        return found
    }
}
