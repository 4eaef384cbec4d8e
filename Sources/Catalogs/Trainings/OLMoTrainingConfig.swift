import Base
import Checkpoints
import Foundation
import Settings

/// What one of OLMo's training configs (`configs/official-*/*.yaml` of github.com/allenai/OLMo) says of a run.
///
/// Only what decides tokens, steps and learning rates is read; the rest of the file is left alone.
package struct OLMoTrainingConfig: Sendable {
    /// The run. Its stage is 1 for a config that loads nothing, else 2; configs name no ingredient.
    package let run: TrainingRun
    /// The checkpoint it starts from, as the config names it.
    package let loadPath: String?
    /// What is wrong with its schedule, which the run then has not.
    package let problem: SettingsError?

    /// Reads a config.
    /// - Throws: `SettingsError`, with file and line, for what is missing or of another kind.
    init(_ config: SettingsNode) throws(SettingsError) {
        let sequences = try config.required("global_train_batch_size").integer()
        let length = try config.required("model").required("max_sequence_length").integer()
        let (batch, overflow) = sequences.multipliedReportingOverflow(by: length)
        guard !overflow, sequences > 0, length > 0 else {
            throw SettingsError(config.origin, "a batch of \(sequences) times \(length) tokens is not possible")
        }
        loadPath = config.member("load_path")?.text
        let duration = try OLMoDuration(config.required("max_duration"), batchTokens: batch)
        // The trainer stops ten steps after the duration, unless it is told otherwise (olmo/train.py, `stop_at`).
        let stop = try config.member("stop_at")?.integer() ?? duration.steps.map { $0 + 10 }
        var run = TrainingRun(stage: loadPath == nil ? 1 : 2, batchTokens: batch, endStep: stop)
        run.seed = try config.member("seed")?.integer()
        let optimizer = try config.required("optimizer")
        run.optimizer = TrainingRun.Optimizer(
            name: try optimizer.required("name").word(), betas: try optimizer.member("betas")?.numbers(),
            epsilon: try optimizer.member("eps")?.number(), weightDecay: try optimizer.member("weight_decay")?.number())
        if let loadPath {
            guard config.member("restore_dataloader")?.text == "false" else {
                throw SettingsError(
                    config.member("load_path")?.origin ?? config.origin,
                    "'load_path' without 'restore_dataloader: false' goes on counting its parent's steps; only runs that count "
                        + "from 0 are known")
            }
            guard let step = lastStep(in: loadPath) else {
                throw SettingsError(
                    config.member("load_path")?.origin ?? config.origin,
                    "'load_path': expected an address with stepN, found '\(loadPath)'")
            }
            run.fromStep = step
        }
        do throws(SettingsError) {
            run.schedule = try OLMoTrainingConfig.schedule(config, optimizer, duration)
            problem = nil
        } catch {
            problem = error
        }
        self.run = run
    }

    private static func schedule(
        _ config: SettingsNode, _ optimizer: SettingsNode, _ duration: OLMoDuration
    ) throws(SettingsError) -> LearningRateSchedule {
        let scheduler = try config.required("scheduler")
        let name = try scheduler.required("name")
        let shapes = LearningRateSchedule.Shape.allCases.filter { $0 != .halfCosine }  // OLMo-core's alone
        let word = try name.word()
        guard let shape = shapes.first(where: { $0.rawValue == word }) else {
            let known = shapes.map(\.rawValue)
            let near = nearest(to: name.text ?? "", among: known).map { "; did you mean '\($0)'?" } ?? ""
            throw SettingsError(
                name.origin,
                "'scheduler.name': unknown scheduler '\(name.text ?? "")', so that no learning rate is known; known are "
                    + known.joined(separator: ", ") + near)
        }
        var schedule = LearningRateSchedule(
            shape: shape, learningRate: try optimizer.required("learning_rate").number(), units: .steps)
        if let units = scheduler.member("units") {
            guard let known = LearningRateSchedule.Units(rawValue: try units.word()) else {
                throw SettingsError(units.origin, "'scheduler.units': expected steps or tokens, found \(units.found)")
            }
            schedule.units = known
        }
        schedule.warmup = try scheduler.member("t_warmup")?.integer() ?? 100
        schedule.finalFraction = try scheduler.member("alpha_f")?.number() ?? 0.1
        schedule.warmupMinimum = try scheduler.member("warmup_min_lr")?.number()
        schedule.end =
            try scheduler.member("t_max")?.integer()
            ?? (schedule.units == .tokens ? duration.tokens : duration.steps)
        if schedule.end == nil, shape.isDecaying {
            throw SettingsError(
                scheduler.origin,
                "'scheduler': needs t_max, because max_duration is in epochs, whose length the config does not tell")
        }
        if let problem = schedule.problem { throw SettingsError(scheduler.origin, "'scheduler': \(problem)") }
        return schedule
    }
}

/// `max_duration`: steps, tokens as in `4e12T`, or epochs as in `1ep` (olmo/train.py, `max_steps` and `max_tokens`).
private struct OLMoDuration {
    /// Steps; `nil` for epochs.
    let steps: Int?
    /// Tokens; `nil` for epochs.
    let tokens: Int?

    init(_ node: SettingsNode, batchTokens: Int) throws(SettingsError) {
        let text = try node.word()
        if text.hasSuffix("ep") {
            (steps, tokens) = (nil, nil)
        } else if text.hasSuffix("T") {
            let count = try node.integer(String(text.dropLast()))
            tokens = count
            steps = count / batchTokens + (count % batchTokens == 0 ? 0 : 1)
        } else {
            let count = try node.integer()
            steps = count
            let (product, overflow) = count.multipliedReportingOverflow(by: batchTokens)
            tokens = overflow ? nil : product
        }
    }
}

/// The number after the last `step` of an address.
private func lastStep(in address: String) -> Int? {
    address.ranges(of: "step").compactMap { range in
        Int(address[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
    }.last
}
