import Reports
import Testing

@Suite struct TextTableWriterTests {
    private let records = (1...5).map { Sample(tensor: "stage1-step\($0)00-tokens5B", step: $0, drift: Double($0) / 7) }

    @Test func `a long table shows its beginning and its end, and where the rest is`() {
        let text = TextTableWriter(width: 80, mostRows: 3, isStyled: false).text(Sample.table(records), more: "a.md")
        #expect(
            text == """
                Drift of every tensor
                tensor                   step (steps)  relative drift  is changed
                stage1-step100-tokens5B             1           0.143  true
                stage1-step200-tokens5B             2           0.286  true
                … 2 more rows
                stage1-step500-tokens5B             5           0.714  true
                (2 rows more: a.md)

                """)
    }

    @Test func `a narrow terminal loses token counts, then columns`() {
        let writer = TextTableWriter(width: 44, isStyled: true)
        #expect(
            writer.text(Sample.table([records[0]]), more: "a.md") == """
                Drift of every tensor
                \u{1B}[1mtensor          step (steps)  relative drift\u{1B}[0m
                stage1-step100             1           0.143
                (1 column more: a.md)

                """)
    }

    @Test func `a table without rows says so`() {
        let text = TextTableWriter(width: 80, isStyled: true).text(Sample.table([]), more: "a.md")
        #expect(text == "Drift of every tensor\n(no rows)\n")
    }

    @Test func `ingredients and runs can be told apart, however narrow it is`() {
        let names = ["stage2-ingredient1-step400-tokens1B", "stage2-ingredient2-step400-tokens1B"]
        let table = Sample.table(names.map { Sample(tensor: $0, drift: 1) })
        #expect(
            TextTableWriter(width: 40, isStyled: false).text(table, more: "a.md") == """
                Drift of every tensor
                tensor            step (steps)
                s2-ingr1-step400             0
                s2-ingr2-step400             0
                (2 columns more: a.md)

                """)
        // Differences in the middle, which would be lost.
        let long = ["run-with-a-long-name-A-and-a-long-end", "run-with-a-long-name-B-and-a-long-end"]
        let text = TextTableWriter(width: 40, isStyled: false)
            .text(Sample.table(long.map { Sample(tensor: $0, drift: 1) }), more: "a.md")
        #expect(Set(text.split(separator: "\n").filter { $0.hasPrefix("run-") }).count == 2, "\(text)")
    }

    @Test func `names do not steer the terminal`() {
        let table = Sample.table([Sample(tensor: "a\u{1B}[2Jb\nc", drift: nil)])
        let text = TextTableWriter(width: 80, isStyled: false).text(table, more: "a.md")
        #expect(text.contains("a [2Jb c             0               –  true\n"))
    }
}
