import Base

/// Checkpoints of one model in training order, and how each follows from another.
///
/// Stages follow each other; the runs of a stage that start from the same checkpoint are its ingredients. A checkpoint
/// without a step (`main`, an average) is taken to start where the ingredients start.
package struct CheckpointSeries: Sendable {
    /// In training order.
    package let checkpoints: [Checkpoint]
    /// Place of the last stage-1 checkpoint, from which every ingredient starts; `nil` when nothing comes after stage 1.
    package let branchPoint: Int?

    /// Puts checkpoints in training order.
    package init(_ unordered: [Checkpoint]) {
        self.init(
            inOrder: unordered.sorted {
                ($0.revision, $0.location.description) < ($1.revision, $1.location.description)
            })
    }

    /// Takes checkpoints in the order they are given in. Those of one label are told apart by their locations.
    package init(inOrder checkpoints: [Checkpoint]) {
        var sorted = checkpoints
        let counts = Dictionary(sorted.map { ($0.label, 1) }, uniquingKeysWith: +)
        for index in sorted.indices where counts[sorted[index].label] != 1 {
            sorted[index].label = printable(sorted[index].location.description, limit: .max)
        }
        self.checkpoints = sorted
        let comesAfterStage1 = sorted.contains { ($0.revision.stage ?? 1) > 1 || $0.revision.step == nil }
        branchPoint =
            comesAfterStage1
            ? sorted.lastIndex { $0.revision.step != nil && $0.revision.isMainLine(ofStage: 1) } : nil
    }

    /// Place of the checkpoint of that label.
    package func place(of label: String) -> Int? { checkpoints.firstIndex { $0.label == label } }

    /// Place of the checkpoint that this one was trained on from: the one before it in its own run, or where its run
    /// starts; `nil` at the beginning and where the series does not hold it.
    package func predecessor(of place: Int) -> Int? {
        let revision = checkpoints[place].revision
        guard revision.step != nil else {
            // Without facts, order is all there is to go by.
            return branchPoint ?? (place > 0 ? place - 1 : nil)
        }
        let before = checkpoints[..<place].lastIndex {
            $0.revision.step != nil && ($0.revision.stage ?? 1) == (revision.stage ?? 1)
                && $0.revision.ingredient == revision.ingredient
        }
        if let before { return before }
        let stage = revision.stage ?? 1
        if stage == 1, revision.ingredient == nil { return nil }
        return checkpoints[..<place].lastIndex {
            $0.revision.step != nil && $0.revision.isMainLine(ofStage: stage - 1)
        }
    }

    /// Places of the last checkpoint of each ingredient, by stage and ingredient.
    package var ingredientFinals: [Int] {
        checkpoints.indices.filter { place in
            checkpoints[place].revision.ingredient != nil && end(ofRunWith: place) == place
        }
    }

    /// Place of the last checkpoint of the run (stage and ingredient) that this one belongs to; a checkpoint without a
    /// step is its own end.
    package func end(ofRunWith place: Int) -> Int {
        let revision = checkpoints[place].revision
        guard revision.step != nil else { return place }
        return checkpoints.lastIndex {
            $0.revision.step != nil && ($0.revision.stage ?? 1) == (revision.stage ?? 1)
                && $0.revision.ingredient == revision.ingredient
        } ?? place
    }

    /// Places from the first ancestor to this checkpoint, along predecessors.
    package func path(to place: Int) -> [Int] {
        var path = [place]
        while let before = predecessor(of: path[0]) { path.insert(before, at: 0) }
        return path
    }
}

extension Revision {
    /// Whether it belongs to a stage outside that stage's ingredients; a run without stages is stage 1.
    package func isMainLine(ofStage wanted: Int) -> Bool { (stage ?? 1) == wanted && ingredient == nil }
}
