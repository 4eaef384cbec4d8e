import Reports

/// One thing that casts doubt on a checkpoint, with what it rests on and what to do about it.
struct AuditFinding: Sendable, Equatable {
    /// The kinds of findings, in the order of the table.
    enum Kind: String, Sendable, CaseIterable {
        // The file.
        case unreadable, truncated, malformed
        // Its name.
        case nameDiffers = "name_differs"
        case duplicateStep = "duplicate_step"
        case catalogDiffers = "catalog_differs"
        case notInCatalog = "not_in_catalog"
        // Its structure.
        case badConfig = "bad_config"
        case configDiffers = "config_differs"
        case architectureDiffers = "architecture_differs"
        case missingTensor = "missing_tensor"
        case extraTensor = "extra_tensor"
        case shapeDiffers = "shape_differs"
        case elementTypeDiffers = "element_type_differs"
        // Its values.
        case nonFinite = "non_finite"
        case denormals
        case zeroTensor = "zero_tensor"
        case constantTensor = "constant_tensor"
        case tiedWeightsDiffer = "tied_weights_differ"
        case paddingRow = "padding_row"
        case normOffTrend = "norm_off_trend"
        // Its place among the others.
        case identicalCheckpoints = "identical_checkpoints"
        case identicalTensors = "identical_tensors"
        case outOfOrder = "out_of_order"
        case otherRun = "other_run"
        case branchPoint = "branch_point"
        case soup

        /// `error`: tables made from the file as it is labelled are wrong. `warning`: look at it.
        var severity: String {
            switch self {
            case .notInCatalog, .badConfig, .configDiffers, .extraTensor, .elementTypeDiffers, .denormals,
                .constantTensor, .paddingRow, .normOffTrend, .identicalTensors:
                "warning"
            default: "error"
            }
        }

        /// What to do.
        var remedy: String {
            switch self {
            case .unreadable: "check that it exists and may be read, or take it out of the series"
            case .truncated: "download or copy the file again"
            case .malformed: "download or write the file again, or take it out of the series"
            case .nameDiffers: "correct the file's name or its attributes, or state the facts in the setting revisions"
            case .duplicateStep: "take out what is not meant, or correct a label"
            case .catalogDiffers: "find out whether the catalog or the label is wrong before using either"
            case .notInCatalog: "check the label; if it is right, complete the catalog"
            case .badConfig: "restore the model's config.json, and import the checkpoint again"
            case .configDiffers: "check that the checkpoint is of this model"
            case .architectureDiffers: "check that the checkpoint is of this model, and whole"
            case .missingTensor: "convert or merge it again with a tool that keeps these tensors"
            case .extraTensor: "find out what wrote them; drop them if no model code reads them"
            case .shapeDiffers: "check that the checkpoint is of this model"
            case .elementTypeDiffers: "use the precision that the others have, or compare with care"
            case .nonFinite: "download the file again; if it is the same, leave the checkpoint out"
            case .denormals: "check how the checkpoint was converted"
            case .zeroTensor, .constantTensor:
                "check how the checkpoint was written: the tensor may never have been filled"
            case .tiedWeightsDiffer: "find out which of the two the model uses"
            case .paddingRow: "check whether the tokenizer is the model's, and whether rows were moved"
            case .normOffTrend: "compare with the training logs; download the file again"
            case .identicalCheckpoints: "one of them is mislabelled or a copy: find the right file, or leave one out"
            case .identicalTensors: "check how the two were written: training changes every tensor"
            case .outOfOrder: "the weights may be another step's: compare with the source, or leave it out"
            case .otherRun: "the weights may be another ingredient's: compare with the source, or leave it out"
            case .branchPoint: "check which stage-1 checkpoint the run was started from, and set branch_point"
            case .soup: "check what it was averaged from, and state it in the setting soups"
            }
        }
    }

    let kind: Kind
    /// Label of the checkpoint; `nil` for one that could not be opened.
    var checkpoint: String?
    /// Where it is, as the user named it.
    let file: String
    /// The tensor; of several in blocks, the name with the blocks' indices as a list.
    var tensor: String?
    /// How many tensors it concerns.
    var tensorCount: Int?
    /// Label of another checkpoint it concerns.
    var other: String?
    /// What was found, expected, and by which measure.
    let evidence: String

    /// One line for a person.
    var message: String {
        "\(checkpoint ?? file): \(kind.rawValue): " + (tensor.map { "'\($0)': " } ?? "") + evidence + "; " + kind.remedy
    }

    static let columns: [TypedColumn<AuditFinding>] = [
        .string("severity", "error: tables made from the file as it is labelled are wrong; warning: look at it.") {
            $0.kind.severity
        },
        .string("finding", "What was found, a word of a list: see docs/metrics.md.") { $0.kind.rawValue },
        .string("revision", "The checkpoint; missing when it could not be opened.") { $0.checkpoint },
        .string("file", "Where it is, as the settings name it.") { $0.file },
        .string("tensor", "The tensor; of several blocks' tensors, the name with the blocks as {first-last,...}.") {
            $0.tensor
        },
        .integer("tensors", "Tensors concerned.") { $0.tensorCount },
        .string("other", "Another checkpoint it concerns.") { $0.other },
        .string("evidence", "What was found and expected, by which measure.") { $0.evidence },
        .string("remedy", "What to do about it.") { $0.kind.remedy },
    ]
}

/// Names that differ in nothing but the index of their block, as one: `model.layers.{0-3,7}.mlp.up_proj.weight`.
func tensorPatterns(_ names: [String]) -> [(pattern: String, names: [String])] {
    var order: [String] = []
    var groups: [String: [(layer: Int?, name: String)]] = [:]
    for name in names {
        let (key, layer) = blockPattern(name)
        if groups[key] == nil { order.append(key) }
        groups[key, default: []].append((layer, name))
    }
    return order.map { key in
        let members = groups[key] ?? []
        guard members.count > 1 else { return (members.first?.name ?? key, members.map(\.name)) }
        return (key.replacing("*", with: "{\(ranges(members.compactMap(\.layer)))}"), members.map(\.name))
    }
}

/// A name with `*` for the index of its block, and that index.
func blockPattern(_ name: String) -> (key: String, layer: Int?) {
    guard !name.contains("*") else { return (name, nil) }
    var components = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    for place in components.indices.dropFirst() where ["layers", "h", "blocks"].contains(components[place - 1]) {
        guard let layer = Int(components[place]), layer >= 0 else { continue }
        components[place] = "*"
        return (components.joined(separator: "."), layer)
    }
    return (name, nil)
}

private func ranges(_ numbers: [Int]) -> String {
    var parts: [ClosedRange<Int>] = []
    for number in numbers.sorted() {
        if let last = parts.last, last.upperBound + 1 >= number {
            parts[parts.count - 1] = last.lowerBound...max(last.upperBound, number)
        } else {
            parts.append(number...number)
        }
    }
    return parts.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
}
