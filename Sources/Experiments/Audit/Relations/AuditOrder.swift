import Checkpoints
import Settings
import Statistics

/// Checkpoints of one stage and ingredient, in the order of their labels.
struct AuditRun: Sendable {
    let stage: Int
    let ingredient: Int?
    /// Places in the series; for a run that starts from another, the checkpoint it starts from comes first.
    let places: [Int]
    /// Whether the first place is its own.
    let startsItself: Bool

    /// Places of its own checkpoints.
    var own: ArraySlice<Int> { startsItself ? places[...] : places.dropFirst() }

    /// As text.
    var name: String { "stage \(stage)" + (ingredient.map { ", ingredient \($0)" } ?? "") }
}

/// Where a checkpoint stands in its run, by its label and by its weights.
struct AuditOrderRecord: Sendable {
    let place: Int
    let run: AuditRun
    /// Place in the run's order by labels, from 1.
    let claimed: Int
    /// The same by distance.
    let recovered: Int?
    /// Whether it has to move to come from the one order to the other.
    let isMoved: Bool
    let before: Int?
    let after: Int?
    /// Its neighbours in the recovered order.
    let recoveredBefore: Int?
    let recoveredAfter: Int?
    let nearest: Int?
}

extension AuditedSeries {
    /// The runs of the series.
    var runs: [AuditRun] {
        var order: [AuditRun] = []
        for place in checkpoints.indices where checkpoints[place].revision.step != nil {
            let revision = checkpoints[place].revision
            let (stage, ingredient) = (revision.stage ?? 1, revision.ingredient)
            if let known = order.firstIndex(where: { $0.stage == stage && $0.ingredient == ingredient }) {
                let run = order[known]
                order[known] = AuditRun(
                    stage: stage, ingredient: ingredient, places: run.places + [place], startsItself: run.startsItself)
            } else {
                let start =
                    ingredient == nil && stage == 1
                    ? nil : statedStart(stage, ingredient) ?? series.predecessor(of: place)
                order.append(
                    AuditRun(
                        stage: stage, ingredient: ingredient, places: (start.map { [$0] } ?? []) + [place],
                        startsItself: start == nil))
            }
        }
        return order
    }

    private func statedStart(_ stage: Int, _ ingredient: Int?) -> Int? {
        stage == 2 ? branchPoint ?? training.start(stage: stage, ingredient: ingredient, in: series) : nil
    }

    /// The order of each run by distance against that of its labels.
    func orderRecords(_ distances: AuditDistances) -> [AuditOrderRecord] {
        runs.flatMap { run -> [AuditOrderRecord] in
            let path = ordered(run, distances)
            let own = Array(run.own)
            return own.enumerated().map { index, place in
                let claimed = run.places.firstIndex(of: place) ?? 0
                let recovered = path?.order.firstIndex(of: place)
                func neighbour(_ step: Int, _ order: [Int], _ at: Int?) -> Int? {
                    at.flatMap { order.indices.contains($0 + step) ? order[$0 + step] : nil }
                }
                return AuditOrderRecord(
                    place: place, run: run, claimed: index + 1,
                    recovered: path.flatMap { path in
                        path.order.filter { own.contains($0) }.firstIndex(of: place).map { $0 + 1 }
                    },
                    isMoved: path?.moved.contains(place) ?? false,
                    before: neighbour(-1, run.places, claimed), after: neighbour(1, run.places, claimed),
                    recoveredBefore: neighbour(-1, path?.order ?? [], recovered),
                    recoveredAfter: neighbour(1, path?.order ?? [], recovered),
                    nearest: distances.nearest(to: place, among: checkpoints.indices)?.place)
            }
        }
    }

    /// Checkpoints out of their order, in another run's place, or started from another checkpoint than their labels say.
    func orderFindings(_ distances: AuditDistances, _ records: [AuditOrderRecord]) -> [AuditFinding] {
        records.filter(\.isMoved).map { outOfOrder($0, distances) }
            + runs.filter { $0.ingredient != nil }.flatMap { otherRun($0, distances) }
            + runs.compactMap { branch($0, distances) } + runs.compactMap(start)
    }

