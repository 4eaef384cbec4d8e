import Mustache

/// The templates of the pages, with their style and their script.
enum PageTemplate {
    /// Fills a template of ours.
    static func render(_ template: String, _ values: [String: Any]) -> String {
        _ = escaping
        do {
            return try MustacheTemplate(string: "{{% CONTENT_TYPE:PAGE}}" + head + template).render(values)
        } catch {
            preconditionFailure("a template of the page is wrong: \(error)")
        }
    }

    /// Registers the escaping once. The library's own goes by characters, and would let a quote with a combining accent pass.
    private static let escaping: Void = MustacheContentTypes.register(ScalarEscaping(), named: "PAGE")

    private struct ScalarEscaping: MustacheContentType {
        func escapeText(_ text: String) -> String { PageTemplate.escaped(text) }
    }

    /// A text as HTML that says just that text, in attributes too.
    static func escaped(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
            // C1 controls begin with 0xC2 in UTF-8.
            default: byte >= 0x20 && byte != 0x7F && byte != 0xC2
            }
        }
        if isPlain { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t":
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static let head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
        script-src 'sha256-\(PageScript.hash)'; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}}</title>
        <style>
        \(PageStyle.text)
        </style>
        </head>
        <body>

        """

    private static let tableBody = """
        {{^isEmpty}}<div class="scroll" tabindex="0" role="region" aria-label="{{title}}"><table class="sortable">
        <thead><tr>{{#columns}}<th scope="col" title="{{meaning}}"{{#isNumeric}} class="n"{{/isNumeric}}>{{heading}}</th>{{/columns}}</tr></thead>
        <tbody>
        {{{rows}}}</tbody></table></div>{{/isEmpty}}
        {{#isEmpty}}<p class="note">No rows.</p>{{/isEmpty}}
        {{#isCut}}<p class="note">The first {{shown}} of {{count}} rows, and only these are sorted; <a href="{{name}}.csv">{{name}}.csv</a> has all.</p>{{/isCut}}
        """

    private static let columnList = """
        <details class="columns"><summary>What the columns mean</summary><dl>
        {{#columns}}<dt>{{heading}}</dt><dd>{{meaning}}</dd>
        {{/columns}}</dl></details>
        """

    private static let foot = """
        <script>\(PageScript.text)</script>
        </body>
        </html>

        """

    /// A run's page.
    static let report = """
        <p class="note"><a href="../index.html">all results</a></p>
        <h1>{{title}}</h1>
        <p class="question">{{question}}</p>
        {{#hasAnswer}}<section class="answer"><strong>In short</strong>{{#answer}} <span>{{text}}</span>{{/answer}}</section>{{/hasAnswer}}
        {{#hasWarnings}}<section class="warnings"><strong>Warnings</strong><ul>
        {{#warnings}}<li>{{text}}</li>
        {{/warnings}}</ul></section>{{/hasWarnings}}
        {{^hasWarnings}}<p class="fine">No warnings.</p>{{/hasWarnings}}
        {{#hasNotes}}<ul class="note">
        {{#notes}}<li>{{text}}</li>
        {{/notes}}</ul>{{/hasNotes}}
        <nav class="contents" aria-label="Contents">
        {{#hasFigures}}<div><a href="#figures">Figures</a>{{#figures}} <a href="#figure-{{name}}">{{name}}</a>{{/figures}}</div>{{/hasFigures}}
        <div><a href="#summary">Summary</a>{{#readable}} <a href="#summary-{{name}}">{{name}}</a>{{/readable}}</div>
        <div><a href="#tables">Tables</a>{{#tables}} <a href="#table-{{name}}">{{name}}</a>{{/tables}}</div>
        <div><a href="#inputs">Inputs</a> <a href="#settings">Settings</a></div>
        </nav>
        {{#hasFigures}}<h2 id="figures">Figures</h2>
        <div class="figures">
        {{#figures}}<figure id="figure-{{name}}"{{#isWide}} class="wide"{{/isWide}}{{#key}} data-key="{{.}}"{{/key}}>
        {{#data}}<div class="picture"><img alt="{{caption}}" src="data:image/svg+xml;base64,{{.}}"></div>{{/data}}
        {{^data}}<p class="note">Not drawn.</p>{{/data}}
        <figcaption>{{caption}} <a href="{{name}}.pdf">PDF</a><a href="{{name}}.svg">SVG</a><a href="{{name}}.gp">script</a><a href="{{name}}.csv">data</a></figcaption>
        </figure>
        {{/figures}}</div>{{/hasFigures}}
        <h2 id="summary">Summary</h2>
        {{#readable}}<section id="summary-{{name}}"><h3>{{title}}</h3>
        \(tableBody)\(columnList)</section>
        {{/readable}}
        <h2 id="tables">Tables</h2>
        {{#tables}}<details id="table-{{name}}"><summary>{{title}} <a href="{{name}}.csv">{{name}}.csv</a>, rows: {{count}}</summary>
        \(tableBody)\(columnList)</details>
        {{/tables}}
        <h2 id="inputs">Inputs</h2>
        {{#hasInputs}}{{#inputs}}<section>
        \(tableBody)</section>{{/inputs}}{{/hasInputs}}
        {{^hasInputs}}<p class="note">No files: what it reads is in the settings.</p>{{/hasInputs}}
        <h2 id="settings">Settings</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Settings"><table class="settings"><tbody>
        {{#settings}}<tr><th scope="row">{{key}}</th><td>{{value}}</td></tr>
        {{/settings}}</tbody></table></div>
        <footer><p>Made by dynamics {{version}}. <a href="run.json">run.json</a> records the run, <a href="datapackage.json">datapackage.json</a> describes every column; every table lists what its columns mean, and so does pointing at a heading.</p></footer>
        \(foot)
        """

    /// The page of all runs.
    static let index = """
        <h1>{{title}}</h1>
        <ul class="cards">
        {{#runs}}<li class="card"><a href="{{link}}">{{#thumbnail}}<img alt="" src="data:image/svg+xml;base64,{{.}}">{{/thumbnail}}{{folder}}</a>
        <p class="note">{{question}}</p>
        {{#headline}}<p>{{.}}</p>{{/headline}}
        <p class="facts note">{{#date}}{{.}}, {{/date}}inputs: {{inputs}}, version {{version}}{{#hasWarnings}}, <span class="warned">warnings: {{warnings}}</span>{{/hasWarnings}}</p></li>
        {{/runs}}
        </ul>
        \(foot)
        """
}
