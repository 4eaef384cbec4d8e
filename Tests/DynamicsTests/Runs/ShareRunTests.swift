import Foundation
import TestSupport
import Testing

/// `run --share I/N` through the front door.
struct ShareRunTests {
    /// Blocks with a second reading, whole matrices, and models.
    @Test(arguments: [["norms"], ["spectra"], ["similarity", "probe"]])
    func `shares in any order and a run that gathers them leave what one run leaves, and it reads nothing`(
        names: [String]
    ) throws {
        let place = try Workplace()
        let run = ["run"] + names + ["--figures", "none", "--jobs", "2"]
        let whole = try DynamicsProcess(run + ["--out", place / "whole", "--journal", place / "one"]).wait()
        #expect(whole.code == 0, "\(whole.errors)")
        for number in [3, 1, 2] {
            let share = try DynamicsProcess(
                run + ["--share", "\(number)/3", "--out", place / "shares", "--journal", place / "shared"]
            ).wait()
            #expect(share.code == 0 && share.output.isEmpty, "\(share.errors)")
            #expect(share.errors.contains(/share \d\/3: \d+ of \d+ pieces of work are in the journal\n/))
            #expect(place.list("shares") == nil)
        }
        let gathered = try DynamicsProcess(run + ["--out", place / "gathered", "--journal", place / "shared"]).wait()
        #expect(gathered.code == 0)
        #expect(gathered.errors.contains(/all from the journal, in [0-9.]+ s\n/), "\(gathered.errors)")
        for name in names {
            let folder = names.count == 1 ? "" : "/\(name)"
            let tables = try place.tables("whole\(folder)")
            #expect(tables.count > 4)
            #expect(try place.tables("gathered\(folder)") == tables)
        }
    }

    @Test(arguments: ["0/2", "3/2", "2", "1/1001"]) func `what is no share is a usage error`(text: String) throws {
        let finished = try dynamics("run", "norms", "--share", text)
        #expect(finished.code == 2 && finished.errors.contains("--share <i/n>"), "\(finished.errors)")
    }
}
