import Catalogs
import Checkpoints
import Testing

/// A run whose rates can be added up by hand: 2, 4, 6, 8, then down by 1 a step to 0 at step 12.
private let linearRun = TrainingRun(
    stage: 1, batchTokens: 10, endStep: 12,
    schedule: LearningRateSchedule(
        shape: .linear, learningRate: 8, warmup: 4, end: 12, finalFraction: 0, warmupMinimum: 0))

private func position(_ plan: TrainingPlan, _ step: Int, stage: Int? = nil, ingredient: Int? = nil) -> TrainingPosition?
{
    plan.position(of: Revision(name: "", stage: stage, ingredient: ingredient, step: step))
}

@Suite struct TrainingPlanTests {
    @Test(arguments: zip(0...13, [nil, 2, 4, 6, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0] as [Double?]))
    func `a linear schedule by hand`(step: Int, rate: Double?) throws {
        let plan = try TrainingPlan([linearRun])
        let sums: [Double] = [0, 2, 6, 12, 20, 27, 33, 38, 42, 45, 47, 48, 48, 48]
        let found = try #require(position(plan, step))
        #expect(found.learningRate == rate)
        #expect(found.cumulativeLearningRate == sums[step])
        #expect(found.tokens == 10 * step && found.runTokens == 10 * step && found.steps == step)
    }

    @Test func `an ingredient goes on from the step it branches off, not from the end`() throws {
        let ingredient = TrainingRun(
            stage: 2, ingredient: 1, batchTokens: 3, fromStep: 6, endStep: 4,
            schedule: LearningRateSchedule(shape: .constant, learningRate: 0.5))
        let plan = try TrainingPlan([ingredient, linearRun])
        let found = try #require(position(plan, 4, stage: 2, ingredient: 1))
        // Stage 1 to step 6: 33 and 60 tokens; then four times 0.5 and 3 tokens.
        #expect(found.cumulativeLearningRate == 35 && found.tokens == 72 && found.runTokens == 12 && found.steps == 10)
        #expect(position(plan, 4, stage: 2, ingredient: 2) == nil, "no such ingredient")
        #expect(position(plan, 4, stage: 3) == nil, "no such stage")
        #expect(plan.position(of: Revision(named: "main")) == nil, "an average has no step")
    }

    @Test func `a schedule without a peak goes on with the rate it starts from`() throws {
        var decay = TrainingRun(stage: 2, ingredient: 1, batchTokens: 10, fromStep: 6, endStep: 4)
        decay.schedule = LearningRateSchedule(
            shape: .linear, learningRate: nil, end: 4, finalFraction: 0, firstUpdate: 0)
        let plan = try TrainingPlan([linearRun, decay])
        // The rate at step 6 is 6: 6, 4.5, 3, 1.5, the first update before the schedule advances.
        #expect((1...4).map { position(plan, $0, stage: 2, ingredient: 1)?.learningRate } == [6, 4.5, 3, 1.5])
        #expect(position(plan, 4, stage: 2, ingredient: 1)?.cumulativeLearningRate == 48.0)
    }

    @Test(arguments: LearningRateSchedule.Shape.allCases, LearningRateSchedule.Units.allCases)
    func `a sum in closed form is that of a loop`(shape: LearningRateSchedule.Shape, units: LearningRateSchedule.Units)
        throws
    {
        for (warmup, end, first) in [(700, 14_000, 1), (0, 14_003, 0), (3, 5, 1), (705, 709, 1), (701, 14_000, 0)] {
            let run = TrainingRun(
                stage: 1, batchTokens: 7, endStep: 2500,
                schedule: LearningRateSchedule(
                    shape: shape, learningRate: 1e-3, units: units, warmup: warmup, end: end, firstUpdate: first))
            let plan = try TrainingPlan([run])
            var sum = 0.0
            for step in 1...2500 {
                sum += try #require(position(plan, step)?.learningRate)
                // 2500 roundings of a sum of about 1.
                let found = try #require(position(plan, step)?.cumulativeLearningRate)
                #expect(abs(found - sum) <= 1e-12 * max(sum, 1e-3), "\(warmup) \(end) \(first) \(step)")
            }
        }
    }

