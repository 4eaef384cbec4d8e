import Foundation
import TestSupport
import Testing

/// The example that CONTRIBUTING shows is compiled and run here, text by text.
@Suite struct ContributingTests {
    @Test(arguments: ["Magnitudes", "MagnitudesTests"])
    func `what CONTRIBUTING shows of the example is what these tests compile`(_ name: String) throws {
        let document = try String(contentsOfFile: "\(packageRoot)/CONTRIBUTING.md", encoding: .utf8)
        #expect(document.contains("```swift\n\(try shown(name))```"))
    }

    /// A file of the example as it stands beside the experiments, where it needs no import of them.
    private func shown(_ name: String) throws -> String {
        try String(contentsOfFile: "\(packageRoot)/Tests/ExperimentsTests/Example/\(name).swift", encoding: .utf8)
            .replacing("\n@testable import Experiments\n", with: "")
    }

    @Test func `the example is no longer than promised, and its settings are those of CONTRIBUTING`() throws {
        let text = try shown("Magnitudes")
        #expect(text.count { $0 == "\n" } <= 45)
        let document = try String(contentsOfFile: "\(packageRoot)/CONTRIBUTING.md", encoding: .utf8)
        let settings = try #require(document.firstMatch(of: /```yaml\n# How large[^\n]*\n(series: [^\n]*\n)```/)).1
        let folder = try ScratchFolder()
        let outcome = try run(
            Magnitudes.self, String(settings).replacing("data/", with: "\(packageRoot)/experiments/data/"), in: folder)
        #expect(outcome.refused.isEmpty)
        #expect(try table("magnitudes", of: folder).rows.count == 18)
    }
}
