import Catalogs
import Checkpoints
import Reports

/// Where in training the checkpoint of a row stands.
let revisionColumns: [TypedColumn<Revision>] = [
    .integer("stage", "Its training stage.") { $0.stage },
    .integer("ingredient", "Which of the runs of its stage it belongs to.") { $0.ingredient },
    .integer("step", "Optimiser steps since its stage began.") { $0.step },
    .integer("tokens", "Its training tokens, as attributes or its name state them.") { $0.tokens },
]

/// Which checkpoint a row is about, and where in training it stands.
let checkpointColumns: [TypedColumn<Checkpoint>] =
    [.string("revision", "The checkpoint.") { $0.label }] + revisionColumns.map { $0.of(\.revision) }

/// The learning rate of the checkpoint of a row, where it is known how the model was trained. Cosines are libm's.
let trainingColumns: [TypedColumn<TrainingPosition?>] = [
    .number("lr", tolerance: 1e-12, "Learning rate of the update that led to it; missing at the beginning of a run.") {
        $0?.learningRate
    },
    .number(
        "cumulative_lr", tolerance: 1e-9,
        "Sum of the learning rates of all updates since training began, along the runs that led to it."
    ) { $0?.cumulativeLearningRate },
]
