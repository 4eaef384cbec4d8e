import Checkpoints
import Engine
import Reports
import Tensors

/// Whether the files of a series are what their labels say, and whole.
struct Audit: Experiment {
    static let name = "audit"
    static let question = "Can the files be trusted: are they whole, what their labels say, and in their order?"

    let settings: AuditSettings
    let series: CheckpointSeries
    let contents: SeriesContents
    let branchPoint: Int?
    let training: AuditTraining
    let soups: [AuditedSoup]
    /// Pairs of a soup and an ingredient that it may be.
    private let expectedCopies: Set<[Int]>
    /// Checkpoints that could not be opened.
    let refused: [CheckpointError]

    /// Opens the series.
    /// - Throws: `InputError` when there is nothing to read, or a setting makes no sense.
    init(_ settings: AuditSettings, _ context: RunContext) throws {
        self.settings = settings
        let (series, places) = try settings.input.open(
            in: context, tellsOrder: false, branchPoint: settings.branchPoint, training: settings.training)
        self.series = series
        contents = SeriesContents(series, places: places, fingerprints: true)
        refused = context.refused
        branchPoint = try settings.branchPoint.map { try Audit.place(of: $0, in: series, "branch_point") }
        training = try AuditTraining(settings, context)
        soups = try Audit.soups(series, settings, training)
        expectedCopies = Set(
            soups.filter { $0.isStated && $0.isOneOf }.flatMap { soup in
                soup.ingredients.map { [soup.place, $0].sorted() }
            })
    }

    private static func place(of label: String, in series: CheckpointSeries, _ setting: String) throws -> Int {
        try series.place(named: label, setting: setting)
    }

    /// What the settings state, or the model's facts of `main`; otherwise every checkpoint without a step against the last
    /// ones of the ingredients.
    private static func soups(
        _ series: CheckpointSeries, _ settings: AuditSettings, _ training: AuditTraining
    ) throws -> [AuditedSoup] {
        let finals = series.ingredientFinals
        var soups: [AuditedSoup] = []
        for place in series.checkpoints.indices {
            let label = series.checkpoints[place].label
            if let stated = settings.soups[label] {
                let ingredients = try stated.map { try Audit.place(of: $0, in: series, "soups.\(label)") }
                guard !ingredients.isEmpty else { throw InputError("soups.\(label) names no ingredient") }
                soups.append(AuditedSoup(series.checkpoints, place: place, ingredients: ingredients, isStated: true))
            } else if label == "main", let known = soup(main: place, series, training) {
                soups.append(known)
            } else if series.checkpoints[place].revision.step == nil, finals.count > 1,
                // Where a selection left some of the ingredients' checkpoints out, the last ones there may not be the ends.
                !series.leftOut.contains(where: { $0.revision.ingredient != nil })
            {
                soups.append(AuditedSoup(series.checkpoints, place: place, ingredients: finals, isStated: false))
            }
        }
        let leftOut = series.leftOut.map(\.label)
        for label in settings.soups.keys.sorted() where !leftOut.contains(label) {
            _ = try Audit.place(of: label, in: series, "soups")
        }
        return soups
    }

    private static func soup(main place: Int, _ series: CheckpointSeries, _ training: AuditTraining) -> AuditedSoup? {
        switch training.model?.main {
        case .average(let numbers):
            training.finals(numbers, in: series).map {
                AuditedSoup(series.checkpoints, place: place, ingredients: $0, isStated: true)
            }
        case .oneOf(let numbers):
            training.finals(numbers, in: series).map {
                AuditedSoup(series.checkpoints, place: place, ingredients: $0, isStated: true, isOneOf: true)
            }
        case .last:
            series.checkpoints.lastIndex {
                $0.revision.step != nil && $0.revision.step == training.plan?.runs.last?.endStep
            }
            .map { AuditedSoup(series.checkpoints, place: place, ingredients: [$0], isStated: true, isOneOf: true) }
        case nil: nil
        }
    }

    var requests: [any Request] {
        let own = series.checkpoints.indices.flatMap { place in
            contents.tensors(of: place).flatMap { tensor in
                [contents.request(place, tensor), scan(place, tensor)] as [any Request]
            } + (rows(place).map { [$0] } ?? [])
        }
        return own + soups.flatMap { $0.requests(contents) }
    }

    private func scan(_ place: Int, _ tensor: Int) -> ScanReduction {
        ScanReduction(input: contents.reference(place, tensor), seed: settings.seed)
    }

    /// More rows of padding than this are not looked at: no vocabulary is padded by so many.
    private static let paddingLimit = 1024

