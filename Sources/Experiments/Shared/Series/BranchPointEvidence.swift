import Catalogs
import Checkpoints

/// Whether the checkpoint that stands for the branch point is the true one.
extension CheckpointSeries {
    /// What to say of the last checkpoint of stage 1, from which ingredients are measured: nothing where the training or
    /// exact token counts confirm it, a finding where the training contradicts it, and a note where nothing tells.
    /// - Parameter stated: the training that the settings name; otherwise that of the known model.
    func branchPointLines(_ stated: TrainingPlan?) -> (findings: [String], notes: [String]) {
        let later = checkpoints.filter { $0.revision.stage == 2 && $0.revision.step != nil }
        guard let branchPoint else {
            let what =
                "no checkpoint of stage 1 is there: stage 2 has no branch point, and its first checkpoints no predecessor"
            return ([], later.isEmpty ? [] : [what])
        }
        let label = checkpoints[branchPoint].label
        guard !later.isEmpty else {
            let ends = checkpoints.filter(\.revision.standsForEnd).map(\.label)
            guard !ends.isEmpty else { return ([], []) }
            return (
                [],
                [
                    "\(ends.joined(separator: ", ")): \(label), the last that tells a step, stands in for what it was made from"
                ]
            )
        }
        let plan =
            stated
            ?? (try? checkpoints.compactMap(\.model).lazy.compactMap { ModelLibrary.model(of: $0) }.first?.plan())
        let starts = Set(later.compactMap { plan?.run(stage: 2, ingredient: $0.revision.ingredient)?.fromStep })
        if !starts.isEmpty {
            let missing = starts.filter { $0 != checkpoints[branchPoint].revision.step }.sorted()
            guard !missing.isEmpty else { return ([], []) }
            let there = checkpoints.first {
                ($0.revision.stage ?? 1) == 1 && $0.revision.step == missing[0] && $0.revision.ingredient == nil
            }
            return (
                [
                    "stage 2 starts from step \(missing.map(String.init).joined(separator: ", ")) of stage 1, by its training, "
                        + (there.map {
                            "but \(label), the last of stage 1, stands for the branch point; set branch_point=\($0.label)"
                        }
                            ?? "which is not in the series: \(label) stands in for the branch point, and what is measured from it "
                            + "includes what stage 1 did in between; add the true one")
                ], []
            )
        }
        guard !isConfirmedByTokens(branchPoint, later) else { return ([], []) }
        return (
            [],
            [
                "\(label), the last of stage 1 in the series, stands in for the branch point: nothing tells whether stage 2 "
                    + "started from it; set branch_point, or name the training"
            ]
        )
    }

    /// Whether exact tokens say that stage 2 started there: tokens of a later checkpoint, less those of its steps, are the
    /// branch point's. The batch is taken from stage 1.
    private func isConfirmedByTokens(_ branchPoint: Int, _ later: [Checkpoint]) -> Bool {
        let branch = checkpoints[branchPoint].revision
        guard let tokens = branch.tokens, let step = branch.step, step > 0, tokens % step == 0 else { return false }
        return later.allSatisfy { checkpoint in
            guard checkpoint.revision.countsAllTokens, let all = checkpoint.revision.tokens,
                let steps = checkpoint.revision.step
            else { return false }
            let (own, overflow) = (tokens / step).multipliedReportingOverflow(by: steps)
            return !overflow && all >= own && all - own == tokens
        }
    }
}
