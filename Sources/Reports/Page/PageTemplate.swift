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

    /// Runs only if it has exactly this text: its hash stands in the page's policy.
    static let script = """
        for (const table of document.querySelectorAll('table.sortable')) {
            const body = table.tBodies[0];
            [...table.tHead.rows[0].cells].forEach((head, place) => {
                const button = document.createElement('button');
                button.append(...head.childNodes);
                head.append(button);
                button.onclick = () => {
                    const down = head.ariaSort === 'ascending';
                    for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
                    head.ariaSort = down ? 'descending' : 'ascending';
                    const value = row => {
                        const cell = row.cells[place];
                        if (!cell.classList.contains('n')) return cell.textContent;
                        return Number(cell.dataset.v ?? cell.textContent);
                    };
                    const missing = row => row.cells[place].classList.contains('m');
                    const rows = [...body.rows];
                    rows.sort((a, b) => {
                        if (missing(a) || missing(b)) return missing(a) - missing(b);
                        const [x, y] = [value(a), value(b)];
                        const order = typeof x === 'number' ? x - y : x.localeCompare(y, 'en', {numeric: true});
                        return down ? -order : order;
                    });
                    body.append(...rows);
                };
            });
        }
        """

    /// SHA-256 of `script` between its tags.
    static let scriptHash = "8wTJcxpb73cTbL6gmYsjJO+F7VZTpkHRN9cFxvrnnW0="

    private static let head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
        script-src 'sha256-\(scriptHash)'; base-uri 'none'; form-action 'none'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}}</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; margin: 0 auto; max-width: 75rem; padding: 1rem 1.5rem 4rem; }
        h1 { margin: .5rem 0 0; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; }
        h3 { margin: 1.4rem 0 .3rem; font-size: 1rem; }
        .question { font-size: 1.1rem; margin: 0; } .note, figcaption, footer { color: #555; }
        .warnings { border-left: 4px solid #D55E00; background: #fdf3ec; padding: .6rem 1rem; margin: 1rem 0; }
        .warnings ul { margin: .3rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
        .answer { border-left: 4px solid #0072B2; background: #eef5fa; padding: .6rem 1rem; margin: 1rem 0; max-width: 60rem; overflow-wrap: anywhere; }
        .fine { border-left: 4px solid #009E73; padding: .2rem 1rem; margin: 1rem 0; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
        figure { margin: 0; min-width: 0; max-width: 38rem; } figure img { width: 100%; height: auto; border: 1px solid #ddd; box-sizing: border-box; }
        figure.wide { grid-column: 1 / -1; max-width: 75rem; } figure.wide .picture { overflow-x: auto; } figure.wide img { min-width: 40rem; }
        figcaption a { margin-right: .3rem; }
        .scroll { overflow-x: auto; max-height: 32rem; overflow-y: auto; border: 1px solid #ddd; width: fit-content; max-width: 100%; box-sizing: border-box; }
        .scroll:focus-visible { outline: 2px solid #0072B2; }
        table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .2rem .6rem; text-align: left; white-space: nowrap; border-bottom: 1px solid #eee; }
        thead th { position: sticky; top: 0; background: #f4f4f4; border-bottom: 2px solid #999; }
        .n { text-align: right; } .m { color: #666; }
        td.t { white-space: normal; min-width: 22rem; }
        .settings th { vertical-align: top; } .settings td { white-space: pre-wrap; overflow-wrap: anywhere; }
        dt { font-weight: 600; font-size: .85rem; } dd { margin: 0 0 .3rem 1rem; font-size: .85rem; color: #555; }
        @media (max-width: 40rem) { body { padding: .5rem .8rem 3rem; } td.q { white-space: normal; min-width: 12rem; } td.t { min-width: 14rem; } }
        th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid #0072B2; }
        th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
        summary { cursor: pointer; margin: .5rem 0; }
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
        <script>\(script)</script>
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
        {{#hasFigures}}<h2>Figures</h2>
        <div class="figures">
        {{#figures}}<figure id="figure-{{name}}"{{#isWide}} class="wide"{{/isWide}}>
        {{#data}}<div class="picture"><img alt="{{caption}}" src="data:image/svg+xml;base64,{{.}}"></div>{{/data}}
        {{^data}}<p class="note">Not drawn.</p>{{/data}}
        <figcaption>{{caption}} <a href="{{name}}.pdf">PDF</a><a href="{{name}}.svg">SVG</a><a href="{{name}}.gp">script</a><a href="{{name}}.csv">data</a></figcaption>
        </figure>
        {{/figures}}</div>{{/hasFigures}}
        <h2>Summary</h2>
        {{#readable}}<section id="summary-{{name}}"><h3>{{title}}</h3>
        \(tableBody)\(columnList)</section>
        {{/readable}}
        <h2>Tables</h2>
        {{#tables}}<details id="table-{{name}}"><summary>{{title}} <a href="{{name}}.csv">{{name}}.csv</a>, rows: {{count}}</summary>
        \(tableBody)\(columnList)</details>
        {{/tables}}
        <h2>Inputs</h2>
        {{#hasInputs}}{{#inputs}}<section id="inputs">
        \(tableBody)</section>{{/inputs}}{{/hasInputs}}
        {{^hasInputs}}<p class="note">No files: what it reads is in the settings.</p>{{/hasInputs}}
        <h2>Settings</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Settings"><table class="settings"><tbody>
        {{#settings}}<tr><th scope="row">{{key}}</th><td>{{value}}</td></tr>
        {{/settings}}</tbody></table></div>
        <footer><p>Made by dynamics {{version}}. <a href="run.json">run.json</a> records the run, <a href="datapackage.json">datapackage.json</a> describes every column; every table lists what its columns mean, and so does pointing at a heading.</p></footer>
        \(foot)
        """

    /// The page of all runs.
    static let index = """
        <h1>{{title}}</h1>
        <div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="sortable">
        <thead><tr><th scope="col">run</th><th scope="col">question</th><th scope="col" class="n">inputs</th><th scope="col" class="n">warnings</th><th scope="col">version</th></tr></thead>
        <tbody>
        {{#runs}}<tr><td><a href="{{link}}">{{folder}}</a></td><td class="q">{{question}}</td><td class="n" data-v="{{inputs}}">{{inputs}}</td><td class="n" data-v="{{warnings}}">{{warnings}}</td><td>{{version}}</td></tr>
        {{/runs}}
        </tbody></table></div>
        \(foot)
        """
}
