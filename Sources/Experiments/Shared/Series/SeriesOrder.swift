import Checkpoints

/// What a series' order goes by, and what casts doubt on it.
extension CheckpointSeries {
    /// Places of checkpoints that nothing tells a place in training of: neither name, nor files, nor settings. What stands
    /// for the end of training, `main` and averages, needs none.
    var unplaced: [Int] { checkpoints.indices.filter { checkpoints[$0].revision.isUnplaced } }

    /// Checkpoints without a place among those that have one, an order that nothing states, names that contradict files, and
    /// steps that are there twice; a line each.
    /// - Parameters:
    ///   - isListed: whether the user named every checkpoint, in an order.
    ///   - stated: labels whose steps the settings state, which overrules everything else.
    func orderFindings(isListed: Bool, stated: Set<String>) -> [String] {
        let conflicts = checkpoints.filter { !stated.contains($0.revision.name) }.flatMap(\.stepConflicts)
        return unplacedFindings + guessFindings(isListed: isListed) + conflicts + duplicateFindings
    }

    /// A line where nothing states the order of what was found in a folder.
    func guessFindings(isListed: Bool) -> [String] {
        isListed ? [] : guessed("in the natural order of their names")
    }

    /// The same where the user chose the order, and where it goes by epochs.
    func orderNotes(isListed: Bool) -> [String] {
        guard checkpoints.count > 1 else { return [] }
        if order == .epochs {
            return [
                "no checkpoint tells a step: they are ordered by stage and epoch, and nothing is stated per step"
            ]
        }
        return isListed ? guessed("in the order in which they are listed") : []
    }

    /// What goes by several names.
    var nameNotes: [String] {
        var notes = checkpoints.filter { !$0.otherNames.isEmpty }.map { checkpoint in
            "\(checkpoint.label) is also called \(checkpoint.otherNames.joined(separator: ", ")): one checkpoint, taken once"
        }
        if let final = checkpoints.last(where: { $0.revision.name == Checkpoint.finalName }), checkpoints.count > 1,
            order == .steps
        {
            notes.append("\(final.label) (\(final.location)) stands last, as the end of the training")
        }
        return notes
    }

    /// A line where nothing tells an order, and there are several to be ordered.
    private func guessed(_ how: String) -> [String] {
        guard order == .given, checkpoints.count > 1 else { return [] }
        let first = checkpoints[0].label
        return [
            "no checkpoint tells a step, neither by its name nor in its files: the \(checkpoints.count) are taken \(how) "
                + "('\(first)' first), each following the one before; name them such as step1000, or state steps with "
                + "--set 'revisions={\(first): {step: N}, ...}'"
        ]
    }

    private var unplacedFindings: [String] {
        guard order == .steps else { return [] }
        let placed = checkpoints.count { $0.revision.step != nil }
        return unplaced.map { place in
            let (label, location) = (checkpoints[place].label, checkpoints[place].location)
            let epoch = checkpoints[place].revision.epoch.map { " (epoch \($0) is no step)" } ?? ""
            return
                "checkpoint \(location): neither its name '\(label)' nor its files tell a step\(epoch), as those of \(placed) "
                + "other\(placed == 1 ? " does" : "s do"), so it has no place among them; expected a name such as "
                + "stage1-step1000-tokens5B, or an attribute step: rename it, state the step with "
                + "--set 'revisions={\(label): {step: N}}', or take it out of the series"
        }
    }

    private struct Position: Hashable {
        let stage: Int
        let ingredient: Int?
        let step: Int
    }

    /// Indices of checkpoints that have one step of one run, a group a step.
    var duplicatedSteps: [[Int]] {
        let placed = checkpoints.indices.filter { checkpoints[$0].revision.step != nil }
        let groups = Dictionary(grouping: placed) { place -> Position in
            let revision = checkpoints[place].revision
            return Position(stage: revision.stage ?? 1, ingredient: revision.ingredient, step: revision.step ?? 0)
        }
        return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }

    private var duplicateFindings: [String] {
        duplicatedSteps.map { places in
            let step = checkpoints[places[0]].revision.step ?? 0
            return "step \(step) is there \(places.count) times: "
                + places.map { "\(checkpoints[$0].label) (\(checkpoints[$0].location))" }.joined(separator: ", ")
                + "; each follows the one before, with no step between them: take out what is not meant"
        }
    }
}

extension CheckpointSeries {
    /// Place of the checkpoint that a setting names: by its label, another name of it, or as much of its facts as no other
    /// shares (`step25` for `stage1-step25-tokens1B`).
    /// - Throws: `InputError` when there is none, or more than one.
    func place(named name: String, setting: String) throws -> Int {
        let places = places(meantBy: name)
        guard places.count != 1 else { return places[0] }
        guard places.isEmpty else {
            throw InputError(
                "\(setting) '\(name)' may mean \(places.map { checkpoints[$0].label }.joined(separator: ", ")); write which one"
            )
        }
        throw InputError(
            "\(setting) '\(name)' is not in the series; it holds \(checkpoints.map(\.label).joined(separator: ", "))")
    }
}
