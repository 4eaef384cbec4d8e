import Base
import Checkpoints
import Foundation
import Settings

/// Members of a series that no file holds: averages of others, and points on the lines between two.
struct VirtualMembers: SettingsSection {
    static let title: String? = "virtual weights"

    @Setting(
        "Averages of members, by names of your own: of equal weights, [LABEL, ...], or of these, {LABEL: WEIGHT, ...}, which sum to 1."
    )
    var soup: [String: SoupWeights] = [:]
    @Setting(
        "Points on lines between two members: 'A..B @ 0.25' is 0.75·A + 0.25·B, and goes by that name. Numbers outside 0 to 1 lie beyond the ends."
    )
    var path: [String] = []

    /// What is wrong with virtual members of a pair, which has no series.
    func conflicts(with pair: PairSettings) -> [String] {
        guard pair.from != nil || pair.to != nil, !soup.isEmpty || !path.isEmpty else { return [] }
        return ["soup and path name members of a series, but from and to name a pair; leave out one or the other"]
    }

    /// The series with them as its last members, averages first, each kind by name.
    /// - Parameter runIndices: those of the series' checkpoints.
    /// - Throws: `InputError` for weights that do not sum to 1, and for members that are not there or cannot be mixed.
    func join(
        _ series: CheckpointSeries, _ runIndices: [RunIndex], in context: RunContext
    ) throws -> OpenedSeries {
        guard !soup.isEmpty || !path.isEmpty else { return (series, runIndices) }
        var (members, all, problems): ([Checkpoint], [RunIndex], [String]) = (series.checkpoints, runIndices, [])
        for recipe in recipes(in: series) {
            do {
                guard let (terms, sources) = try recipe.terms(of: series, in: context) else { continue }
                guard !members.contains(where: { $0.label == recipe.name }) else {
                    throw InputError(
                        "\(recipe.place): the series has a member of that name already; choose another name")
                }
                let checkpoint = try Checkpoint(mixing: terms, name: recipe.name, place: recipe.place)
                members.append(checkpoint)
                all.append(context.add(checkpoint, madeOf: sources.map { runIndices[$0] }))
            } catch let error as InputError {
                problems += error.problems
            } catch let error as CheckpointError {
                problems.append(error.description)
            }
        }
        guard problems.isEmpty else { throw InputError(problems) }
        return (series.followed(by: Array(members[series.checkpoints.count...])), all)
    }

    private func recipes(in series: CheckpointSeries) -> [VirtualRecipe] {
        soup.sorted { $0.key < $1.key }.map { VirtualRecipe(soup: $0.key, $0.value) }
            + path.map { VirtualRecipe(path: $0, series) }
    }
}

/// The weights of an average, as the settings state them.
enum SoupWeights: Codable, Equatable, Sendable, SettingValue {
    /// One over their number, each.
    case equal([String])
    case stated([String: Double])

    static let expected = "a list of labels, or a weight by label"

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        guard !value.decodeNil(), (try? value.decode(String.self)) == nil else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "expected \(SoupWeights.expected)")
        }
        if (try? decoder.unkeyedContainer()) != nil {
            self = .equal(try value.decode([String].self))
        } else {
            self = .stated(try value.decode([String: Double].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .equal(let labels): try container.encode(labels)
        case .stated(let weights): try container.encode(weights)
        }
    }
}

/// How a virtual member is made: labels of members with their weights.
private struct VirtualRecipe {
    /// What it is called.
    let name: String
    /// Where it was asked for: errors name it.
    let place: String
    private var weights: [(label: String, weight: Double)] = []
    private var problem: String?

    /// How far from 1 weights may sum: what rounding them to ten digits takes.
    private static let tolerance = 1e-9

    init(soup name: String, _ weights: SoupWeights) {
        let name = printable(name)
        (self.name, place) = (name, "soup.\(name)")
        switch weights {
        case .equal(let labels):
            self.weights = labels.map { ($0, 1 / Double(labels.count)) }
        case .stated(let stated):
            self.weights = stated.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            let sum = self.weights.reduce(0) { $0 + $1.weight }
            if abs(sum - 1) > VirtualRecipe.tolerance {
                problem = "its weights sum to \(sum), expected 1: an average has the scale of what it is made of"
            }
        }
        if name.isEmpty { problem = "it has no name" }
        if self.weights.isEmpty { problem = "it names no member; expected \(SoupWeights.expected)" }
    }

    init(path text: String, _ series: CheckpointSeries) {
        let text = printable(text)
        place = "path '\(text)'"
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        let line = halves.dropLast().joined(separator: "@").trimmingCharacters(in: .whitespaces)
        let number = (halves.last ?? "").trimmingCharacters(in: .whitespaces)
        guard halves.count > 1, let point = Double(number), point.isFinite else {
            name = text
            problem = "expected two labels and a number, as in 'stage1-step0-tokens0B..main @ 0.25'"
            return
        }
        // A label may have dots of its own.
        let cuts = line.ranges(of: "..").map { (String(line[..<$0.lowerBound]), String(line[$0.upperBound...])) }
        let known = cuts.first { !series.places(meantBy: $0).isEmpty && !series.places(meantBy: $1).isEmpty }
        guard let ends = known ?? cuts.first else {
            name = text
            problem = "expected two labels with '..' between them before the '@'"
            return
        }
        name = "\(ends.0)..\(ends.1) @ \(number)"
        weights = [(ends.0, 1 - point), (ends.1, point)]
    }

    /// The terms in the series' order, those of weight 0 left out, and their places in the series; `nil` where one could not
    /// be opened: the run then goes on without what is made of it.
    /// - Throws: `InputError` for a label that the series does not have.
    func terms(
        of series: CheckpointSeries, in context: RunContext
    ) throws -> (terms: [Mixture.Term], places: [Int])? {
        if let problem { throw InputError("\(place): \(problem)") }
        var found: [(place: Int, weight: Double)] = []
        for (label, weight) in weights where weight != 0 {
            let places = series.places(meantBy: label)
            if places.isEmpty, isRefused(label, in: context) {
                context.refuse([
                    CheckpointError(
                        .unreachable, checkpoint: place, problem: "'\(label)', which it is made of, could not be opened"
                    )
                ])
                return nil
            }
            guard places.count == 1 else { throw InputError("\(place): \(problem(of: label, places, series))") }
            found.append((places[0], weight))
        }
        found.sort { $0.place < $1.place }
        if let twice = zip(found, found.dropFirst()).first(where: { $0.place == $1.place })?.0.place {
            throw InputError("\(place): it names '\(series.checkpoints[twice].label)' twice; state one weight for it")
        }
        return (found.map { Mixture.Term($0.weight, series.checkpoints[$0.place]) }, found.map(\.place))
    }

    private func isRefused(_ label: String, in context: RunContext) -> Bool {
        context.refused.contains { CheckpointLocation(parsing: $0.checkpoint).revisionName == label }
    }

    /// What is wrong with a label that means none of the series' members, or several.
    private func problem(of label: String, _ places: [Int], _ series: CheckpointSeries) -> String {
        let labels = series.checkpoints.map(\.label)
        guard places.isEmpty else {
            return "'\(label)' may mean \(places.map { labels[$0] }.joined(separator: ", ")); write which one"
        }
        let remedy =
            nearest(to: label, among: labels).map { "did you mean '\($0)'?" }
            ?? "it holds \(labels.joined(separator: ", "))"
        return "there is no '\(label)' in the series; \(remedy)"
    }
}
