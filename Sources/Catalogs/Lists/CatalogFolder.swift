import Base
import Checkpoints
import Foundation

extension Catalog {
    /// Adds the checkpoints of a folder: HDF5 files, Hugging Face directories, or the snapshots of a Hub cache. Only their
    /// structure is read.
    mutating func add(folder: String, _ options: ReadOptions) throws {
        var added: [(CatalogEntry, Checkpoint?)] = []
        var findings: [CatalogFinding] = []
        let listing = try CheckpointListing(folder, at: folder)
        guard !listing.members.isEmpty || !listing.unread.isEmpty else {
            throw CatalogError("\(folder): \(listing.emptiness)")
        }
        findings += listing.unread.map { error in
            CatalogFinding(
                .unreadableCheckpoint, source: folder, text: printable(error.checkpoint), message: error.reason)
        }
        for member in listing.members {
            let (path, shown) = (member.path, printable(member.path))
            do throws(CheckpointError) {
                let opened = try Checkpoint(opening: CheckpointLocation(path: path), options: options)
                let checkpoint = member.isFinal ? opened.asFinal : opened
                let entry = CatalogEntry(
                    source: folder, text: shown, revision: checkpoint.revision,
                    isAverage: Catalog.tellsAverage(checkpoint.revision), location: path,
                    statedTokens: Catalog.exactTokens(checkpoint.revision))
                added.append((entry, checkpoint))
                findings += Catalog.checkLabels(checkpoint, entry)
            } catch {
                if error.kind == .environment { throw error }
                findings.append(
                    CatalogFinding(.unreadableCheckpoint, source: folder, text: shown, message: error.reason))
            }
        }
        added.sort { ($0.0.revision, $0.0.text) < ($1.0.revision, $1.0.text) }
        add(added.map { (entry: $0.0, checkpoint: $0.1) }, findings: findings)
    }

    /// `main` and what is called a soup are averages or stand for one: they have no step of their own.
    private static func tellsAverage(_ revision: Revision) -> Bool { revision.name.lowercased().contains("soup") }

    /// Tokens that attributes state: those of a name are rounded.
    private static func exactTokens(_ revision: Revision) -> Int? {
        let named = try? Revision(parsing: revision.name)
        return named?.tokens == revision.tokens ? nil : revision.tokens
    }

    /// Compares what the file's name, the revision's name and the attributes tell. Tokens are left to the plan: names
    /// round them, and count differently.
    private static func checkLabels(_ checkpoint: Checkpoint, _ entry: CatalogEntry) -> [CatalogFinding] {
        var findings: [CatalogFinding] = []
        let revision = checkpoint.revision
        var names = [(what: "the revision", name: revision.name)]
        let isCached = checkpoint.location.path.contains("/snapshots/")
        if !isCached { names.append(("the file", checkpoint.location.revisionName)) }
        if !isCached, names[0].name == names[1].name { names.removeLast() }
        for (what, name) in names {
            let named: Revision
            do throws(RevisionNameError) {
                named = try Revision(parsing: name)
            } catch {
                // A name that tells nothing is no harm where attributes tell it.
                if revision.step == nil, !revision.standsForEnd {
                    findings.append(CatalogFinding(.unknownName, entry, error.description))
                }
                continue
            }
            for (fact, told, known) in [
                ("stage", named.stage, revision.stage), ("ingredient", named.ingredient, revision.ingredient),
                ("step", named.step, revision.step),
            ] {
                if let told, let known, told != known {
                    findings.append(
                        CatalogFinding(
                            .mislabelled, entry,
                            "\(what)'s name says \(fact) \(told), its attributes say \(fact) \(known)"))
                }
            }
        }
        return findings
    }
}
