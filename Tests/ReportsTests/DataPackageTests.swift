import Base
import Reports
import Testing

@Suite struct DataPackageTests {
    @Test func `every column is described`() {
        let table = Table(
            "tensors", title: "Drift of \"every\" tensor",
            columns: Sample.columns.map(\.column), primaryKey: ["tensor", "step"], rows: [])
        let plain = Table("notes", title: "Notes", columns: [Column("x", .number, meaning: "A number.")], rows: [])
        var text = ""
        DataPackage("drift", title: "What moved", tables: [table, plain]).write(to: &text)
        #expect(
            text == #"""
                {
                  "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
                  "name": "drift",
                  "title": "What moved",
                  "resources": [
                    {
                      "name": "tensors",
                      "type": "table",
                      "title": "Drift of \"every\" tensor",
                      "path": "tensors.csv",
                      "format": "csv",
                      "mediatype": "text/csv",
                      "encoding": "utf-8",
                      "dialect": {
                        "lineTerminator": "\n"
                      },
                      "schema": {
                        "fields": [
                          {
                            "name": "tensor",
                            "type": "string",
                            "description": "Name of the tensor, '/' read as '.'."
                          },
                          {
                            "name": "step",
                            "type": "integer",
                            "description": "Optimiser steps since the start.",
                            "unit": "steps"
                          },
                          {
                            "name": "relative_drift",
                            "type": "number",
                            "description": "‖b−a‖₂/‖a‖₂; missing when ‖a‖₂ = 0.",
                            "digits": 3
                          },
                          {
                            "name": "is_changed",
                            "type": "boolean",
                            "description": "Whether any bit changed."
                          }
                        ],
                        "missingValues": [
                          ""
                        ],
                        "primaryKey": [
                          "tensor",
                          "step"
                        ]
                      }
                    },
                    {
                      "name": "notes",
                      "type": "table",
                      "title": "Notes",
                      "path": "notes.csv",
                      "format": "csv",
                      "mediatype": "text/csv",
                      "encoding": "utf-8",
                      "dialect": {
                        "lineTerminator": "\n"
                      },
                      "schema": {
                        "fields": [
                          {
                            "name": "x",
                            "type": "number",
                            "description": "A number."
                          }
                        ],
                        "missingValues": [
                          ""
                        ]
                      }
                    }
                  ]
                }

                """#)
    }
}

@Suite struct JSONTests {
    @Test func `members keep their order and controls are escaped`() {
        let value: JSON = [
            "b": "\"\\\n\r\t\u{1}é/", "a": [.integer(-1), .number(1e-5), .number(.nan), .boolean(false), .null],
        ]
        #expect(value.compact == #"{"b":"\"\\\n\r\t\u0001é/","a":[-1,1e-05,null,false,null]}"#)
    }

    @Test func `empty arrays and objects take one line`() {
        var text = ""
        (["a": [], "o": [:]] as JSON).write(to: &text)
        #expect(text == "{\n  \"a\": [],\n  \"o\": {}\n}\n")
    }

    @Test func `a column that differs between processors says by how much`() {
        let column = Column("x", .number, tolerance: 1e-6, meaning: "A number.")
        var text = ""
        DataPackage("spectra", title: "Values", tables: [Table("t", title: "T", columns: [column], rows: [])])
            .write(to: &text)
        #expect(text.contains("\"description\": \"A number.\",\n            \"tolerance\": 1e-06\n"))
    }
}
