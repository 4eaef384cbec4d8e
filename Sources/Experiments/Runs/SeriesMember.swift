import Base
import Checkpoints
import Reports

/// A checkpoint that the setting `series` names, by itself or by its folder.
struct SeriesMember {
    let location: CheckpointLocation
    /// Links to it, and further names in the Hub's cache.
    var otherNames: [String]
    /// Whether it is the last model of a training, above the checkpoints of its way.
    let isFinal: Bool
    /// Whether it was named itself, and not found in a folder.
    let isNamed: Bool
    /// Its path with every link resolved.
    private let real: String
    private let isLink: Bool

    /// The members of a series in the order in which they are listed, those of a folder in natural order; each once,
    /// however many names lead to it. What looks like a checkpoint and is not read goes to the context's refused ones.
    /// - Throws: `InputError` when nothing is named.
    static func list(_ entries: [String], _ context: RunContext) throws -> [SeriesMember] {
        var members: [SeriesMember] = []
        var unread: [CheckpointError] = []
        for entry in entries {
            let matches = try SeriesFiles(context).matches(entry)
            for match in matches {
                let found = try expand(match, isNamed: matches == [entry], context)
                members += found.members
                unread += found.unread
            }
        }
        context.refuse(unread)
        guard !members.isEmpty else {
            guard unread.isEmpty else {
                throw InputError(unread.map(\.description) + ["none of them can be read"])
            }
            throw InputError("no checkpoints are named; set series=[DIR or FILE, ...], or give --from and --to")
        }
        return distinct(members)
    }

    private static func expand(
        _ entry: String, isNamed: Bool, _ context: RunContext
    ) throws -> (members: [SeriesMember], unread: [CheckpointError]) {
        let location = CheckpointLocation(parsing: entry)
        let path = context.resolve(location.path, of: "series")
        guard location.group == nil else {
            let member = SeriesMember(
                location: location, otherNames: [], isFinal: false, isNamed: isNamed, real: realPath(path),
                isLink: Checkpoints.isLink(path))
            return ([member], [])
        }
        let listing: CheckpointListing
        do throws(CheckpointError) {
            listing = try CheckpointListing(location.path, at: path)
        } catch {
            if error.kind == .environment { throw error }
            throw InputError(error.description)
        }
        guard !listing.members.isEmpty || !listing.unread.isEmpty else {
            throw InputError("the folder \(entry): \(listing.emptiness)")
        }
        let members = listing.members.map { member in
            SeriesMember(
                location: CheckpointLocation(path: member.path), otherNames: member.otherNames, isFinal: member.isFinal,
                isNamed: isNamed && member.isNamed, real: realPath(member.place), isLink: Checkpoints.isLink(member.place))
        }
        return (members, listing.unread)
    }

    /// Of several names that lead to one checkpoint its own stands, before those of links, and among links that which tells
    /// a step.
    private static func distinct(_ members: [SeriesMember]) -> [SeriesMember] {
        struct Key: Hashable {
            let real: String
            let group: String?
        }
        func key(_ member: SeriesMember) -> Key { Key(real: member.real, group: member.location.group) }
        func rank(_ member: SeriesMember) -> Int {
            (member.isLink ? 2 : 0) + (Revision(named: member.location.revisionName).tellsPlace ? 0 : 1)
        }
        let groups = Dictionary(grouping: members.indices) { key(members[$0]) }
        return members.indices.compactMap { place in
            guard let group = groups[key(members[place])],
                group.min(by: { (rank(members[$0]), $0) < (rank(members[$1]), $1) }) == place
            else { return nil }
            var member = members[place]
            let others = group.filter { $0 != place }.flatMap { other in
                [members[other].location.revisionName] + members[other].otherNames
            }
            member.otherNames = (member.otherNames + others).distinct.filter { $0 != member.location.revisionName }
            return member
        }
    }
}
