import Checkpoints

/// One run of a model's training: a stage, or one ingredient of it.
package struct TrainingRun: Sendable, Equatable, Codable {
    /// How the optimiser was set.
    package struct Optimizer: Sendable, Equatable, Codable {
        /// As the trainer calls it, such as `adamw`.
        package var name: String
        /// Decay rates of the moments.
        package var betas: [Double]?
        /// Added to the denominator.
        package var epsilon: Double?
        /// Weight decay, where it applies.
        package var weightDecay: Double?

        /// Sets the facts; see the properties.
        package init(name: String, betas: [Double]? = nil, epsilon: Double? = nil, weightDecay: Double? = nil) {
            self.name = name
            self.betas = betas
            self.epsilon = epsilon
            self.weightDecay = weightDecay
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, betas
            case epsilon = "eps"
            case weightDecay = "weight_decay"
        }
    }

    /// Another schedule, from a step of the run on.
    package struct Rescheduling: Sendable, Equatable, Codable {
        /// The last step that the run's first schedule holds for.
        package var afterStep: Int
        /// What holds from then on; its progress, too, counts since the run began.
        package var schedule: LearningRateSchedule

        /// Sets the facts; see the properties.
        package init(afterStep: Int, schedule: LearningRateSchedule) {
            (self.afterStep, self.schedule) = (afterStep, schedule)
        }

        enum CodingKeys: String, CodingKey, CaseIterable {
            case afterStep = "after_step"
            case schedule
        }
    }

    /// How published labels such as `tokens5B` were made of the run's token counts.
    package enum Rounding: String, Sendable, Codable, CaseIterable {
        case up, down
    }

    /// Training stage, from 1.
    package var stage: Int
    /// Which of the runs that start from the same checkpoint; `nil` outside them.
    package var ingredient: Int?
    /// Tokens of one optimiser step.
    package var batchTokens: Int
    /// The step of the stage before it that the run starts from; `nil` for one that starts from nothing.
    package var fromStep: Int?
    /// The ingredient of the stage before it that the run starts from, where that has ingredients.
    package var fromIngredient: Int?
    /// Its last step.
    package var endStep: Int?
    /// Seed of the order of its data.
    package var seed: Int?
    /// Its learning rate; `nil` where it is not known.
    package var schedule: LearningRateSchedule?
    /// The schedule that took the first one's place on the way.
    package var rescheduled: Rescheduling?
    /// Its optimiser, where it is known.
    package var optimizer: Optimizer?
    /// How its published labels round tokens, where it is known.
    package var labelRounding: Rounding?
    /// Billions of tokens in the published label of its last step, where that does not follow the rounding.
    package var endLabelTokens: Int?

    /// Sets the facts; see the properties.
    package init(
        stage: Int, ingredient: Int? = nil, batchTokens: Int, fromStep: Int? = nil, fromIngredient: Int? = nil,
        endStep: Int? = nil, seed: Int? = nil, schedule: LearningRateSchedule? = nil, optimizer: Optimizer? = nil,
        labelRounding: Rounding? = nil, endLabelTokens: Int? = nil
    ) {
        self.stage = stage
        self.ingredient = ingredient
        self.batchTokens = batchTokens
        self.fromStep = fromStep
        self.fromIngredient = fromIngredient
        self.endStep = endStep
        self.seed = seed
        self.schedule = schedule
        self.optimizer = optimizer
        self.labelRounding = labelRounding
        self.endLabelTokens = endLabelTokens
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case stage, ingredient
        case batchTokens = "batch_tokens"
        case fromStep = "from_step"
        case fromIngredient = "from_ingredient"
        case endStep = "end_step"
        case seed, schedule, rescheduled, optimizer
        case labelRounding = "label_rounding"
        case endLabelTokens = "end_label_tokens"
    }

    /// `stage 2, ingredient 1`.
    package var description: String { "stage \(stage)" + (ingredient.map { ", ingredient \($0)" } ?? "") }
}

