import Reports
import Testing

@Suite struct MarkdownWriterTests {
    @Test func `hostile names stay text and numbers are rounded`() {
        #expect(
            MarkdownWriter().text(Sample.table(Sample.hostile)) == #"""
                | tensor                                 |        step (steps) | relative drift | is changed |
                | -------------------------------------- | ------------------: | -------------: | ---------- |
                | model.layers.0.self_attn.q_proj.weight |                1000 |         0.0123 | true       |
                | a,b                                    |                  -1 |       1.80e308 | true       |
                | say "hi"                               | 9223372036854775807 |      5.00e-324 | true       |
                | two  lines                             |                  -- |             -- | false      |
                | \<script\>alert(1)\</script\>          |                   0 |             -- | true       |
                | μ_层\|∑                                 |                   0 |         -0.500 | --         |
                |                                        |                   0 |           1.00 | true       |
                | --                                     |                   0 |              0 | true       |

                """#)
    }

    @Test func `an empty table is its head`() {
        #expect(
            MarkdownWriter().text(Sample.table([])) == """
                | tensor | step (steps) | relative drift | is changed |
                | ------ | -----------: | -------------: | ---------- |

                """)
    }

    @Test(
        arguments: [
            ("_a_ *b* `c`", #"\_a\_ \*b\* \`c\`"#), ("a_b", "a_b"), ("[x](y) & ~z~", #"\[x\](y) \& \~z\~"#),
            (#"back\slash $x$"#, #"back\\slash \$x\$"#), ("tab\tand\u{7}bell", "tab and bell"),
        ])
    func `markup in a name is escaped`(name: String, text: String) {
        let table = Table(
            "one", title: "One", columns: [Column("x", .string, meaning: "A name.")], rows: [[.string(name)]])
        #expect(MarkdownWriter().text(table).contains("| \(text) "))
    }

    @Test(
        arguments: [
            (0.0001, "0.0001000"), (0.00009999, "9.999e-5"), (0.000099996, "0.0001000"), (9999.4, "9999"),
            (9999.5, "1.000e4"), (123456, "1.235e5"), (-0.00012345, "-0.0001235"), (0, "0"), (2.5, "2.500"),
            (999.96, "1000"), (0.15, "0.1500"),
        ])
    func `four significant digits are kept`(value: Double, text: String) {
        let table = Table(
            "one", title: "One", columns: [Column("x", .number, meaning: "A number.")], rows: [[.number(value)]])
        #expect(MarkdownWriter().text(table).hasSuffix(" \(text) |\n"))
    }

    @Test func `the last digit is rounded away from the decimal that CSV shows`() {
        // The double nearest to 0.15 lies below it; who rounds "0.15" by hand writes 0.2.
        let column = Column("x", .number, digits: 1, meaning: "A number.")
        let table = Table("one", title: "One", columns: [column], rows: [[.number(0.15)]])
        #expect(MarkdownWriter().text(table).hasSuffix(" 0.2 |\n"))
    }
}
