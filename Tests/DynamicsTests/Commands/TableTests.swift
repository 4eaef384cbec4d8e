import Foundation
import TestSupport
import Testing

/// `table` through the front door.
struct TableTests {
    @Test func `the modules that moved most in stage 2`() throws {
        let finished = try dynamics(
            "table", "drift", "--table", "modules", "--where", "comparison=branch_point", "--where", "to=main",
            "--columns",
            "module,relative_drift", "--rename", "relative_drift=Drift", "--sort", "-relative_drift", "--limit", "2")
        let expected = """
            | module      |  Drift |
            | ----------- | -----: |
            | unembedding | 0.1569 |
            | attention.q | 0.1502 |

            """
        #expect(finished == Finished(code: 0, output: expected, errors: ""))
    }

    @Test func `CSV has all digits of the saved table`() throws {
        let finished = try dynamics(
            "table", "\(packageRoot)/results/drift", "--table", "modules", "--where", "module=attention.q", "--columns",
            "to,relative_drift", "--format", "csv")
        #expect(finished.code == 0)
        let saved = try CSVRows(file: "\(packageRoot)/results/drift/modules.csv")
        let rows = saved.rows.indices.filter { saved.cell($0, "module") == "attention.q" }
        let found = CSVRows(finished.output)
        #expect(found.columns == ["to", "relative_drift"])
        #expect(found["relative_drift"] == rows.map { saved.cell($0, "relative_drift") ?? "" })
    }

    @Test func `what there is not is bad input with the nearest`() throws {
        let table = try dynamics("table", "drift", "--table", "module")
        #expect(table.code == 3 && table.output.isEmpty)
        #expect(
            table.errors.contains("results/drift has no table 'module'; did you mean 'modules'?"), "\(table.errors)")
        let column = try dynamics("table", "drift", "--columns", "drift,step_drif")
        #expect(column.code == 3 && column.errors.contains("has no column 'step_drif'"), "\(column.errors)")
        let folder = try dynamics("table", "/nowhere")
        #expect(folder.code == 3 && folder.errors.contains("there are no results in /nowhere"), "\(folder.errors)")
    }

    @Test(arguments: [
        ["--where", "module"], ["--rename", "=x"], ["--limit", "0"], ["--width", "3in"],
        ["--width", "x", "--format", "latex"],
        ["--format", "html"],
    ])
    func `wrong options are usage`(options: [String]) throws {
        let finished = try DynamicsProcess(["table", "drift"] + options).wait()
        #expect(finished.code == 2 && finished.output.isEmpty)
    }
}