    @Test func `a sum with a lowest rate is that of a loop, too`() throws {
        for (shape, minimum) in [
            (LearningRateSchedule.Shape.cosine, 2e-4), (.linear, 2e-4), (.halfCosine, 3e-4), (.cosine, 0),
            (.linear, 1e-3),
            (.halfCosine, 6e-4),
        ] {
            for first in 0...1 {
                let schedule = LearningRateSchedule(
                    shape: shape, learningRate: 1e-3, warmup: 300, end: 2000, finalFraction: 0.05, firstUpdate: first,
                    minimum: minimum)
                let plan = try TrainingPlan([TrainingRun(stage: 1, batchTokens: 7, endStep: 2500, schedule: schedule)])
                var sum = 0.0
                for step in 1...2500 {
                    let rate = try #require(position(plan, step)?.learningRate)
                    sum += rate
                    let found = try #require(position(plan, step)?.cumulativeLearningRate)
                    #expect(abs(found - sum) <= 1e-12 * max(sum, 1e-3), "\(shape) \(minimum) \(first) \(step)")
                    if step > 400 { #expect(rate >= max(minimum, 0.05e-3)) }
                }
            }
        }
    }

    @Test func `a half cosine starts where its warm-up ends, half way down`() throws {
        // From 8 to 2: up to 5 by step 4, then 2 + 6·(1+cos(π·(8+…)/16))/2 to 2 at step 12.
        let schedule = LearningRateSchedule(
            shape: .halfCosine, learningRate: 8, warmup: 4, end: 12, finalFraction: 0.25, warmupMinimum: 0)
        let plan = try TrainingPlan([TrainingRun(stage: 1, batchTokens: 1, endStep: 12, schedule: schedule)])
        let rates = try (1...12).map { try #require(position(plan, $0)?.learningRate) }
        let exact = [1.25, 2.5, 3.75, 5, 5 - 3 * 0.195090322016128, 5 - 3 * 0.382683432365090]
        #expect(zip(rates, exact).allSatisfy { abs($0 - $1) < 1e-12 }, "\(rates)")
        #expect(abs(rates[7] - (5 - 3 * 0.5.squareRoot())) < 1e-12 && rates[11] == 2)
    }

    @Test func `a run may be given another schedule on its way`() throws {
        var run = linearRun  // 2, 4, 6, 8, 7, 6, 5, ...
        run.rescheduled = TrainingRun.Rescheduling(
            afterStep: 6, schedule: LearningRateSchedule(shape: .constant, learningRate: 10))
        let plan = try TrainingPlan([run])
        #expect((5...9).map { position(plan, $0)?.learningRate } == [7, 6, 10, 10, 10])
        #expect((5...9).map { position(plan, $0)?.cumulativeLearningRate } == [27, 33, 43, 53, 63])
        run.schedule = nil
        #expect(
            throws: CatalogError(
                "stage 1: 'rescheduled' needs a schedule before it, and a step after which it holds")
        ) { try TrainingPlan([run]) }
    }

    @Test func `beyond the step that a schedule is known to, there is no rate`() throws {
        var run = linearRun
        run.schedule?.knownTo = 6
        let decay = TrainingRun(
            stage: 2, batchTokens: 1, fromStep: 8, endStep: 4,
            schedule: LearningRateSchedule(shape: .constant, learningRate: 1))
        let plan = try TrainingPlan([run, decay])
        #expect((5...7).map { position(plan, $0)?.learningRate } == [7, 6, nil])
        #expect((5...7).map { position(plan, $0)?.cumulativeLearningRate } == [27, 33, nil])
        #expect(position(plan, 7)?.tokens == 70)
        let later = try #require(position(plan, 2, stage: 2))
        #expect(later.learningRate == 1 && later.cumulativeLearningRate == nil)
    }

    @Test func `a run without a schedule has tokens and no rates, and so have those that follow it`() throws {
        let first = TrainingRun(stage: 1, batchTokens: 5, endStep: 100)
        let second = TrainingRun(
            stage: 2, batchTokens: 5, fromStep: 100, endStep: 10,
            schedule: LearningRateSchedule(shape: .constant, learningRate: 1))
        let plan = try TrainingPlan([first, second])
        #expect(position(plan, 50)?.tokens == 250 && position(plan, 50)?.learningRate == nil)
        #expect(position(plan, 50)?.cumulativeLearningRate == nil)
        #expect(position(plan, 3, stage: 2)?.learningRate == 1)
        #expect(position(plan, 3, stage: 2)?.cumulativeLearningRate == nil)
    }

    @Test(arguments: [
        ([linearRun, linearRun], "stage 1 is described twice"),
        (
            [linearRun, TrainingRun(stage: 2, batchTokens: 1)],
            "stage 2 does not say from which step of stage 1 it starts"
        ),
        ([TrainingRun(stage: 1, batchTokens: 0)], "stage 1: 0 tokens a step are not possible"),
        (
            [TrainingRun(stage: 1, batchTokens: 1, endStep: 1 << 40)],
            "stage 1: step 1099511627776 is not between 0 and 67108864"
        ),
        (
            [
                TrainingRun(
                    stage: 1, batchTokens: 1, schedule: LearningRateSchedule(shape: .cosine, learningRate: 1))
            ], "stage 1: a cosine_with_warmup schedule needs its end, t_max"
        ),
    ])
    func `runs that contradict each other are refused`(runs: [TrainingRun], message: String) {
        #expect(throws: CatalogError(message)) { try TrainingPlan(runs) }
    }
}

@Suite struct ModelFactsTests {
    private func facts(_ architecture: ModelFacts.Architecture, keyValueHeads: Int = 2, tied: Bool = false)
        -> ModelFacts
    {
        ModelFacts(
            name: "small", architecture: architecture, width: 4, layers: 2, heads: 2, keyValueHeads: keyValueHeads,
            feedForward: 6, vocabulary: 7, embeddingRows: 8, tied: tied, parameters: 0, parametersSource: "", runs: [])
    }

