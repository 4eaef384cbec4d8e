import Reports
import Testing

@testable import Experiments

@Suite struct ModulePanelsTests {
    private let others = ["mlp.gate", "mlp.up", "mlp.down", "norm", "embedding"]

    private func panels(_ modules: [String]) -> (count: Int, parts: [String?]) {
        let table = Table(
            "parts", title: "Parts.",
            columns: [Column("module", .string, meaning: "Module."), Column("x", .number, meaning: "X.")],
            rows: modules.map { [.string($0), .number(1)] }
        ).adding([ModulePanels.column(of: "module")])
        let chart = Chart(x: Axis("x", "x"), y: Axis("x", "x"), color: "module")
        return (ModulePanels.panels(of: chart, data: table).count, table.records.map { $0.text("panel") })
    }

    @Test func `modules that have a colour each share a panel`() {
        #expect(panels(others + ["attention.q", "attention.k"]).count == 1)
    }

    @Test func `attention has a panel of its own where there are more`() {
        let (count, parts) = panels(others + ["attention.q", "attention.k", "attention.norm"])
        #expect(count == 2)
        #expect(parts == Array(repeating: "other modules", count: 5) + Array(repeating: "attention", count: 3))
    }

    @Test func `modules of another family of models stay together`() {
        #expect(panels((0..<9).map { "part\($0)" }).count == 1)
    }
}
