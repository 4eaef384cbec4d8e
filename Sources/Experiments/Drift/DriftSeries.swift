import Checkpoints
import Engine
import Reports
import Tensors

/// What a series tells beyond its pairs: paths, and the angles between updates.
extension Drift {
    /// Each checkpoint's update since its predecessor, as edges of the Gram matrix.
    var edges: [UpdateEdge] {
        series.checkpoints.indices.compactMap { place in
            series.predecessor(of: place).map { UpdateEdge(from: $0, to: place) }
        }
    }

    /// The Gram reduction of every tensor that all checkpoints have in one shape, by ascending name.
    var grams: [(tensor: String, reduction: UpdateGramReduction)] {
        let edges = self.edges
        guard settings.gram, settings.pair.from == nil, !edges.isEmpty else { return [] }
        let byName = series.checkpoints.map { checkpoint in
            Dictionary(checkpoint.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return series.checkpoints[0].tensors.compactMap { info in
            let inputs = series.checkpoints.indices.compactMap { place -> TensorReference? in
                guard let tensor = byName[place][info.name] else { return nil }
                let other = series.checkpoints[place].tensors[tensor]
                guard other.shape == info.shape, other.isMeasured else { return nil }
                return reference(place, tensor)
            }
            guard inputs.count == series.checkpoints.count else { return nil }
            return (info.name, UpdateGramReduction(inputs, edges: edges))
        }
    }

    /// `trajectory`, and with the Gram matrix `displacement_gram` and `ingredient_updates`.
    func seriesTables(_ results: ReductionResults) -> [Table] {
        let updates = SeriesUpdates(self, results)
        let trajectory = Drift.trajectoryTable(
            trajectoryRecords(updates, results), isTrainingKnown: training != nil)
        guard settings.gram else { return [trajectory] }
        return [
            trajectory, Drift.displacementTable(displacementAngles(updates)),
            Drift.ingredientsTable(ingredientAngles(updates)),
        ]
    }

    static func trajectoryTable(_ records: [TrajectoryRecord], isTrainingKnown: Bool) -> Table {
        Table(
            "trajectory", title: "Each checkpoint's way from the reference, for the model and each module.",
            columns: TrajectoryRecord.columns(isTrainingKnown: isTrainingKnown),
            primaryKey: ["level", "name", "revision"], records: records)
    }

    static func displacementTable(_ records: [UpdateAngle]) -> Table {
        Table(
            "displacement_gram", title: "Dot products of the displacements from the reference, over the whole model.",
            columns: UpdateAngle.columns(angle: "displacements θ−θ_reference"), primaryKey: ["from", "to"],
            records: records)
    }

    static func ingredientsTable(_ records: [UpdateAngle]) -> Table {
        Table(
            "ingredient_updates", title: "Angles between what the ingredients changed since the branch point.",
            columns: UpdateAngle.scopedColumns(angle: "updates θ−θ_branch of the ingredients' finals"),
            primaryKey: ["level", "name", "from", "to"], records: records)
    }

    private func trajectoryRecords(_ updates: SeriesUpdates, _ results: ReductionResults) -> [TrajectoryRecord] {
        let readable = series.checkpoints.indices.filter { contents.isRead($0, results) }
        var steps: [Int: [Scope: Double]] = [:]
        var displacements: [Int: [Scope: Double]] = [:]
        for place in readable {
            if let before = series.predecessor(of: place) { steps[place] = norms(before, place, results) }
            displacements[place] = norms(reference, place, results)
        }
        let scopes = Set(displacements.values.flatMap(\.keys)).sorted { $0.rank < $1.rank }
        return scopes.flatMap { scope in
            readable.map { place in
                var record = TrajectoryRecord(scope: scope, series: series, place: place, training: training)
                record.stepDrift = steps[place]?[scope]
                record.pathLength = pathLength(to: place) { steps[$0]?[scope] }
                record.displacement = place == reference ? 0 : displacements[place]?[scope]
                if let before = series.predecessor(of: place) {
                    let update = updates.measure(scope, updates.update(place))
                    record.cosinePreviousUpdate = update?.angle(updates.measure(scope, updates.update(before)))?.cosine
                    let end = updates.displacement(series.end(ofRunWith: place), from: reference)
                    record.cosineTotalDisplacement = update?.angle(updates.measure(scope, end))?.cosine
                }
                return record
            }
        }
    }

    /// Σ of step drifts from the reference on; `nil` when the reference is no ancestor.
    private func pathLength(to place: Int, _ step: (Int) -> Double?) -> Double? {
        let path = series.path(to: place)
        guard let start = path.firstIndex(of: reference) else { return nil }
        var length = 0.0
        for place in path[(start + 1)...] {
            guard let drift = step(place) else { return nil }
            length += drift
        }
        return length
    }

    /// ‖b − a‖₂ of the model and of each module; empty where a tensor's is not known.
    private func norms(_ a: Int, _ b: Int, _ results: ReductionResults) -> [Scope: Double] {
        let comparison = Comparison(kind: .pair, from: a, to: b)
        guard isComplete(comparison, results) else { return [:] }
        var sums: [Scope: DriftMetrics] = [:]
        for entry in alignments[Pair(comparison)]?.entries ?? [] where entry.isCompared {
            guard let metrics = metrics(comparison, entry, results) else { continue }
            for scope in Scope.ofModelAndModules(entry.name) { sums[scope, default: DriftMetrics()].add(metrics) }
        }
        return sums.compactMapValues(\.drift)
    }

    private func displacementAngles(_ updates: SeriesUpdates) -> [UpdateAngle] {
        let all = series.checkpoints.indices.map { updates.measure(.model, updates.displacement($0, from: reference)) }
        return all.indices.flatMap { a in
            all.indices[a...].compactMap { b in
                all[a]?.angle(all[b], labels: (series.checkpoints[a].label, series.checkpoints[b].label))
            }
        }
    }

    private func ingredientAngles(_ updates: SeriesUpdates) -> [UpdateAngle] {
        guard let branchPoint else { return [] }
        let finals = series.ingredientFinals
        return updates.scopes.flatMap { scope in
            let changes = finals.map { updates.measure(scope, updates.displacement($0, from: branchPoint)) }
            return finals.indices.flatMap { a in
                finals.indices[(a + 1)...].compactMap { b in
                    changes[a]?.angle(
                        changes[b], labels: (series.checkpoints[finals[a]].label, series.checkpoints[finals[b]].label))
                }
            }
        }
    }
}

/// The Gram matrices of a series' updates, and displacements as sums of updates along the paths.
struct SeriesUpdates {
    private let edges: [UpdateEdge]
    /// The checkpoints that each one's path passes, and where it begins.
    private let paths: [(root: Int, places: Set<Int>)]
    private let grams: [Scope: UpdateGram]

    /// Sums the tensors' Gram matrices; a scope that lacks one has none.
    init(_ drift: Drift, _ results: ReductionResults) {
        edges = drift.edges
        paths = drift.series.checkpoints.indices.map { place in
            let path = drift.series.path(to: place)
            return (path[0], Set(path))
        }
        var sums: [Scope: UpdateGram] = [:]
        var incomplete: Set<Scope> = []
        for (tensor, reduction) in drift.grams {
            guard let gram = results.summary(reduction) else {
                incomplete.formUnion(Scope.ofModelAndModules(tensor))
                continue
            }
            for scope in Scope.ofModelAndModules(tensor) {
                sums[scope, default: UpdateGram(updateCount: drift.edges.count)].append(gram)
            }
        }
        grams = sums.filter { !incomplete.contains($0.key) }
    }

    /// The model, then its modules.
    var scopes: [Scope] { grams.keys.sorted { $0.rank < $1.rank } }

    /// The update that led to a checkpoint, by coefficients of the edges; `nil` at a beginning.
    func update(_ place: Int) -> [Double]? {
        guard let edge = edges.firstIndex(where: { $0.to == place }) else { return nil }
        var coefficients = Array(repeating: 0.0, count: edges.count)
        coefficients[edge] = 1
        return coefficients
    }

    /// θ_place − θ_start by coefficients of the edges; `nil` when no path joins them.
    func displacement(_ place: Int, from start: Int) -> [Double]? {
        let (path, other) = (paths[place], paths[start])
        guard path.root == other.root else { return nil }
        return edges.map { (path.places.contains($0.to) ? 1 : 0) - (other.places.contains($0.to) ? 1 : 0) }
    }

    /// A sum of updates with its products with every update of a part of the model; `nil` when either is missing.
    func measure(_ scope: Scope, _ coefficients: [Double]?) -> MeasuredUpdate? {
        guard let gram = grams[scope], let coefficients else { return nil }
        return MeasuredUpdate(scope: scope, coefficients: coefficients, products: gram.times(coefficients))
    }
}

/// A sum of updates Σ x_e u_e of a part of the model.
struct MeasuredUpdate {
    let scope: Scope
    /// The x_e.
    let coefficients: [Double]
    /// Its dot product with every u_e.
    let products: [Double]

    private func dot(_ other: MeasuredUpdate) -> Double {
        zip(coefficients, other.products).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// The dot product and the cosine with another; `nil` when that is missing.
    func angle(_ other: MeasuredUpdate?, labels: (String, String) = ("", "")) -> UpdateAngle? {
        guard let other else { return nil }
        let dot = dot(other)
        let norms = (self.dot(self) * other.dot(other)).squareRoot()
        let cosine = norms > 0 ? min(max(dot / norms, -1), 1) : nil
        return UpdateAngle(scope: scope, from: labels.0, to: labels.1, dot: dot, cosine: cosine)
    }
}
