import Base
import Foundation
import Tensors

/// What a checkpoint that no file holds is made of: Σ c_i·θ_i over the tensors of other checkpoints, in the order of the
/// terms. See `MixedElements` for how it is summed.
package struct Mixture: Sendable {
    /// One checkpoint with its weight in the sum.
    package struct Term: Sendable {
        package let coefficient: Double
        package let checkpoint: Checkpoint

        /// Makes a term; a virtual checkpoint cannot be one.
        package init(_ coefficient: Double, _ checkpoint: Checkpoint) {
            precondition(checkpoint.mixture == nil, "\(checkpoint.label) is virtual")
            (self.coefficient, self.checkpoint) = (coefficient, checkpoint)
        }
    }

    /// What has part in it: no coefficient is 0.
    package let terms: [Term]

    /// Of each tensor, where it stands in each term.
    private let places: [[Int]]

    /// The tensor's places in the terms.
    func places(of tensor: Int) -> [Int] { places[tensor] }

    /// How the tensor is stored in each term.
    package func parts(of tensor: Int) -> [TensorInfo] {
        zip(terms, places[tensor]).map { $0.checkpoint.tensors[$1] }
    }

    /// Aligns the terms by the names of their tensors. A term whose coefficient is 0 is left out, whatever it holds.
    /// - Precondition: a coefficient is not 0.
    /// - Throws: what keeps them from being mixed, as one line.
    fileprivate init(_ all: [Term]) throws(Problem) {
        terms = all.filter { $0.coefficient != 0 }
        guard let first = terms.first?.checkpoint else { preconditionFailure("a mixture of nothing") }
        let byName = terms.map { term in
            Dictionary(term.checkpoint.tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
        }
        let names = Set(byName.flatMap(\.keys)).sorted()
        var places: [[Int]] = []
        for name in names {
            let found = byName.map { $0[name] }
            if let missing = found.firstIndex(of: nil), let present = found.firstIndex(where: { $0 != nil }) {
                throw Problem(Mixture.missing(name, in: terms[missing].checkpoint, but: terms[present].checkpoint))
            }
            places.append(found.compactMap { $0 })
        }
        self.places = places
        for (name, tensor) in zip(names, places) {
            for (term, place) in zip(terms, tensor).dropFirst() {
                let (a, b) = (first.tensors[tensor[0]], term.checkpoint.tensors[place])
                guard a.shape == b.shape, a.elementType.hasStatistics == b.elementType.hasStatistics else {
                    throw Problem(
                        "'\(name)' is \(Mixture.text(a)) in \(first.label) but \(Mixture.text(b)) in "
                            + term.checkpoint.label)
                }
            }
        }
        try checkConfigs()
    }

    /// Why checkpoints cannot be mixed.
    fileprivate struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    private static func text(_ info: TensorInfo) -> String {
        "\(info.elementType.rawValue) [\(info.shape.map(String.init).joined(separator: ", "))]"
    }

    private static func missing(_ name: String, in lacking: Checkpoint, but having: Checkpoint) -> String {
        let held = Set(lacking.tensors.map(\.name))
        let others = having.tensors.count { !held.contains($0.name) } - 1
        let reason = lacking.contents.leftOut.first { $0.name == name }.map { ": \($0.reason)" } ?? ""
        return "'\(name)'\(others > 0 ? " (and \(others) more)" : "") is in \(having.label) but not in "
            + "\(lacking.label)\(reason)"
    }
}

extension Mixture {
    /// Entries of a config that do not tell what a model computes.
    private static let idleEntries: Set<String> = [
        "attention_dropout", "bos_token_id", "dtype", "eos_token_id", "hidden_dropout", "initializer_range",
        "pad_token_id", "torch_dtype", "transformers_version", "use_cache",
    ]

    /// One config has to hold for all terms: another base of rotation, say, shows in no tensor's shape.
    private func checkConfigs() throws(Problem) {
        let stated = terms.compactMap { term in
            Mixture.entries(term.checkpoint.contents.config).map { (term.checkpoint.label, $0) }
        }
        guard let (first, values) = stated.first else { return }
        for (label, others) in stated.dropFirst() {
            let keys = Set(values.keys).union(others.keys).sorted()
            guard let key = keys.first(where: { values[$0] != others[$0] }) else { continue }
            func text(_ value: String?) -> String { value.map { "is \($0)" } ?? "is not there" }
            throw Problem(
                "'\(key)' \(text(values[key])) in the config of \(first) but \(text(others[key])) in that of \(label)")
        }
    }

    /// What a config says that decides what a model computes; `nil` where there is none, or none that can be read.
    private static func entries(_ config: String?) -> [String: String]? {
        guard let config, case .object(let members)? = try? JSONDecoder().decode(JSON.self, from: Data(config.utf8))
        else { return nil }
        let telling = members.filter { key, value in
            if case .null = value { return false }
            return !idleEntries.contains(key) && !key.hasPrefix("_")
        }
        return Dictionary(telling.map { ($0.key, $0.value.compact) }, uniquingKeysWith: { $1 })
    }

    /// The first term's that has one.
    fileprivate var config: String? { terms.lazy.compactMap(\.checkpoint.contents.config).first }
}

extension Checkpoint {
    /// A checkpoint that no file holds: Σ c_i·θ_i, mixed block by block where it is read, and never stored.
    ///
    /// It has the tensors of its terms, as float32; those without numbers that could be mixed are listed, and read of the
    /// first term. Terms whose coefficient is 0 are left out.
    /// - Parameters:
    ///   - terms: in the order of the sum; at least one coefficient is not 0, and all are finite.
    ///   - name: what tables call it.
    ///   - place: where it was asked for, such as `soup.mean3`: errors name it.
    /// - Throws: `.unsupported` when a tensor is missing in a term, or has another shape there, or when the configs differ.
    package init(mixing terms: [Mixture.Term], name: String, place: String) throws(CheckpointError) {
        let location = CheckpointLocation(path: place)
        let mixture: Mixture
        do throws(Mixture.Problem) {
            mixture = try Mixture(terms)
        } catch {
            throw CheckpointError(
                .unsupported, checkpoint: place, problem: error.text,
                remedy: "an average needs the same tensors in all that it is made of")
        }
        let first = mixture.terms[0].checkpoint
        let tensors = mixture.tensors
        let readers = mixture.terms.compactMap(\.checkpoint.reader)
        self.init(
            name, at: location,
            contents: CheckpointContents(
                tensors: tensors, leftOut: [],
                attributes: first.contents.attributes.filter { $0.key == "model" }, config: mixture.config, files: []),
            mixture: mixture,
            reader: readers.count == mixture.terms.count ? MixtureReader(mixture, tensors, readers, place) : nil)
    }
}

extension Mixture {
    /// The tensors that it gives.
    fileprivate var tensors: [TensorInfo] {
        places.indices.map { tensor in
            let parts = parts(of: tensor)
            var info = parts[0]
            info.origin = nil
            guard info.elementType.hasStatistics else { return info }
            (info.elementType, info.layout, info.filters) = (MixedElements.elementType, .virtual, [])
            info.storedByteCount = parts.reduce(0) { $0 + $1.storedByteCount }
            return info
        }
    }
}