/// Where in training a checkpoint stands, as its training configuration tells.
package struct TrainingPosition: Sendable, Equatable {
    /// Optimiser steps since the model's training began.
    package let steps: Int
    /// Tokens since the model's training began.
    package let tokens: Int
    /// Tokens since its run began.
    package let runTokens: Int
    /// Learning rate η_t of the update that led to the checkpoint; `nil` at the beginning of a run, and where the schedule
    /// is not known.
    package let learningRate: Double?
    /// Σ η_s over all updates since the model's training began, along the runs that led here; `nil` where a schedule is not
    /// known.
    package let cumulativeLearningRate: Double?
}

/// The runs of a model's training, from which tokens and learning rates follow at any step, across its stages.
package struct TrainingPlan: Sendable {
    /// By stage, then ingredient.
    package let runs: [TrainingRun]
    /// Of each run: its peak, where it has one; what its schedule does not state is the rate it starts from.
    private let peaks: [Double?]

    /// More steps than any run has.
    static let stepLimit = 1 << 26

    /// Takes runs and checks that they belong together.
    package init(_ unordered: [TrainingRun]) throws(CatalogError) {
        let runs = try TrainingPlan.checked(unordered)
        var peaks: [Double?] = []
        for (index, run) in runs.enumerated() {
            let parent = TrainingPlan.parent(of: index, in: runs)
            peaks.append(
                run.schedule?.learningRate
                    ?? parent.flatMap { parent in
                        peaks[parent].flatMap { runs[parent].rate(at: run.fromStep ?? 0, peak: $0) }
                    })
        }
        self.runs = runs
        self.peaks = peaks
    }

    /// The runs in order.
    /// - Throws: when they contradict each other.
    package static func checked(_ unordered: [TrainingRun]) throws(CatalogError) -> [TrainingRun] {
        let runs = unordered.sorted { ($0.stage, $0.ingredient ?? 0) < ($1.stage, $1.ingredient ?? 0) }
        for (index, run) in runs.enumerated() {
            let isTwice = runs[..<index].contains { $0.stage == run.stage && $0.ingredient == run.ingredient }
            if isTwice { throw CatalogError("\(run.description) is described twice") }
            try TrainingPlan.check(run, among: runs)
        }
        return runs
    }

    private static func check(_ run: TrainingRun, among runs: [TrainingRun]) throws(CatalogError) {
        guard (1...9).contains(run.stage), run.ingredient ?? 1 > 0 else {
            throw CatalogError("\(run.description): stages count from 1 to 9, ingredients from 1")
        }
        guard (1...(1 << 32)).contains(run.batchTokens) else {
            throw CatalogError("\(run.description): \(run.batchTokens) tokens a step are not possible")
        }
        for step in [run.fromStep, run.endStep] {
            if let step, !(0...stepLimit).contains(step) {
                throw CatalogError("\(run.description): step \(step) is not between 0 and \(stepLimit)")
            }
        }
        if let after = run.rescheduled?.afterStep, run.schedule == nil || !(0...stepLimit).contains(after) {
            throw CatalogError(
                "\(run.description): 'rescheduled' needs a schedule before it, and a step after which it holds")
        }
        if let problem = run.schedule?.problem ?? run.rescheduled?.schedule.problem {
            throw CatalogError("\(run.description): \(problem)")
        }
        guard run.stage > 1, runs.contains(where: { $0.stage < run.stage }) else { return }
        guard run.fromStep != nil else {
            throw CatalogError("\(run.description) does not say from which step of stage \(run.stage - 1) it starts")
        }
    }

    /// Place of the run that a run starts from.
    private static func parent(of index: Int, in runs: [TrainingRun]) -> Int? {
        let run = runs[index]
        guard run.fromStep != nil else { return nil }
        return runs.firstIndex { $0.stage == run.stage - 1 && $0.ingredient == run.fromIngredient }
    }

    /// The run of that stage and ingredient; a revision without a stage is of stage 1.
    package func run(stage: Int?, ingredient: Int?) -> TrainingRun? {
        place(stage: stage, ingredient: ingredient).map { runs[$0] }
    }

    private func place(stage: Int?, ingredient: Int?) -> Int? {
        runs.firstIndex { $0.stage == stage ?? 1 && $0.ingredient == ingredient }
    }

    /// Where a revision stands; `nil` for one without a step, and of a run that is not known or whose beginning is not.
    package func position(of revision: Revision) -> TrainingPosition? {
        guard let step = revision.step, (0...TrainingPlan.stepLimit).contains(step),
            let place = place(stage: revision.stage, ingredient: revision.ingredient)
        else { return nil }
        return position(run: place, step: step)
    }

    private func position(run place: Int, step: Int) -> TrainingPosition? {
        let run = runs[place]
        var start: TrainingPosition?
        if let from = run.fromStep {
            guard let parent = TrainingPlan.parent(of: place, in: runs),
                let position = position(run: parent, step: from)
            else { return nil }
            start = position
        }
        let own = peaks[place].flatMap { run.sum(of: step, peak: $0) }
        var cumulative = own
        if let start { cumulative = own.flatMap { own in start.cumulativeLearningRate.map { $0 + own } } }
        let tokens = step.multipliedClamping(by: run.batchTokens)
        return TrainingPosition(
            steps: (start?.steps ?? 0) + step, tokens: (start?.tokens ?? 0) + tokens, runTokens: tokens,
            learningRate: step == 0 ? nil : peaks[place].flatMap { run.rate(at: step, peak: $0) },
            cumulativeLearningRate: cumulative)
    }

    /// Where a run's learning rate does not go on from where it starts: its peak without a warm-up against the rate of the
    /// run before it; `nil` when either is not known.
    package func rateAtStart(of run: TrainingRun) -> (before: Double, after: Double)? {
        guard let place = place(stage: run.stage, ingredient: run.ingredient), run.schedule?.warmup ?? 0 == 0,
            let parent = TrainingPlan.parent(of: place, in: runs), let from = run.fromStep, let after = peaks[place],
            let before = peaks[parent].flatMap({ runs[parent].rate(at: from, peak: $0) })
        else { return nil }
        return (before, after)
    }
}

