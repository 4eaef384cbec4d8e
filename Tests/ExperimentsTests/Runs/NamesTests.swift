import Settings
import Testing

@testable import Experiments

@Suite struct NamesTests {
    @Test func `a run that names no experiment is a usage error, and no trap`() {
        let error = #expect(throws: SettingsError.self) {
            try ExperimentRun(ExperimentRun.Options(names: [], jobs: 1)).run()
        }
        #expect(error?.description.hasPrefix("run: no experiment is named; there are drift, ") == true)
    }
}
