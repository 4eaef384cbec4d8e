import Checkpoints

extension AuditedSeries {
    /// Names of revisions and of files against the attributes.
    var nameFindings: [AuditFinding] {
        checkpoints.indices.flatMap { index in
            names(of: index) + series.duplicatedSteps.filter { $0[0] == index }.map(duplicateFinding)
        }
    }

    /// Checkpoints of one step: which of them is meant nothing tells.
    private func duplicateFinding(_ group: [Int]) -> AuditFinding {
        let step = checkpoints[group[0]].revision.step ?? 0
        let others = group.dropFirst().map { "\(checkpoints[$0].label) (\(checkpoints[$0].location))" }
        return finding(
            .duplicateStep, group[0],
            "step \(step) is there \(group.count) times: here, and as \(others.joined(separator: ", "))")
    }

    private func names(of place: Int) -> [AuditFinding] {
        let checkpoint = checkpoints[place]
        let stated = settings.input.revisions[checkpoint.label]
        let file = Revision(named: checkpoint.location.revisionName)
        var findings: [AuditFinding] = []
        if case .string(let name) = checkpoint.contents.attributes["revision"], name != file.name, file.tellsFacts {
            let attribute = Revision(named: name)
            if let difference = difference(file, attribute) {
                findings.append(
                    finding(
                        .nameDiffers, place,
                        "the file's name says \(difference.0), its attribute revision '\(checkpoint.label)' \(difference.1)"
                    ))
            }
        }
        // What the settings state overrules the attributes, and needs no finding.
        let named = Revision(named: checkpoint.revision.name)
        for (key, told, value) in [
            ("stage", named.stage, stated?.stage == nil ? checkpoint.revision.stage : nil),
            ("ingredient", named.ingredient, stated?.ingredient == nil ? checkpoint.revision.ingredient : nil),
            ("step", named.step, stated?.step == nil ? checkpoint.revision.step : nil),
        ] {
            guard let told, let value, told != value else { continue }
            findings.append(
                finding(.nameDiffers, place, "its name says \(key) \(told), its attribute \(key) is \(value)"))
        }
        if stated?.tokens == nil, let told = named.tokens, let value = checkpoint.revision.tokens,
            !agrees(value, with: told, checkpoint.revision)
        {
            findings.append(
                finding(.nameDiffers, place, "its name says \(told) tokens, its attribute tokens is \(value)"))
        }
        // What stands for the end of training has no step; anything else without one has no place in the series.
        let placed = checkpoints.indices.filter { checkpoints[$0].revision.step != nil }
        if series.unplaced.contains(place), 2 * placed.count > checkpoints.count {
            findings.append(
                finding(
                    .nameDiffers, place,
                    "neither its name '\(checkpoint.revision.name)' nor its attributes tell a step, as those of "
                        + "\(placed.count) others do"))
        }
        return findings
    }

    /// Names round to whole billions, up or down, and count from the beginning of their stage from stage 2 on.
    func agrees(_ tokens: Int, with told: Int, _ revision: Revision) -> Bool {
        let unit = told % 1_000_000_000 == 0 ? 1_000_000_000 : 0
        guard revision.stage ?? 1 > 1 else { return abs(tokens - told) <= unit }
        return tokens >= told - unit
    }

    private func difference(_ a: Revision, _ b: Revision) -> (String, String)? {
        for (key, x, y) in [
            ("stage", a.stage, b.stage), ("ingredient", a.ingredient, b.ingredient), ("step", a.step, b.step),
        ] {
            if let x, let y, x != y { return ("\(key) \(x)", "\(key) \(y)") }
        }
        return nil
    }
}

extension Revision {
    /// Whether it tells a place in training.
    fileprivate var tellsFacts: Bool { stage != nil || ingredient != nil || step != nil }
}
