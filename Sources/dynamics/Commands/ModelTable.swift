import Base
import Catalogs
import Checkpoints
import Experiments
import Reports

/// What is known of models, as the command line shows it.
enum ModelTable {
    /// A row a model.
    static var all: Table {
        Table(
            "models", title: "Known models.",
            columns: [
                TypedColumn<ModelFacts>.string("name", "Name on the Hugging Face Hub.") { $0.name },
                .string("architecture", "Family.") { $0.architecture.rawValue },
                .integer("width", "Width of the residual stream.") { $0.width },
                .integer("layers", "Blocks.") { $0.layers },
                .integer("heads", "Query heads.") { $0.heads },
                .integer("key_value_heads", "Key and value heads.") { $0.keyValueHeads },
                .integer("feed_forward", "Width of the feed-forward.") { $0.feedForward },
                .integer("vocabulary", "Tokens of the tokenizer.") { $0.vocabulary },
                .integer("padding_rows", "Embedding rows that stand for no token.") { $0.paddingRows },
                .boolean("tied", "Whether embedding and unembedding are one tensor.") { $0.tied },
                .integer("parameters", "Published number, which the sizes make.") { $0.parameters },
                .string("runs", "Stages and ingredients, with their last steps.") { model in
                    model.runs.map { run in
                        "\(run.stage)" + (run.ingredient.map { ".\($0)" } ?? "") + (run.endStep.map { ":\($0)" } ?? "")
                    }.joined(separator: " ")
                },
                .string("main", "How main came about.") { $0.main.map(text) },
            ], records: ModelLibrary.models)
    }

    private static func text(_ main: ModelFacts.Main) -> String {
        switch main {
        case .average(let parts): "average of ingredients \(parts.map(String.init).joined(separator: ", "))"
        case .oneOf(let parts) where parts.count == 1: "ingredient \(parts[0])"
        case .oneOf(let parts): "one of ingredients \(parts.map(String.init).joined(separator: ", "))"
        case .last: "last checkpoint"
        }
    }

    /// All that is known of one.
    static func json(_ model: ModelFacts) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("name", .string(model.name)), ("architecture", .string(model.architecture.rawValue)),
            ("width", .integer(model.width)), ("layers", .integer(model.layers)), ("heads", .integer(model.heads)),
            ("key_value_heads", .integer(model.keyValueHeads)), ("feed_forward", .integer(model.feedForward)),
            ("vocabulary", .integer(model.vocabulary)), ("embedding_rows", .integer(model.embeddingRows)),
            ("padding_rows", .integer(model.paddingRows)), ("tied", .boolean(model.tied)),
            ("parameters", .integer(model.parameters)), ("parameters_source", .string(model.parametersSource)),
            ("main", model.main.map { .string(text($0)) } ?? .null),
            ("runs", .array(model.runs.map(json))),
        ]
        if let notes = model.notes { members.append(("notes", .array(notes.map(JSON.string)))) }
        return .object(members)
    }

    private static func json(_ run: TrainingRun) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("stage", .integer(run.stage)), ("ingredient", integer(run.ingredient)),
            ("batch_tokens", .integer(run.batchTokens)), ("from_step", integer(run.fromStep)),
            ("end_step", integer(run.endStep)), ("seed", integer(run.seed)),
        ]
        if let optimizer = run.optimizer {
            members.append(
                (
                    "optimizer",
                    [
                        "name": .string(optimizer.name), "betas": .array((optimizer.betas ?? []).map(JSON.number)),
                        "eps": number(optimizer.epsilon), "weight_decay": number(optimizer.weightDecay),
                    ]
                ))
        }
        if let schedule = run.schedule { members.append(("schedule", json(schedule))) }
        if let rescheduled = run.rescheduled {
            members.append(
                (
                    "rescheduled",
                    ["after_step": .integer(rescheduled.afterStep), "schedule": json(rescheduled.schedule)]
                ))
        }
        return .object(members)
    }

    private static func json(_ schedule: LearningRateSchedule) -> JSON {
        var members: [(key: String, value: JSON)] = [
            ("name", .string(schedule.shape.rawValue)), ("learning_rate", number(schedule.learningRate)),
            ("units", .string((schedule.units ?? .steps).rawValue)), ("t_warmup", integer(schedule.warmup)),
            ("t_max", integer(schedule.end)), ("alpha_f", number(schedule.finalFraction)),
            ("warmup_min_lr", number(schedule.warmupMinimum)),
        ]
        if let first = schedule.firstUpdate { members.append(("first_update", .integer(first))) }
        if let minimum = schedule.minimum { members.append(("min_lr", .number(minimum))) }
        if let last = schedule.knownTo { members.append(("known_to", .integer(last))) }
        return .object(members)
    }

    private static func integer(_ value: Int?) -> JSON { value.map(JSON.integer) ?? .null }
    private static func number(_ value: Double?) -> JSON { value.map(JSON.number) ?? .null }

    private struct Row: Sendable {
        let run: TrainingRun
        let step: Int
        let position: TrainingPosition?
    }

    /// Rows of every run at these steps, or at ten of its own.
    static func schedule(_ plan: TrainingPlan, steps: [Int]) -> Table {
        let rows = plan.runs.flatMap { run in
            let own = steps.isEmpty ? (0..<10).map { (run.endStep ?? 1000) * $0 / 9 } : steps
            return own.map { step in
                let revision = Revision(name: "", stage: run.stage, ingredient: run.ingredient, step: step)
                return Row(run: run, step: step, position: plan.position(of: revision))
            }
        }
        return Table(
            "schedule", title: "Tokens and learning rates.",
            columns: [
                TypedColumn<Row>.integer("stage", "Training stage.") { $0.run.stage },
                .integer("ingredient", "Which of the runs of its stage.") { $0.run.ingredient },
                .integer("step", "Optimiser steps since the run began.") { $0.step },
                .integer("tokens", "Tokens since training began.") { $0.position?.tokens },
                .number("lr", "Learning rate of the last update.") { $0.position?.learningRate },
                .number("cumulative_lr", "Sum of the learning rates of all updates since training began.") {
                    $0.position?.cumulativeLearningRate
                },
            ], records: rows)
    }
}
