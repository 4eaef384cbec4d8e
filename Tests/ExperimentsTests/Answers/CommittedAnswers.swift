import Reports
import TestSupport
import Testing

@testable import Experiments

@Suite struct CommittedAnswers {
    @Test(arguments: Registry.list.map(\.name)) func show(name: String) throws {
        let tables = try SavedTables(folder: "\(packageRoot)/results/\(name)").tables
        for s in Registry.experiment(named: name)!.answer(tables) { print("ANSWER \(name): \(s.text) \(s.sources.prefix(3).map { "\($0.table):\($0.row)" })") }
    }
}
