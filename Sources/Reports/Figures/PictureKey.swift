import Base

/// What stands where in a figure's SVG: for a page that shows values under the pointer and hides lines.
///
/// gnuplot groups what it draws by the elements of the plot commands, in their order; places are pixels of the SVG.
struct PictureKey: Sendable {
    /// What the colours stand for.
    struct Name: Sendable, Equatable {
        let text: String
        let color: String
    }

    /// One element of a plot command: a line, or the band around it.
    struct Element: Sendable, Equatable {
        /// Place of its name in `names`; `nil` where colours stand for nothing.
        let name: Int?
        /// Whether gnuplot has anything to draw: an empty element may leave no group.
        let isDrawn: Bool
    }

    /// A value that is shown somewhere.
    struct Spot: Sendable, Equatable {
        let element: Int
        let x: Double
        let y: Double
        let text: String
    }

    private(set) var names: [Name] = []
    private(set) var elements: [Element] = []
    private(set) var spots: [Spot] = []

    /// More spots than these are not looked through at every move of the pointer.
    private static let mostSpots = 4000

    /// Adds a panel's elements and what they show; places are points of the figure from the left and from the top.
    mutating func add(
        names panelNames: [Name], elements panelElements: [Element],
        spots panelSpots: [(element: Int, x: Double, y: Double, text: String)]
    ) {
        let places = panelNames.map { name -> Int in
            if let place = names.firstIndex(of: name) { return place }
            names.append(name)
            return names.count - 1
        }
        let first = elements.count
        elements += panelElements.map { Element(name: $0.name.map { places[$0] }, isDrawn: $0.isDrawn) }
        spots += panelSpots.map { spot in
            // 96 pixels and 72 points to the inch.
            Spot(element: first + spot.element, x: spot.x * 4 / 3, y: spot.y * 4 / 3, text: spot.text)
        }
    }

    /// As the page's script reads it: names with their colours, elements, spots.
    var json: JSON {
        let shown = spots.count <= PictureKey.mostSpots ? spots : []
        return .object([
            ("names", .array(names.map { .array([.string($0.text), .string($0.color)]) })),
            ("elements", .array(elements.map { .array([.integer($0.name ?? -1), .integer($0.isDrawn ? 1 : 0)]) })),
            (
                "spots",
                .array(
                    shown.map { spot in
                        .array([
                            .integer(spot.element), .number((spot.x * 10).rounded() / 10),
                            .number((spot.y * 10).rounded() / 10), .string(spot.text),
                        ])
                    })
            ),
        ])
    }
}

extension TableRow {
    /// What tells the row's line from others, what it is, and its value: `mlp.up, stage1-step25: relative drift 0.1162`.
    func spotText(_ lines: [String], x: String?, y: String, band: (low: String, high: String)?) -> String {
        var who = lines.map { self[$0].name }.filter { !$0.isEmpty }
        if has("revision"), !lines.contains("revision") {
            who.append(self["revision"].name)
        } else if let x, !lines.contains(x) {
            who.append("\(x.replacing("_", with: " ")) \(self[x].name)")
        }
        var text = "\(who.joined(separator: ", ")): \(y.replacing("_", with: " ")) \(self[y].name)"
        if let band, !self[band.low].name.isEmpty, !self[band.high].name.isEmpty {
            text += " [\(self[band.low].name), \(self[band.high].name)]"
        }
        return text
    }
}
