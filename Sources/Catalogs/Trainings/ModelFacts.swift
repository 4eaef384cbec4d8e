import Checkpoints

/// What is published of a model: its sizes, and how it was trained.
package struct ModelFacts: Sendable, Equatable, Codable {
    /// Families that differ in which tensors a block has.
    package enum Architecture: String, Sendable, Codable, CaseIterable {
        /// OLMo 1: norms without weights.
        case olmo
        /// OLMo 2: RMS norms after attention and feed-forward, and over all queries and keys (`q_norm`, `k_norm`).
        case olmo2
        /// OLMo 3: the tensors of OLMo 2; some layers attend to a window.
        case olmo3
        /// Pythia: fused queries, keys and values; biases everywhere; a feed-forward without a gate.
        case gptNeoX = "gpt_neox"
    }

    /// How `main`, the checkpoint that is called by the model's name, came about.
    package enum Main: Sendable, Equatable {
        /// The uniform average of these ingredients' last checkpoints.
        case average(of: [Int])
        /// One ingredient's last checkpoint, of these.
        case oneOf([Int])
        /// The last checkpoint of the only run.
        case last
    }

    /// Name on the Hugging Face Hub, without the organisation.
    package var name: String
    /// Names that its catalogs go by besides.
    package var aliases: [String]?
    /// Family.
    package var architecture: Architecture
    /// Width of the residual stream.
    package var width: Int
    /// Blocks.
    package var layers: Int
    /// Query heads; each is `width`/`heads` wide.
    package var heads: Int
    /// Key and value heads.
    package var keyValueHeads: Int
    /// Width of the feed-forward: of the gate alone where it has one.
    package var feedForward: Int
    /// Tokens of the tokenizer.
    package var vocabulary: Int
    /// Rows of the embedding as published, with those that only pad it.
    package var embeddingRows: Int
    /// Whether embedding and unembedding are one tensor.
    package var tied: Bool
    /// Published number of parameters.
    package var parameters: Int
    /// Where that number is published.
    package var parametersSource: String
    /// How it was trained: stages and ingredients.
    package var runs: [TrainingRun]
    /// Ingredients that were averaged to `main`.
    package var mainAverageOf: [Int]?
    /// Ingredients of which one is `main`.
    package var mainOneOf: [Int]?
    /// Whether `main` is the last checkpoint.
    package var mainIsLast: Bool?
    /// What a user should know besides.
    package var notes: [String]?

    /// Sets the facts that every model has; see the properties.
    package init(
        name: String, architecture: Architecture, width: Int, layers: Int, heads: Int, keyValueHeads: Int,
        feedForward: Int, vocabulary: Int, embeddingRows: Int, tied: Bool, parameters: Int, parametersSource: String,
        runs: [TrainingRun]
    ) {
        self.name = name
        self.architecture = architecture
        self.width = width
        self.layers = layers
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.feedForward = feedForward
        self.vocabulary = vocabulary
        self.embeddingRows = embeddingRows
        self.tied = tied
        self.parameters = parameters
        self.parametersSource = parametersSource
        self.runs = runs
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, aliases, architecture, width, layers, heads
        case keyValueHeads = "key_value_heads"
        case feedForward = "feed_forward"
        case vocabulary
        case embeddingRows = "embedding_rows"
        case tied, parameters
        case parametersSource = "parameters_source"
        case runs
        case mainAverageOf = "main_average_of"
        case mainOneOf = "main_one_of"
        case mainIsLast = "main_is_last"
        case notes
    }

    /// How `main` came about; `nil` where that is not recorded.
    package var main: Main? {
        if let mainAverageOf { return .average(of: mainAverageOf) }
        if let mainOneOf { return .oneOf(mainOneOf) }
        return mainIsLast == true ? .last : nil
    }

    /// Embedding rows that stand for no token.
    package var paddingRows: Int { embeddingRows - vocabulary }

    /// Whether queries and keys are normalised (`q_norm`, `k_norm`).
    package var hasQueryKeyNorms: Bool { architecture == .olmo2 || architecture == .olmo3 }

    /// Number of parameters that the sizes make. A tied embedding counts once.
    ///
    /// With width d, feed-forward f, query width q = d and key-value width k = d·(key-value heads)/(heads):
    /// a block has 2dq + 2dk for attention, 3df with a gate and 2df without, and its norms and biases.
    package var parameterCount: Int {
        let keyValueWidth = width / heads * keyValueHeads
        let attention = 2 * width * width + 2 * width * keyValueWidth
        let block: Int
        let finalNorm: Int
        switch architecture {
        case .olmo:
            block = attention + 3 * width * feedForward
            finalNorm = 0
        case .olmo2, .olmo3:
            block = attention + 3 * width * feedForward + 3 * width + keyValueWidth
            finalNorm = width
        case .gptNeoX:
            let biases = 2 * width + 2 * keyValueWidth + feedForward + width
            block = attention + 2 * width * feedForward + biases + 4 * width
            finalNorm = 2 * width
        }
        return embeddingRows * width * (tied ? 1 : 2) + layers * block + finalNorm
    }

    /// Why the facts contradict each other; `nil` when they do not.
    package var problem: String? {
        let sizes = [width, layers, heads, keyValueHeads, feedForward, vocabulary, embeddingRows, parameters]
        // Far above any model, and products of three still fit.
        guard sizes.dropLast().allSatisfy({ (1...(1 << 20)).contains($0) }), width % heads == 0 else {
            return "its sizes are not positive numbers that fit together"
        }
        guard embeddingRows >= vocabulary else {
            return "\(embeddingRows) embedding rows do not hold a vocabulary of \(vocabulary)"
        }
        guard parameterCount == parameters else {
            return "its sizes make \(parameterCount) parameters, but \(parameters) are published"
        }
        return nil
    }

    /// The runs as a plan.
    package func plan() throws(CatalogError) -> TrainingPlan {
        do {
            return try TrainingPlan(runs)
        } catch {
            throw CatalogError("\(name): \(error)")
        }
    }
}
