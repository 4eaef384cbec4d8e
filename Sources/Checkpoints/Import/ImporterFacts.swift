#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Exact facts about revisions whose names round them, from a JSON file such as
///
///     {"revisions": [{"revision": "stage1-step25-tokens1B", "stage": 1, "step": 25, "total_tokens": 102400}]}
///
/// `stage`, `ingredient`, `step` and `total_tokens` may be absent or null; other keys are ignored.
package struct RevisionFacts: Sendable {
    private let path: String
    private let entries: [String: Entry]

    /// Longer JSON than this lists no training run, in bytes.
    private static let lengthLimit = 16 << 20

    private struct Content: Decodable {
        var revisions: [Entry]
    }

    private struct Entry: Decodable {
        var revision: String
        var stage: Int?
        var ingredient: Int?
        var step: Int?
        var totalTokens: Int?

        enum CodingKeys: String, CodingKey {
            case revision, stage, ingredient, step
            case totalTokens = "total_tokens"
        }
    }

    /// Reads the file. Throws a usage error when it cannot be read, or lists a revision twice.
    package init(contentsOf path: String) throws(ImportError) {
        do {
            let bytes = try ByteSources.contents(of: path, limit: RevisionFacts.lengthLimit, checkpoint: path)
            let content = try JSONDecoder().decode(Content.self, from: Data(bytes))
            entries = try Dictionary(content.revisions.map { ($0.revision, $0) }) { entry, _ in
                throw ImportError(.usage, "facts file '\(path)' lists '\(entry.revision)' twice")
            }
            self.path = path
        } catch let error as ImportError {
            throw error
        } catch let error as CheckpointError {
            throw ImportError(error.kind == .environment ? .environment : .usage, "facts file: \(error.problem)")
        } catch {
            throw ImportError(.usage, "facts file '\(path)' is not of the form {\"revisions\": [...]}: \(error)")
        }
    }

    /// The revision called `name`; what the file leaves open is taken from the name. Throws a usage error when the file
    /// does not list it: a rounded number among exact ones would go unnoticed.
    func revision(named name: String) throws(ImportError) -> Revision {
        guard let entry = entries[name] else {
            throw ImportError(.usage, "facts file '\(path)' does not list revision '\(name)'")
        }
        var revision = Revision(named: name)
        revision.stage = entry.stage ?? revision.stage
        revision.ingredient = entry.ingredient ?? revision.ingredient
        revision.step = entry.step ?? revision.step
        revision.tokens = entry.totalTokens ?? revision.tokens
        return revision
    }
}
