import Checkpoints
import Reports

/// What a reading found that casts doubt on the checkpoints, a row a finding.
func integrityTable(_ integrity: Integrity = Integrity([], contents: [])) -> Table {
    Table(
        "integrity", title: "What casts doubt on the checkpoints; no row when nothing was found.",
        columns: integrityColumns, records: integrity.findings)
}

private let integrityColumns: [TypedColumn<IntegrityFinding>] = [
    .string(
        "finding",
        "identical_checkpoints, identical_tensors (bit for bit, by 128-bit fingerprint; tensors of one magnitude do not count), identical_values (of a compared pair, in other types or with other signs of zeros), or non_finite."
    ) { $0.kind.rawValue },
    .string("checkpoint", "The checkpoint.") { $0.checkpoint },
    .string("other", "The other checkpoint of an identity, or all others, with commas.") { $0.other },
    .string("tensor", "The tensor; of identical tensors, the first.") { $0.tensor },
    .integer("tensors", "Tensors concerned.") { $0.tensorCount },
    .integer("elements", "Elements concerned: of the identical tensors, or NaN and infinite ones.") {
        $0.elementCount
    },
    .integer("first_index", "Row-major index of the first element that is not finite.") { $0.firstIndex },
    .string("message", "The finding as a sentence.") { $0.message },
]