extension TrainingRun {
    /// The schedule of the update that leads to `step`; `nil` where none is known.
    private func schedule(at step: Int) -> LearningRateSchedule? {
        let schedule = rescheduled.flatMap { step > $0.afterStep ? $0.schedule : nil } ?? schedule
        return schedule.flatMap { step <= $0.knownTo ?? .max ? $0 : nil }
    }

    /// η of the update that leads to `step`; `nil` where no schedule is known.
    fileprivate func rate(at step: Int, peak: Double) -> Double? {
        guard let schedule = schedule(at: step) else { return nil }
        let steps = max(0, step - 1 + (schedule.firstUpdate ?? 1))
        let time = (schedule.units ?? .steps) == .steps ? steps : steps.multipliedClamping(by: batchTokens)
        return schedule.rate(at: time, peak: peak)
    }

    /// Σ η of the updates up to `step`; `nil` where a schedule is not known.
    fileprivate func sum(of step: Int, peak: Double) -> Double? {
        guard let schedule, let last = self.schedule(at: step) else { return nil }
        func sum(_ schedule: LearningRateSchedule, _ steps: Int) -> Double {
            schedule.sum(steps: steps, batch: batchTokens, peak: peak)
        }
        guard let rescheduled, step > rescheduled.afterStep else { return sum(schedule, step) }
        guard rescheduled.afterStep <= schedule.knownTo ?? .max else { return nil }
        return sum(schedule, rescheduled.afterStep) + sum(last, step) - sum(last, rescheduled.afterStep)
    }
}