    private struct RecoveredOrder {
        let order: [Int]
        let moved: Set<Int>
    }

    /// `nil` when there are too few checkpoints to have an order, or one has no distance.
    private func ordered(_ run: AuditRun, _ distances: AuditDistances) -> RecoveredOrder? {
        let own = genuine(run, distances)
        func path(_ places: [Int]) -> [[Double]]? {
            let rows = places.map { a in places.compactMap { distances.length(a, $0) } }
            return rows.allSatisfy { $0.count == places.count } ? rows : nil
        }
        var places = own
        if !run.startsItself, let start = run.places.first, let lengths = path([start] + own) {
            // A start far beyond the run tells nothing of its direction: all its checkpoints are about as far from it.
            let steps = own.indices.dropLast().map { lengths[$0 + 1][$0 + 2] }
            if let nearest = lengths[0].dropFirst().min(), let longest = steps.max(), nearest <= 2 * longest {
                places = [start] + own
            }
        }
        guard places.count > 2, let lengths = path(places) else { return nil }
        let found = ShortestPath(lengths)
        let order = found.order.map { places[$0] }
        guard isShorter(order, than: places, distances) else { return RecoveredOrder(order: places, moved: []) }
        let kept = Set(found.kept.map { places[$0] })
        return RecoveredOrder(order: order, moved: Set(own).subtracting(kept))
    }

    /// The checkpoints of a run with one of each that hold the same: copies are told as such, and have no order among
    /// themselves. The one that lies best where its label says is kept.
    private func genuine(_ run: AuditRun, _ distances: AuditDistances) -> [Int] {
        var places = Array(run.own)
        func length(_ order: [Int]) -> Double {
            zip(order, order.dropFirst()).reduce(0) { $0 + (distances.length($1.0, $1.1) ?? 0) }
        }
        for group in copyGroups {
            let members = group.filter(places.contains)
            guard members.count > 1 else { continue }
            let orders = members.map { kept in places.filter { $0 == kept || !members.contains($0) } }
            // Of orders that are alike, the first.
            var best = orders[0]
            for order in orders where length(order) < length(best) { best = order }
            places = best
        }
        return places
    }

    /// Whether the links in which two orders differ are shorter in the first, by more than the tolerance and three
    /// standard deviations of their estimates.
    private func isShorter(_ a: [Int], than b: [Int], _ distances: AuditDistances) -> Bool {
        func links(_ order: [Int]) -> Set<Set<Int>> { Set(zip(order, order.dropFirst()).map { [$0, $1] }) }
        func sum(_ links: Set<Set<Int>>) -> Double {
            links.reduce(0) { $0 + (distances.length($1.min() ?? 0, $1.max() ?? 0) ?? 0) }
        }
        let (left, right) = (links(a).subtracting(links(b)), links(b).subtracting(links(a)))
        let error = left.union(right).map { distances.error($0.min() ?? 0, $0.max() ?? 0) }.max() ?? 0
        return sum(left) < sum(right) * (1 - settings.orderTolerance - 3 * error)
    }

    private func outOfOrder(_ record: AuditOrderRecord, _ distances: AuditDistances) -> AuditFinding {
        func side(_ neighbours: [Int?]) -> String {
            neighbours.compactMap { $0 }.map { "\(checkpoints[$0].label) (\(distances.text(record.place, $0)))" }
                .joined(separator: " and ")
        }
        return finding(
            .outOfOrder, record.place, other: record.recoveredBefore ?? record.recoveredAfter,
            "by its label number \(record.claimed) of \(record.run.own.count) in \(record.run.name), by distance number "
                + "\(record.recovered ?? 0): it lies beside \(side([record.recoveredBefore, record.recoveredAfter])), "
                + "by its label beside \(side([record.before, record.after])); distances estimated")
    }

