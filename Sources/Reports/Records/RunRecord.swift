import Base

/// `run.json`: what was run on what, and what was found. Nothing that differs between two runs of the same input.
package struct RunRecord: Sendable {
    /// The file's name.
    package static let fileName = "run.json"
    /// Longer text than this is no record, in bytes.
    private static let lengthLimit = 1 << 28

    /// Name of the experiment.
    package let experiment: String
    /// What it answers.
    package let question: String
    /// The sentences that answer the question.
    package let answer: [Sentence]
    /// The harness' version.
    package let version: String
    /// All settings with their values, an object.
    package let settings: JSON
    /// What the inputs are called: `checkpoints`, or `inputs` for other files.
    package let inputsName: String
    /// Facts about each input, objects.
    package let inputs: [JSON]
    /// Facts about the probe set; `nil` where there is none.
    package let probeSet: JSON?
    /// What the inputs were taken for, a line each: worth knowing, and no finding.
    package let notes: [String]
    /// Inputs that could not be read, a line each.
    package let refused: [String]
    /// What casts doubt on the inputs, a line each.
    package let findings: [String]
    /// Files of the tables.
    package let tables: [String]

    /// Makes a record; see the properties.
    package init(
        experiment: String, question: String, answer: [Sentence], version: String, settings: JSON,
        inputsName: String, inputs: [JSON], probeSet: JSON?, notes: [String], refused: [String], findings: [String],
        tables: [String]
    ) {
        (self.experiment, self.question, self.answer, self.version) = (experiment, question, answer, version)
        (self.settings, self.inputsName, self.inputs, self.probeSet) = (settings, inputsName, inputs, probeSet)
        self.notes = notes
        (self.refused, self.findings, self.tables) = (refused, findings, tables)
    }

    /// Checkpoints that no file holds, with what they are made of.
    var virtualInputs: [(label: String, mixture: String)] {
        inputs.compactMap { input in
            input["made_of"]?.mixture.map { (input["label"]?.text ?? "", $0) }
        }
    }

    /// Takes from JSON what is there; what is not, is empty.
    package init(_ json: JSON) {
        func texts(_ key: String) -> [String] { json[key]?.elements?.compactMap(\.text) ?? [] }
        let inputsName = json["checkpoints"] == nil ? "inputs" : "checkpoints"
        self.init(
            experiment: json["experiment"]?.text ?? "", question: json["question"]?.text ?? "",
            answer: json["answer"]?.elements?.compactMap(Sentence.init) ?? [],
            version: json["version"]?.text ?? "", settings: json["settings"] ?? .object([]), inputsName: inputsName,
            inputs: json[inputsName]?.elements?.filter { $0.members != nil } ?? [], probeSet: json["probe_set"],
            notes: texts("notes"), refused: texts("refused"), findings: texts("findings"), tables: texts("tables"))
    }

    /// Reads the record of a results folder.
    /// - Throws: `.damaged` for what is no JSON, or names no experiment.
    package init(folder: String) throws(SavedFileProblem) {
        let bytes = try readSaved("\(folder)/\(RunRecord.fileName)", limit: RunRecord.lengthLimit)
        guard let json = try? JSON(parsing: bytes), json["experiment"]?.text != nil else { throw .damaged }
        self.init(json)
    }

    /// The record as it is written.
    package var json: JSON {
        var members: [(key: String, value: JSON)] = [
            ("experiment", .string(experiment)), ("question", .string(question)),
            ("answer", .array(answer.map(\.json))), ("version", .string(version)), ("settings", settings),
            (inputsName, .array(inputs)),
        ]
        if let probeSet { members.append(("probe_set", probeSet)) }
        if !notes.isEmpty { members.append(("notes", .array(notes.map(JSON.string)))) }
        return .object(
            members + [
                ("refused", .array(refused.map(JSON.string))), ("findings", .array(findings.map(JSON.string))),
                ("tables", .array(tables.map(JSON.string))),
            ])
    }

    /// The inputs as checkpoints; `nil` when one of them is none.
    package var checkpoints: [Checkpoint]? {
        guard inputsName == "checkpoints" else { return nil }
        let checkpoints = inputs.compactMap(Checkpoint.init)
        return checkpoints.count == inputs.count ? checkpoints : nil
    }

    /// A checkpoint that was read.
    package struct Checkpoint: Sendable {
        /// What tables call it; printable.
        package let label: String
        /// Of all tensors; `nil` for a run without fingerprints.
        package let fingerprint: String?
        /// Number of elements; `nil` where the record does not tell.
        package let elements: Int?

        fileprivate init?(_ json: JSON) {
            guard let label = json["label"]?.text else { return nil }
            self.label = printable(label, limit: .max)
            fingerprint = json["fingerprint"]?.text
            elements = json["elements"]?.integer
        }
    }

    /// What a page shows of the input: checkpoints or other files, and a probe set.
    var shownInputs: [JSON] { inputs + [probeSet].compactMap { $0 } }
}
