import Checkpoints
import TestSupport
import Testing

@testable import Experiments

/// A checkpoint of that name without tensors.
private func checkpoint(_ name: String) -> Checkpoint {
    Checkpoint(
        location: CheckpointLocation(path: "folder/\(name).h5"),
        contents: CheckpointContents(tensors: [], leftOut: [], attributes: [:], config: nil, files: []))
}

private func series(_ names: String...) -> CheckpointSeries { CheckpointSeries(names.map(checkpoint)) }

extension CheckpointSeries {
    fileprivate var labels: [String] { checkpoints.map(\.label) }

    fileprivate func predecessor(of label: String) -> String? {
        place(of: label).flatMap { predecessor(of: $0) }.map { checkpoints[$0].label }
    }
}

@Suite struct SeriesTests {
    private let olmo2 = series(
        "main", "stage2-ingredient2-step900-tokens4B", "stage1-step1000-tokens5B",
        "stage2-ingredient1-step900-tokens4B",
        "stage1-step0-tokens0B", "stage2-ingredient1-step500-tokens2B", "stage1-step200-tokens1B")

    @Test func `stages, ingredients and steps are put in the order of training, averages last`() {
        #expect(
            olmo2.labels == [
                "stage1-step0-tokens0B", "stage1-step200-tokens1B", "stage1-step1000-tokens5B",
                "stage2-ingredient1-step500-tokens2B", "stage2-ingredient1-step900-tokens4B",
                "stage2-ingredient2-step900-tokens4B", "main",
            ])
    }

    @Test func `the branch point is the last of stage 1, and every ingredient starts from it`() {
        #expect(olmo2.branchPoint == 2)
        #expect(olmo2.predecessor(of: "stage1-step0-tokens0B") == nil)
        #expect(olmo2.predecessor(of: "stage1-step1000-tokens5B") == "stage1-step200-tokens1B")
        #expect(olmo2.predecessor(of: "stage2-ingredient1-step500-tokens2B") == "stage1-step1000-tokens5B")
        #expect(
            olmo2.predecessor(of: "stage2-ingredient1-step900-tokens4B") == "stage2-ingredient1-step500-tokens2B")
        #expect(olmo2.predecessor(of: "stage2-ingredient2-step900-tokens4B") == "stage1-step1000-tokens5B")
        #expect(olmo2.predecessor(of: "main") == "stage1-step1000-tokens5B")
    }

    @Test func `runs end at their last checkpoints, and an average is its own end`() {
        #expect(olmo2.ingredientFinals == [4, 5])
        #expect(olmo2.checkpoints.indices.map { olmo2.end(ofRunWith: $0) } == [2, 2, 2, 4, 4, 5, 6])
        #expect(olmo2.path(to: 4) == [0, 1, 2, 3, 4])
        #expect(olmo2.path(to: 6) == [0, 1, 2, 6])
    }

    @Test func `a run without stages has no branch point`() {
        let pythia = series("step1000", "step0", "step512")
        #expect(pythia.labels == ["step0", "step512", "step1000"])
        #expect(pythia.branchPoint == nil)
        #expect(pythia.checkpoints.indices.map { pythia.predecessor(of: $0) } == [nil, 0, 1])
        #expect(pythia.ingredientFinals.isEmpty)
        #expect(pythia.end(ofRunWith: 0) == 2)
    }

    @Test func `an average beside a run without stages starts from the run's last`() {
        let pythia = series("step0", "main", "step512")
        #expect(pythia.branchPoint == 1)
        #expect(pythia.predecessor(of: "main") == "step512")
    }

    @Test func `stages without ingredients follow each other`() {
        let olmo3 = series("stage3-step10", "stage1-step5", "stage2-step7", "stage1-step0", "stage2-step3")
        #expect(olmo3.branchPoint == 1)
        #expect(olmo3.checkpoints.indices.map { olmo3.predecessor(of: $0) } == [nil, 0, 1, 2, 3])
        #expect(olmo3.path(to: 4) == [0, 1, 2, 3, 4])
        #expect(olmo3.end(ofRunWith: 2) == 3)
    }

    @Test func `a stage whose forerunner is not there, or split into ingredients, has no known beginning`() {
        #expect(series("stage1-step0", "stage3-step10").predecessor(of: "stage3-step10") == nil)
        #expect(
            series("stage1-step0", "stage2-ingredient1-step5", "stage3-step10").predecessor(of: "stage3-step10") == nil)
    }

    @Test func `names without facts keep their order, each following the one before`() {
        let plain = series("beta", "alpha", "gamma")
        #expect(plain.labels == ["beta", "alpha", "gamma"])
        #expect(plain.branchPoint == nil)
        #expect(plain.checkpoints.indices.map { plain.predecessor(of: $0) } == [nil, 0, 1])
    }

    @Test func `checkpoints of one name are told apart by their places`() {
        let twice = CheckpointSeries(
            ["one", "other"].map { folder in
                Checkpoint(
                    location: CheckpointLocation(path: "\(folder)/step5.h5"), contents: checkpoint("step5").contents)
            } + [checkpoint("step6")])
        #expect(twice.labels == ["one/step5.h5", "other/step5.h5", "step6"])
    }

    @Test func `what the name tells no step of has no place among steps, and no predecessor`() {
        let mixed = series("step10", "epoch3", "step2", "main", "best")
        #expect(mixed.labels == ["step2", "step10", "epoch3", "best", "main"])
        #expect(mixed.checkpoints.indices.map { mixed.predecessor(of: $0) } == [nil, 0, nil, nil, 1])
        #expect(mixed.orderFindings(isListed: true, stated: []).count == 2)
    }

    @Test func `epochs order where none tells a step, and what ends the training stands last`() {
        let epochs = series("final", "epoch10", "epoch2")
        #expect(epochs.labels == ["epoch2", "epoch10", "final"])
        #expect(epochs.checkpoints.indices.map { epochs.predecessor(of: $0) } == [nil, 0, 1])
        #expect(
            epochs.orderNotes(isListed: false).count == 1 && epochs.orderFindings(isListed: false, stated: []) == [])
    }

    @Test func `an order that nothing tells is said: a finding of a folder, a note of a list`() {
        let plain = series("v2", "v10")
        #expect(plain.orderFindings(isListed: false, stated: []).count == 1 && plain.orderNotes(isListed: false) == [])
        #expect(plain.orderFindings(isListed: true, stated: []) == [] && plain.orderNotes(isListed: true).count == 1)
        #expect(series("alone").orderFindings(isListed: false, stated: []) == [])
    }

    @Test func `a step that is there twice is told`() {
        let found = series("step5", "checkpoint-5", "step6").orderFindings(isListed: true, stated: [])
        #expect(
            found.count == 1
                && found[0].hasPrefix("step 5 is there 2 times: checkpoint-5 (folder/checkpoint-5.h5), step5 "))
    }

    @Test func `a name may be as short as it is clear`() {
        #expect(olmo2.places(meantBy: "step1000") == [2] && olmo2.places(meantBy: "stage2-ingredient1-step900") == [4])
        #expect(olmo2.places(meantBy: "step900") == [4, 5] && olmo2.places(meantBy: "step7").isEmpty)
    }

    @Test func `comparisons are listed kind by kind in the order of training`() {
        func pairs(_ kinds: Comparison.Kind..., reference: Int = 0, branchPoint: Int? = 2) -> [[Int]] {
            Comparison.list(kinds, olmo2, reference: reference, branchPoint: branchPoint).map { [$0.from, $0.to] }
        }
        #expect(pairs(.reference) == [[0, 1], [0, 2], [0, 3], [0, 4], [0, 5], [0, 6]])
        #expect(pairs(.reference, reference: 4).map { $0[1] } == [0, 1, 2, 3, 5, 6])
        #expect(pairs(.predecessor) == [[0, 1], [1, 2], [2, 3], [3, 4], [2, 5], [2, 6]])
        #expect(pairs(.branchPoint) == [[2, 3], [2, 4], [2, 5], [2, 6]])
        #expect(pairs(.beforeBranchPoint) == [[2, 0], [2, 1]])
        #expect(pairs(.branchPoint, branchPoint: nil).isEmpty)
        #expect(pairs(.ingredients) == [[4, 5]])
        #expect(pairs(.pair).isEmpty)
        #expect(pairs(.ingredients, .predecessor).first == [4, 5])
    }
}
