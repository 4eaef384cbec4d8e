import Checkpoints

extension CheckpointSeries {
    /// Indices of checkpoints that nothing tells a place in training of: neither name, nor attributes, nor settings. What
    /// stands for the end of training, `main` and averages, needs none.
    var unplaced: [Int] {
        checkpoints.indices.filter { index in
            let revision = checkpoints[index].revision
            let standsForTheEnd = revision.name == "main" || revision.name.lowercased().contains("soup")
            return revision.stage == nil && revision.ingredient == nil && revision.step == nil && !standsForTheEnd
        }
    }

    /// A line for each of them, where others have steps; none for a pair, which needs no order.
    var unplacedFindings: [String] {
        let placed = checkpoints.count { $0.revision.step != nil }
        guard placed > 1 else { return [] }
        return unplaced.map { index in
            let (label, location) = (checkpoints[index].label, checkpoints[index].location)
            return
                "checkpoint \(location): neither its name '\(label)' nor its attributes tell a step, as those of \(placed) "
                + "others do, so it has no place among them; expected a name such as stage1-step1000-tokens5B, or an attribute "
                + "step: rename it, state the step with --set 'revisions={\(label): {step: N}}', or take it out of the series"
        }
    }
}