    /// The rows of the input embedding that no token of the text uses. Where the head is tied to it, they are trained.
    private func rows(_ place: Int) -> RowsReduction? {
        guard case .success(let architecture) = AuditedSeries.architecture(series.checkpoints[place]),
            !architecture.isTied,
            let tensor = series.checkpoints[place].tensors.firstIndex(where: { $0.name == architecture.embeddingName })
        else { return nil }
        let info = series.checkpoints[place].tensors[tensor]
        guard info.shape.count == 2, info.shape[1] > 0, info.isMeasured else { return nil }
        var rows = Set(architecture.paddingToken.map { [$0] } ?? [])
        if let vocabulary = settings.vocabulary ?? training.model?.vocabulary, vocabulary < info.shape[0] {
            rows.formUnion(vocabulary..<min(info.shape[0], vocabulary + Audit.paddingLimit))
        }
        let there = rows.filter { (0..<info.shape[0]).contains($0) }.sorted()
        guard !there.isEmpty else { return nil }
        return RowsReduction(input: contents.reference(place, tensor), rowLength: info.shape[1], rows: there)
    }

    func report(_ results: ReductionResults) throws -> Report {
        let audited = self.audited(results)
        guard series.checkpoints.indices.contains(where: audited.isRead) else {
            throw InputError((refused + failures(results).map(\.error)).map(\.description))
        }
        let distances = AuditDistances(audited)
        let order = audited.orderRecords(distances)
        let verdicts = soups.map { ($0, $0.verdict(contents, results)) }
        var findings = refused.map(AuditFinding.init)
        findings += failures(results).map { audited.finding($0.error, $0.place) }
        findings +=
            audited.nameFindings + audited.trainingFindings + audited.structureFindings + audited.valueFindings
            + audited.normFindings
        findings += audited.payloadFindings + audited.orderFindings(distances, order)
        findings += audited.soupFindings(verdicts)
        let ordered = sorted(findings)
        let files = audited.filesTable(ordered, distances, order, contents, results)
        let soup = audited.soupTable(verdicts)
        return Report(
            tables: [Audit.findingsTable(ordered), files, audited.orderTable(distances, order), soup],
            readable: [Audit.summaryTable(ordered)]
                + [files, soup].filter { !$0.rows.isEmpty }.map(AuditedSeries.brief),
            // What could not be opened or read is told by the run itself.
            findings: ordered.filter { !$0.isRefusal }.map(\.message), inputs: contents.facts(results))
    }

    private func failures(_ results: ReductionResults) -> [(place: Int, error: CheckpointError)] {
        series.checkpoints.indices.compactMap { place in
            results.failures[contents.reference(place, 0).checkpoint].map { (place, $0) }
        }
    }

    private func audited(_ results: ReductionResults) -> AuditedSeries {
        let all = series.checkpoints.indices
        func summaries<Summary>(_ request: (Int, Int) -> Summary?) -> [[Summary?]] {
            all.map { place in
                series.checkpoints[place].tensors.indices.map { tensor in
                    series.checkpoints[place].tensors[tensor].isMeasured ? request(place, tensor) : nil
                }
            }
        }
        return AuditedSeries(
            series: series, settings: settings, training: training, expectedCopies: expectedCopies,
            branchPoint: branchPoint,
            contents: summaries { results.summary(contents.request($0, $1)) },
            scans: summaries { results.summary(scan($0, $1)) },
            rows: all.map { place in rows(place).flatMap { results.summary($0) }?.rows ?? [] })
    }

    /// By checkpoint, those that could not be opened first; then by kind.
    private func sorted(_ findings: [AuditFinding]) -> [AuditFinding] {
        let places = Dictionary(
            series.checkpoints.enumerated().map { ($1.label, $0) }, uniquingKeysWith: { first, _ in first })
        let kinds = Dictionary(
            AuditFinding.Kind.allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return findings.enumerated().sorted {
            func rank(_ item: (offset: Int, element: AuditFinding)) -> (Int, Int, Int) {
                (
                    item.element.checkpoint.flatMap { places[$0] } ?? -1, kinds[item.element.kind] ?? 0, item.offset
                )
            }
            return rank($0) < rank($1)
        }.map(\.element)
    }
}

extension AuditFinding {
    /// A checkpoint that could not be opened.
    init(_ error: CheckpointError) {
        self.init(kind: Kind(error), file: error.checkpoint, evidence: error.problem)
    }

    /// Whether the run tells it as a refusal.
    var isRefusal: Bool { [.unreadable, .truncated, .malformed].contains(kind) }
}

extension AuditFinding.Kind {
    fileprivate init(_ error: CheckpointError) {
        switch error.kind {
        case .truncated: self = .truncated
        case .malformed, .crashed, .changed: self = .malformed
        case .unreachable, .refused, .unsupported, .environment: self = .unreadable
        }
    }
}

extension AuditedSeries {
    fileprivate func finding(_ error: CheckpointError, _ place: Int) -> AuditFinding {
        finding(AuditFinding.Kind(error), place, error.problem)
    }
}