    /// Checkpoints that belong to another ingredient: as few as explain every link of the runs that is foreign.
    private func otherRun(_ run: AuditRun, _ distances: AuditDistances) -> [AuditFinding] {
        let own = Array(run.own)
        let links = zip(own, own.dropFirst()).map { ($0, $1) }
        let copies = Set(copyGroups.joined())
        let foreign = links.map { link in
            [
                foreigner(to: link.1, beyond: link.0, run, distances),
                foreigner(to: link.0, beyond: link.1, run, distances),
            ]
            // A copy is told as one; it says nothing of the run of what it is a copy of.
            .compactMap { $0 }.filter { !copies.contains($0.other) }
        }
        var open = links.indices.filter { !foreign[$0].isEmpty }
        var findings: [AuditFinding] = []
        while !open.isEmpty {
            func touches(_ link: Int, _ place: Int) -> Bool { links[link].0 == place || links[link].1 == place }
            // The one with the most foreign links and the fewest good ones; of two alike, both.
            func rank(_ place: Int) -> (Int, Int) {
                (
                    open.count { touches($0, place) },
                    -links.indices.count { touches($0, place) && foreign[$0].isEmpty }
                )
            }
            guard let best = own.map(rank).max(by: <) else { break }
            let culprits = own.filter { rank($0) == best }
            for place in culprits {
                let told = open.filter { touches($0, place) }.flatMap { foreign[$0] }
                guard let first = told.first(where: { $0.place == place }) ?? told.first else { continue }
                findings.append(
                    finding(
                        .otherRun, place, other: first.other,
                        "\(checkpoints[first.place].label) is nearer to \(checkpoints[first.other].label) "
                            + "(\(distances.text(first.place, first.other))), of another ingredient and at least as many steps "
                            + "away, than to its own run's \(checkpoints[first.neighbour].label) "
                            + "(\(distances.text(first.place, first.neighbour))); distances estimated"))
            }
            open.removeAll { link in culprits.contains { touches(link, $0) } }
        }
        return findings
    }

    private struct Foreigner {
        let place: Int
        let neighbour: Int
        let other: Int
    }

    /// A checkpoint of another ingredient that is further from a place in steps than its own neighbour is, and nearer in
    /// weights.
    private func foreigner(
        to place: Int, beyond neighbour: Int, _ run: AuditRun, _ distances: AuditDistances
    ) -> Foreigner? {
        guard let own = distances.length(place, neighbour), let limit = checkpoints[neighbour].revision.step,
            let start = checkpoints[place].revision.step
        else { return nil }
        let others = runs.filter { $0.stage == run.stage && $0.ingredient != nil && $0.ingredient != run.ingredient }
            .flatMap { Array($0.own) }
            .filter { other in
                guard let step = checkpoints[other].revision.step else { return false }
                return limit < start ? step <= limit : step >= limit
            }
        guard let (other, length) = distances.nearest(to: place, among: others) else { return nil }
        let error = max(distances.error(place, other), distances.error(place, neighbour))
        guard length < own * (1 - AuditedSeries.otherRunMargin - 3 * error) else { return nil }
        return Foreigner(place: place, neighbour: neighbour, other: other)
    }

    /// Runs of one start stay further from each other than from themselves: by 10 % and more, where it was measured.
    private static let otherRunMargin = 0.1

    /// A run whose first checkpoint is nearer to another checkpoint of the stage before than to the one it starts from.
    private func branch(_ run: AuditRun, _ distances: AuditDistances) -> AuditFinding? {
        guard !run.startsItself, let start = run.places.first, let first = run.own.first,
            let own = distances.length(first, start)
        else { return nil }
        let stage = checkpoints[start].revision.stage ?? 1
        let candidates = checkpoints.indices.filter {
            checkpoints[$0].revision.step != nil && (checkpoints[$0].revision.stage ?? 1) == stage
                && checkpoints[$0].revision.ingredient == checkpoints[start].revision.ingredient
        }
        guard let (nearest, length) = distances.nearest(to: first, among: candidates), nearest != start,
            length < own
                * (1 - settings.orderTolerance - 3 * max(distances.error(first, start), distances.error(first, nearest)))
        else { return nil }
        return finding(
            .branchPoint, first, other: nearest,
            "\(run.name) is to start from \(checkpoints[start].label) (\(distances.text(first, start))), but of its stage "
                + "\(checkpoints[nearest].label) is the nearest (\(distances.text(first, nearest))); distances estimated"
        )
    }
}
