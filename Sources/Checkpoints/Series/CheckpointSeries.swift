import Base

/// Checkpoints of one model in training order, and how each follows from another.
///
/// Stages follow each other; the runs of a stage that start from the same checkpoint are its ingredients. What stands for
/// the end of training without a step (`main`, an average) is taken to start where the ingredients start.
package struct CheckpointSeries: Sendable {
    /// What the order goes by.
    package enum Order: Sendable {
        /// Stages, ingredients and steps.
        case steps
        /// No checkpoint tells a step, and all tell a stage or an epoch.
        case epochs
        /// Nothing but the order in which they were given.
        case given
    }

    /// In training order.
    package let checkpoints: [Checkpoint]
    /// What the order goes by.
    package let order: Order
    /// Place of the last stage-1 checkpoint, from which every ingredient starts; `nil` when nothing comes after stage 1.
    package let branchPoint: Int?
    /// Checkpoints that a selection left out of it.
    package let leftOut: [Checkpoint]

    /// Puts checkpoints in training order. Those that tell no step follow the others as they were given, what stands for
    /// the end of training last; where none tells a step, epochs decide if all tell them, and else the given order.
    package init(_ given: [Checkpoint]) {
        let ends = given.filter(\.revision.standsForEnd)
        let others = given.filter { !$0.revision.standsForEnd }
        if given.contains(where: { $0.revision.step != nil }) {
            let placed = CheckpointSeries.sorted(others.filter { $0.revision.step != nil })
            self.init(placed + others.filter { $0.revision.step == nil } + ends, order: .steps)
        } else if !others.isEmpty, others.allSatisfy({ $0.revision.stage != nil || $0.revision.epoch != nil }) {
            self.init(CheckpointSeries.sorted(others) + ends, order: .epochs)
        } else {
            self.init(given, order: .given)
        }
    }

    /// Takes checkpoints in the order they are given in.
    package init(inOrder checkpoints: [Checkpoint]) { self.init(checkpoints, order: .given) }

    private static func sorted(_ checkpoints: [Checkpoint]) -> [Checkpoint] {
        checkpoints.sorted {
            let (a, b) = ($0.revision, $1.revision)
            return a < b || !(b < a) && precedesNaturally($0.location.description, $1.location.description)
        }
    }

    private init(_ sorted: [Checkpoint], order: Order) {
        checkpoints = Checkpoint.distinguished(sorted)
        self.order = order
        let comesAfterStage1 = sorted.contains { ($0.revision.stage ?? 1) > 1 || $0.revision.standsForEnd }
        leftOut = []
        branchPoint =
            comesAfterStage1
            ? sorted.lastIndex { $0.revision.step != nil && $0.revision.isMainLine(ofStage: 1) } : nil
    }

    private init(_ whole: CheckpointSeries, places: [Int], leftOut: [Int]) {
        checkpoints = places.map { whole.checkpoints[$0] }
        order = whole.order
        self.leftOut = whole.leftOut + leftOut.map { whole.checkpoints[$0] }
        branchPoint = whole.branchPoint.flatMap { places.firstIndex(of: $0) }
    }

    private init(_ whole: CheckpointSeries, checkpoints: [Checkpoint]) {
        (self.checkpoints, order) = (checkpoints, whole.order)
        (leftOut, branchPoint) = (whole.leftOut, whole.branchPoint)
    }

    /// Only the checkpoints at these places, in order, the others being left out. Without its branch point a series has
    /// none: the last of stage 1 that is left is not where the ingredients start.
    package func selecting(_ places: [Int]) -> CheckpointSeries {
        CheckpointSeries(self, places: places, leftOut: checkpoints.indices.filter { !places.contains($0) })
    }

    /// Only the checkpoints at these places, the others being no members of the series.
    package func keeping(_ places: [Int]) -> CheckpointSeries { CheckpointSeries(self, places: places, leftOut: []) }

    /// The same checkpoints with the tensors marked that are left out.
    package func deselecting(_ isLeftOut: (TensorInfo) -> Bool) -> CheckpointSeries {
        CheckpointSeries(self, checkpoints: checkpoints.map { $0.deselecting(isLeftOut) })
    }

    /// Place of the checkpoint of that label.
    package func place(of label: String) -> Int? { checkpoints.firstIndex { $0.label == label } }

    /// Places of the checkpoints that a name may mean: that of the label; else those that have it as another name; else
    /// those that stand where it says, as `step25` says of `stage1-step25-tokens1B`.
    package func places(meantBy name: String) -> [Int] {
        if let place = place(of: name) { return [place] }
        let named = checkpoints.indices.filter {
            checkpoints[$0].otherNames.contains(name) || checkpoints[$0].revision.name == name
        }
        guard named.isEmpty else { return named }
        let wanted = Revision(named: name)
        let facts: [KeyPath<Revision, Int?> & Sendable] = [\.stage, \.ingredient, \.epoch, \.step]
        let told = facts.filter { wanted[keyPath: $0] != nil }
        guard !told.isEmpty else { return [] }
        return checkpoints.indices.filter { place in
            told.allSatisfy { checkpoints[place].revision[keyPath: $0] == wanted[keyPath: $0] }
        }
    }

    /// Place of the checkpoint that this one was trained on from: the one before it in its own run, or where its run
    /// starts; `nil` at the beginning, where the series does not hold it, and for one that nothing tells a place among the
    /// steps of others. Where no checkpoint tells a step, it is the one before it in the order of the series.
    package func predecessor(of place: Int) -> Int? {
        let revision = checkpoints[place].revision
        switch order {
        case .given: return place > 0 ? place - 1 : nil
        case .epochs: break
        case .steps:
            if revision.isUnplaced { return nil }
            guard revision.step != nil else { return branchPoint ?? (place > 0 && leftOut.isEmpty ? place - 1 : nil) }
        }
        if revision.standsForEnd { return place > 0 ? place - 1 : nil }
        let before = checkpoints[..<place].lastIndex { belongsToRun($0, of: revision) }
        if let before { return before }
        let stage = revision.stage ?? 1
        if stage == 1, revision.ingredient == nil { return nil }
        return checkpoints[..<place].lastIndex { isPlaced($0) && $0.revision.isMainLine(ofStage: stage - 1) }
    }

    /// Whether it has a place in the order of its run.
    private func isPlaced(_ checkpoint: Checkpoint) -> Bool {
        order == .steps ? checkpoint.revision.step != nil : !checkpoint.revision.standsForEnd
    }

    private func belongsToRun(_ checkpoint: Checkpoint, of revision: Revision) -> Bool {
        isPlaced(checkpoint) && (checkpoint.revision.stage ?? 1) == (revision.stage ?? 1)
            && checkpoint.revision.ingredient == revision.ingredient
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
        return checkpoints.lastIndex { belongsToRun($0, of: revision) } ?? place
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
    fileprivate func isMainLine(ofStage wanted: Int) -> Bool { (stage ?? 1) == wanted && ingredient == nil }
}

extension Checkpoint {
    /// Those that share a label are told apart by as much of the ends of their paths as it takes.
    fileprivate static func distinguished(_ checkpoints: [Checkpoint]) -> [Checkpoint] {
        var result = checkpoints
        for (_, places) in Dictionary(grouping: checkpoints.indices, by: { checkpoints[$0].label }).filter({
            $1.count > 1
        }) {
            let paths = places.map { place in checkpoints[place].location.distinguishingPath(checkpoints[place].label) }
            let longest = paths.map(\.count).max() ?? 1
            let texts = (1...max(1, longest)).lazy.map { count in
                paths.map { $0.suffix(count).joined(separator: "/") }
            }
            let chosen =
                texts.first { Set($0).count == $0.count } ?? places.map { checkpoints[$0].location.description }
            for (place, text) in zip(places, chosen) { result[place].label = printable(text, limit: .max) }
        }
        return result
    }
}

extension CheckpointLocation {
    /// The parts of its path; a snapshot of the Hub's cache goes by its name and that of the model's folder.
    fileprivate func distinguishingPath(_ name: String) -> [String] {
        var parts = description.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        if let group { parts = path.split(separator: "/").map(String.init); parts[parts.count - 1] += ":" + group }
        if description.hasPrefix("/") { parts.insert("", at: 0) }
        if parts.count > 2, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") {
            parts.replaceSubrange((parts.count - 2)..., with: [name])
        }
        return parts
    }
}
