import Checkpoints
import Reports

/// Where in training the checkpoint of a row stands.
let revisionColumns: [TypedColumn<Revision>] = [
    .integer("stage", "Its training stage.") { $0.stage },
    .integer("ingredient", "Which of the runs of its stage it belongs to.") { $0.ingredient },
    .integer("step", "Optimiser steps since its stage began.") { $0.step },
    .integer("tokens", "Its training tokens, as attributes or its name state them.") { $0.tokens },
]
