import Catalogs
import Checkpoints
import LanguageModels

/// What is known of the training that the checkpoints come from: its runs, the model, and catalogs that list them.
struct AuditTraining: Sendable {
    /// The runs; `nil` when the settings name none.
    let plan: TrainingPlan?
    /// The known model, when the settings name one.
    let model: ModelFacts?
    /// The checkpoints that catalogs list; `nil` when the settings name none.
    let entries: [CatalogEntry]?

    /// Reads what the settings `training` and `catalog` name.
    init(_ settings: AuditSettings, _ context: RunContext) throws {
        if let names = settings.training {
            let source = try TrainingSource(names) { context.resolve($0, of: "training") }
            // What cannot be used is told; the rest is held against the checkpoints.
            context.warn(source.problems.map(\.description))
            (plan, model) = (source.plan.runs.isEmpty ? nil : source.plan, source.model)
        } else {
            (plan, model) = (nil, nil)
        }
        entries = try settings.catalog.map { paths in
            let catalog = try Catalog(reading: paths.map { context.resolve($0, of: "catalog") })
            context.warn(catalog.findings.map(\.description))
            return catalog.entries
        }
    }

    /// Place of the checkpoint that a run of a stage starts from, by the plan; `nil` when it is not told or not there.
    func start(stage: Int, ingredient: Int?, in series: CheckpointSeries) -> Int? {
        guard let run = plan?.run(stage: stage, ingredient: ingredient), let step = run.fromStep else { return nil }
        return series.checkpoints.firstIndex {
            $0.revision.step == step && ($0.revision.stage ?? 1) == stage - 1
                && $0.revision.ingredient == run.fromIngredient
        }
    }

    /// Places of the last checkpoints of these ingredients; `nil` when one is not there.
    func finals(_ ingredients: [Int], in series: CheckpointSeries) -> [Int]? {
        let places = ingredients.compactMap { ingredient in
            plan?.runs.last { $0.ingredient == ingredient }.flatMap { run in
                series.checkpoints.firstIndex {
                    $0.revision.stage == run.stage && $0.revision.ingredient == ingredient
                        && $0.revision.step == run.endStep
                }
            }
        }
        return places.count == ingredients.count ? places : nil
    }
}

extension AuditedSeries {
    /// Checkpoints against the plan of their training, against the model's published sizes, and against catalogs.
    var trainingFindings: [AuditFinding] {
        checkpoints.indices.flatMap { sizes($0) + planned($0) + listed($0) }
    }

    private func sizes(_ place: Int) -> [AuditFinding] {
        guard let model = training.model, case .success(let found) = architectures[place],
            found.parameterCount != model.parameters || found.layerCount != model.layers
                || found.hiddenSize != model.width
        else { return [] }
        return [
            finding(
                .architectureDiffers, place,
                "its config describes \(text(found)); \(model.name) has \(model.layers) layers, hidden size \(model.width), "
                    + "\(model.parameters) parameters")
        ]
    }

    private func planned(_ place: Int) -> [AuditFinding] {
        let revision = checkpoints[place].revision
        guard let plan = training.plan, let step = revision.step else { return [] }
        guard let run = plan.run(stage: revision.stage, ingredient: revision.ingredient) else {
            return [
                finding(
                    .notInCatalog, place,
                    "the training has \(plan.runs.map(\.description).joined(separator: "; ")), and no run of its stage and ingredient"
                )
            ]
        }
        var findings: [AuditFinding] = []
        if let end = run.endStep, step > end {
            findings.append(
                finding(.catalogDiffers, place, "\(run.description) ended at step \(end), before its step \(step)"))
        }
        if let told = revision.tokens, settings.input.series.revisions[checkpoints[place].label]?.tokens == nil,
            let position = plan.position(of: revision)
        {
            let unit = told % 1_000_000_000 == 0 ? 1_000_000_000 : 1
            if min(abs(told - position.tokens), abs(told - position.runTokens)) >= unit {
                findings.append(
                    finding(
                        .catalogDiffers, place,
                        "it says \(told) tokens, its training comes to \(position.tokens) at its step, "
                            + "\(position.runTokens) of them in its run"))
            }
        }
        return findings
    }

    private func listed(_ place: Int) -> [AuditFinding] {
        let revision = checkpoints[place].revision
        guard let entries = training.entries, let step = revision.step else { return [] }
        let run = entries.filter {
            !$0.isAverage && ($0.revision.stage ?? 1) == (revision.stage ?? 1)
                && $0.revision.ingredient == revision.ingredient
        }
        guard let entry = run.first(where: { $0.revision.step == step }) else {
            let near = run.compactMap(\.revision.step).min { abs($0 - step) < abs($1 - step) }
            return [
                finding(
                    .notInCatalog, place,
                    "no catalog lists its step \(step)"
                        + (near.map { "; the nearest of its run is \($0)" } ?? " or its run"))
            ]
        }
        guard let stated = entry.statedTokens ?? entry.revision.tokens, let told = revision.tokens,
            !agrees(told, with: stated, revision), !agrees(stated, with: told, revision)
        else { return [] }
        return [finding(.catalogDiffers, place, "it says \(told) tokens, \(entry.place) says \(stated)")]
    }
}
