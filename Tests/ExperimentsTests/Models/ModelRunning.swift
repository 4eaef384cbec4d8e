import Foundation
import TestSupport

@testable import Experiments

/// Runs an experiment by the text of its settings and leaves its tables in `folder/out`, its journal in `folder/journal`.
@discardableResult
func run(
    _ experiment: String, _ settings: String, in folder: ScratchFolder, jobs: Int = 2, out: String = "out",
    journal: String = "journal"
) throws -> ExperimentRun.Outcome {
    var options = ExperimentRun.Options(names: [experiment], jobs: jobs)
    options.settingsFile = try folder.write("\(experiment).yaml", settings)
    options.output = "\(folder.path)/\(out)"
    options.journal = "\(folder.path)/\(journal)"
    options.readOptions = readOptions()
    options.figureWidth = nil
    return try ExperimentRun(options).run()
}

extension SmallModel {
    /// With a config by which it can be run.
    func runnable() -> SmallModel {
        var model = self
        model.config = """
            {"model_type":"olmo2","hidden_size":4,"intermediate_size":6,"num_hidden_layers":2,"num_attention_heads":2,\
            "num_key_value_heads":1,"vocab_size":8,"tie_word_embeddings":false,"rms_norm_eps":1e-6,"rope_theta":10000,\
            "max_position_embeddings":16,"hidden_act":"silu","attention_bias":false}
            """
        return model
    }
}

/// 24 sequences of 6 tokens in two domains, with labels: `Fixtures/linear_probe/make_probe_set.py`.
let labelledProbeSet = "\(packageRoot)/Tests/Fixtures/linear_probe/labelled.h5"
