import Base
import TestSupport
import Testing

@Suite struct CSVReaderTests {
    private func parse(_ text: String) throws -> CSVTable { try CSVReader().parse(Array(text.utf8), file: "t.csv") }

    private func problem(_ bytes: [UInt8]) -> String {
        do {
            _ = try CSVReader().parse(bytes, file: "t.csv")
            return "no error"
        } catch {
            return error.description
        }
    }

    private func problem(_ text: String) -> String { problem(Array(text.utf8)) }

    @Test func `quotes, commas and missing cells come back as they were, line breaks escaped`() throws {
        let table = try parse("name,x\r\n\"a,\"\"b\"\"\r\nc\",1.5\n\n\"\",\n")
        #expect(table.columns == ["name", "x"])
        #expect(try table.texts("name") == [#"a,"b"\r\nc"#, ""])
        #expect(try table.numbers("x") == [1.5, nil])
        #expect(table.rows.map(\.line) == [2, 5])
    }

    @Test func `a byte order mark and a last line without its end are no part of the cells`() throws {
        let table = try parse("\u{feff}x\n7")
        #expect(table.columns == ["x"])
        #expect(try table.numbers("x") == [7])
    }

    @Test(
        arguments: [
            ("", "t.csv:1: the file is empty; expected a row with the names of the columns"),
            ("\n\n", "t.csv:1: the file is empty; expected a row with the names of the columns"),
            ("a,b\n1\n", "t.csv:2: expected 2 cells as in the header, found 1"),
            ("a,b\n\"x\n\",2\n1,2,3\n", "t.csv:4: expected 2 cells as in the header, found 3"),
            ("a,a\n", "t.csv:1: two columns are called 'a'"),
            ("a\n\"x\n", "t.csv:2: a quote is opened and never closed"),
            ("a\n\"x\"y\n", "t.csv:2: expected a comma or the end of the line after a closing quote"),
            ("a\nx\"y\n", "t.csv:2: a quote inside a cell that is not quoted; write it twice and quote the cell"),
            ("a\nx\ry\n", "t.csv:2: a carriage return without a line feed; put text with line breaks into quotes"),
            ("a\n\0\n", "t.csv:2: a zero byte: this is not a text file"),
        ])
    func `what is not a table is refused with its line`(text: String, expected: String) {
        #expect(problem(text) == expected)
    }

    @Test func `bytes that are not UTF-8 are refused with their line`() {
        #expect(problem(Array("a\n".utf8) + [0xff, 0x0a]) == "t.csv:2: bytes that are not UTF-8")
    }

    @Test(arguments: ["nan", "inf", "0x10", "1,5", "1e999", "12 apples", "-", " "])
    func `a cell that is no finite number is refused where a number is asked for`(cell: String) throws {
        let table = try parse("x\n1\n\"\(cell)\"\n")
        do {
            _ = try table.numbers("x")
            Issue.record("taken as a number")
        } catch {
            #expect(
                error.description == "t.csv:3: column 'x': expected a number, found '\(cell)'; leave the cell empty "
                    + "where there is no value")
        }
    }

    @Test(arguments: [("1e-3", 0.001), (" 7 ", 7), ("+2.", 2), ("-.5E2", -50)])
    func `decimal numbers of any layout are read`(cell: String, value: Double) throws {
        #expect(try parse("x\n\(cell)\n").numbers("x") == [value])
    }

    @Test func `a column that is not there is refused, with those that are`() throws {
        #expect(throws: CSVError(file: "t.csv", line: 1, "there is no column 'z'; the columns are 'x', 'y'")) {
            try parse("x,y\n").numbers("z")
        }
    }

    @Test func `a missing file, a folder and a device are refused without reading`() throws {
        let folder = try ScratchFolder()
        let missing = #expect(throws: CSVError.self) { try CSVReader().read(folder.path + "/none.csv", as: "none.csv") }
        #expect(missing?.description == "none.csv: cannot read the table: No such file or directory")
        for path in [folder.path, "/dev/zero"] {
            let error = #expect(throws: CSVError.self) { try CSVReader().read(path) }
            #expect(error?.problem == "cannot read the table: it is not a regular file")
        }
    }
}