    @Test func `parameters of a small model of each family, by hand`() {
        // Embeddings 2·8·4 = 64; a block: attention 4·16 = 64, gated feed-forward 3·24 = 72.
        #expect(facts(.olmo).parameterCount == 64 + 2 * 136)
        #expect(facts(.olmo, tied: true).parameterCount == 32 + 2 * 136)
        // And two norms of 4, q_norm 4, k_norm 4; one norm at the end.
        #expect(facts(.olmo2).parameterCount == 64 + 2 * (136 + 16) + 4)
        // One key-value head: keys and values 2·(2·4), k_norm 2. It is the model of TestSupport.
        #expect(facts(.olmo3, keyValueHeads: 1).parameterCount == 64 + 2 * (48 + 72 + 14) + 4)
        // Biases 12 + 4 of attention, 6 + 4 of the feed-forward, norms with biases; no gate.
        #expect(facts(.gptNeoX).parameterCount == 64 + 2 * (64 + 12 + 4 + 48 + 6 + 4 + 16) + 8)
    }

    @Test func `a published number that the sizes do not make is a contradiction`() {
        var model = facts(.olmo)
        model.parameters = 335
        #expect(model.problem == "its sizes make 336 parameters, but 335 are published")
        model.parameters = 336
        #expect(model.problem == nil)
        model.embeddingRows = 6
        #expect(model.problem == "6 embedding rows do not hold a vocabulary of 7")
        model.heads = 3
        #expect(model.problem == "its sizes are not positive numbers that fit together")
    }
}
