import Checkpoints
import Foundation
import Settings

/// Representative checkpoints of a catalog.
package struct CatalogPick: Sendable {
    /// What the checkpoints of a run are spread evenly over.
    package enum Spacing: String, Sendable, CaseIterable {
        /// log(1 + step): dense at the beginning, where most moves.
        case log
        /// Evenly by optimiser steps.
        case linear
        /// Evenly by training tokens.
        case tokens
        /// Σ learning rate.
        case lr
    }

    /// One that was chosen.
    package struct Choice: Sendable, Equatable {
        /// Its index in the catalog's entries.
        package let entryIndex: Int
        /// Whether another run starts from it.
        package let isBranchPoint: Bool
    }

    /// In training order.
    package private(set) var choices: [Choice] = []
    /// What could not be done as asked, one line each.
    package private(set) var notes: [String] = []

    private let catalog: Catalog
    private let plan: TrainingPlan?
    /// Places of the entries to choose from, by run, each in order of steps and each step once.
    private let runs: [(run: RunKey, entryIndices: [Int])]

    /// A name may claim any step; sums of these still fit.
    private static let stepLimit = 1 << 40

    private struct RunKey: Hashable, Comparable {
        let stage: Int
        let ingredient: Int?

        static func < (a: RunKey, b: RunKey) -> Bool {
            (a.stage, a.ingredient ?? 0) < (b.stage, b.ingredient ?? 0)
        }
    }

    private init(_ catalog: Catalog, _ plan: TrainingPlan?) throws(CatalogError) {
        self.catalog = catalog
        self.plan = plan
        var byRun: [RunKey: [Int]] = [:]
        var known: Set<CatalogEntry.Key> = []
        for (entryIndex, entry) in catalog.entries.enumerated() {
            guard let key = entry.key, key.step <= CatalogPick.stepLimit, !entry.isAverage, known.insert(key).inserted
            else { continue }
            byRun[RunKey(stage: key.stage, ingredient: key.ingredient), default: []].append(entryIndex)
        }
        let entries = catalog.entries
        runs = byRun.sorted { $0.key < $1.key }.map { run, entryIndices in
            (run, entryIndices.sorted { entries[$0].revision.step ?? 0 < entries[$1].revision.step ?? 0 })
        }
        guard !runs.isEmpty else { throw CatalogError("no checkpoint with a step is listed, so none can be picked") }
    }

    /// Chooses `count` checkpoints. Branch points are always among them; then come the first checkpoint and the last of
    /// each run; the rest go one by one to the run with the widest gaps, and are spread evenly over each run.
    /// - Throws: when branch points alone are more than `count`, or the plan does not hold what `spacing` needs.
    package init(_ count: Int, from catalog: Catalog, spacing: Spacing, plan: TrainingPlan?) throws(CatalogError) {
        try self.init(catalog, plan)
        let branchPoints = branchPoints()
        guard branchPoints.count <= count else {
            throw CatalogError("\(branchPoints.count) branch points are always kept, more than --count \(count)")
        }
        var coordinates: [Int: Double] = [:]
        for (run, members) in runs {
            for entryIndex in members { coordinates[entryIndex] = try coordinate(of: entryIndex, in: run, spacing) }
        }
        var chosen = branchPoints
        for entryIndex in [runs[0].entryIndices[0]] + runs.compactMap(\.entryIndices.last) where chosen.count < count {
            chosen.insert(entryIndex)
        }
        let shares = shares(of: count, required: chosen, coordinates)
        for (index, share) in shares.enumerated() where share > 0 {
            chosen.formUnion(spread(share, over: runs[index].entryIndices, from: index, required: chosen, coordinates))
        }
        if chosen.count < count { notes.append("only \(chosen.count) checkpoints are there to pick") }
        choices = inOrder(chosen, branchPoints)
    }

    /// Chooses the `count` checkpoints that are nearest to `step` of stage 1, in steps along the runs: before it, and after
    /// it in every run that goes on from there.
    package init(_ count: Int, from catalog: Catalog, around step: Int, plan: TrainingPlan?) throws(CatalogError) {
        try self.init(catalog, plan)
        let distances = runs.flatMap { run, entryIndices in
            entryIndices.map {
                (distance: abs(start(of: run) + self.step($0) - step), stage: run.stage, entryIndex: $0)
            }
        }
        let nearest = distances.sorted {
            ($0.distance, $0.stage, $0.entryIndex) < ($1.distance, $1.stage, $1.entryIndex)
        }
        if let first = nearest.first, first.distance > 0 {
            notes.append(
                "step \(step) is not listed; the nearest is \(catalog.entries[first.entryIndex].revision.name)")
        }
        choices = inOrder(Set(nearest.prefix(count).map(\.entryIndex)), branchPoints())
    }

    private func step(_ entryIndex: Int) -> Int { catalog.entries[entryIndex].revision.step ?? 0 }

    private func inOrder(_ chosen: Set<Int>, _ branchPoints: Set<Int>) -> [Choice] {
        runs.flatMap(\.entryIndices).filter(chosen.contains).map {
            Choice(entryIndex: $0, isBranchPoint: branchPoints.contains($0))
        }
    }

    /// Steps along the runs before this one.
    private func start(of run: RunKey) -> Int {
        if let plan, let start = plan.position(of: revision(run, step: 0)) { return start.steps }
        let before = runs.last { $0.run.stage < run.stage && $0.run.ingredient == nil }
        return before.map { start(of: $0.run) + step($0.entryIndices[$0.entryIndices.count - 1]) } ?? 0
    }

    private func revision(_ run: RunKey, step: Int) -> Revision {
        Revision(name: "", stage: run.stage, ingredient: run.ingredient, step: step)
    }

    /// Places of the checkpoints that other runs start from: as the plan says, or the last of the stage before. For one
    /// that is not listed, the nearest before it stands.
    private mutating func branchPoints() -> Set<Int> {
        var points: Set<Int> = []
        var told: Set<String> = []
        for (run, _) in runs where run.stage > 1 {
            let planned = plan?.run(stage: run.stage, ingredient: run.ingredient)
            let parent = RunKey(stage: run.stage - 1, ingredient: planned?.fromIngredient)
            guard let entryIndices = runs.first(where: { $0.run == parent })?.entryIndices, let last = entryIndices.last
            else { continue }
            guard let step = planned?.fromStep else {
                points.insert(last)
                continue
            }
            let nearest = entryIndices.last { self.step($0) <= step } ?? entryIndices[0]
            points.insert(nearest)
            if self.step(nearest) != step, told.insert("\(parent)\(step)").inserted {
                notes.append(
                    "the branch point, step \(step) of stage \(parent.stage), is not listed; "
                        + "\(catalog.entries[nearest].revision.name) stands for it")
            }
        }
        return points
    }

    /// Where a checkpoint stands in its run, in what `spacing` spreads over.
    private func coordinate(of entryIndex: Int, in run: RunKey, _ spacing: Spacing) throws(CatalogError) -> Double {
        let step = step(entryIndex)
        switch spacing {
        case .log: return log1p(Double(step))
        case .linear: return Double(step)
        case .tokens, .lr:
            let name = catalog.entries[entryIndex].revision.name
            let missing = CatalogError(
                "--spacing \(spacing.rawValue): nothing tells the "
                    + "\(spacing == .lr ? "learning rate" : "tokens") of \(name); name a model or training configs")
            guard let position = plan?.position(of: revision(run, step: step)) else {
                if spacing == .tokens, let stated = catalog.entries[entryIndex].statedTokens { return Double(stated) }
                throw missing
            }
            if spacing == .tokens { return Double(position.runTokens) }
            guard let sum = position.cumulativeLearningRate,
                let before = plan?.position(of: revision(run, step: 0))?.cumulativeLearningRate
            else { throw missing }
            return sum - before
        }
    }

    /// How many checkpoints each run gets: each further one goes where the gaps are widest.
    private func shares(of count: Int, required: Set<Int>, _ coordinates: [Int: Double]) -> [Int] {
        var shares = runs.map { run in run.entryIndices.count { required.contains($0) } }
        func gap(_ index: Int) -> Double {
            let entryIndices = runs[index].entryIndices
            guard shares[index] < entryIndices.count else { return -1 }
            let end = coordinates[entryIndices[entryIndices.count - 1]] ?? 0
            let length = end - (index == 0 ? coordinates[entryIndices[0]] ?? 0 : 0)
            return length / Double(max(1, shares[index] - (index == 0 ? 1 : 0)))
        }
        while shares.reduce(0, +) < count {
            guard let widest = runs.indices.max(by: { (gap($0), $1) < (gap($1), $0) }), gap(widest) >= 0 else { break }
            shares[widest] += 1
        }
        return shares
    }

    /// `share` entries of a run at even distances, the required ones among them.
    private func spread(
        _ share: Int, over entryIndices: [Int], from index: Int, required: Set<Int>, _ coordinates: [Int: Double]
    ) -> Set<Int> {
        func coordinate(_ entryIndex: Int) -> Double { coordinates[entryIndex] ?? 0 }
        let end = coordinate(entryIndices[entryIndices.count - 1])
        // The first run starts at its first checkpoint, a later one at its branch point, which is none of its own.
        let start = index == 0 ? coordinate(entryIndices[0]) : 0
        let gaps = Double(max(1, index == 0 ? share - 1 : share))
        var targets = (0..<share).map { start + (end - start) * Double(index == 0 ? $0 : $0 + 1) / gaps }
        var chosen = Set(entryIndices.filter(required.contains))
        for entryIndex in entryIndices where required.contains(entryIndex) && !targets.isEmpty {
            let nearest = targets.indices.min { a, b in
                abs(targets[a] - coordinate(entryIndex)) < abs(targets[b] - coordinate(entryIndex))
            }
            if let nearest { targets.remove(at: nearest) }
        }
        for target in targets {
            let free = entryIndices.filter { !chosen.contains($0) }
            if let nearest = free.min(by: { abs(coordinate($0) - target) < abs(coordinate($1) - target) }) {
                chosen.insert(nearest)
            }
        }
        return chosen
    }
}
