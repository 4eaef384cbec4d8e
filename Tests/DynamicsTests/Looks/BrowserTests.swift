import Foundation
import TestSupport
import Testing

@testable import Base

/// The page in a real browser, headless Chromium: what people see, and what hostile names cannot do.
@Suite(
    .enabled(if: program("chromium") != nil && hasGnuplot, "needs chromium and gnuplot: make look-tools"), .serialized)
struct BrowserTests {
    /// Opens a page in a frame, runs `script` once it is loaded, with its `document` as `page`, and hands back what that
    /// returns, and what the browser wrote to its console.
    private func look(
        _ place: Workplace, _ file: String, width: Int = 1200, _ script: String
    ) throws -> (found: String, console: String) {
        try place.write(
            "look.html",
            """
            <!DOCTYPE html><pre id="found">nothing</pre><iframe id="frame" width="\(width)" height="900" src="\(file)"></iframe>
            <script>
            const frame = document.getElementById('frame');
            frame.onload = () => {
                const page = frame.contentDocument;
                document.getElementById('found').textContent = JSON.stringify((() => { \(script) })());
            };
            </script>
            """)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            """
            exec chromium --headless --no-sandbox --disable-gpu --disable-web-security --allow-file-access-from-files \
            --user-data-dir='\(place / "profile")' --enable-logging=stderr --virtual-time-budget=10000 --dump-dom \
            'file://\(place.path.replacing(" ", with: "%20"))/look.html' > '\(place / "dom")' 2> '\(place / "console")'
            """,
        ]
        try process.run()
        process.waitUntilExit()
        let dom = try place.text("dom")
        let found = dom.firstMatch(of: /<pre id="found">(.*?)<\/pre>/.dotMatchesNewlines()).map { String($0.1) } ?? dom
        let console = try place.text("console").split(separator: "\n").filter { $0.contains("CONSOLE") }
        return (found, console.joined(separator: "\n"))
    }

    @Test func `figures are visible, names stay text, tables sort, the console is silent`() throws {
        let place = try Workplace()
        #expect(try DynamicsProcess(ReportTests.hostilePair(place)).wait().code == 0)
        let (found, console) = try look(
            place, "out/index.html",
            """
            const images = [...page.images].map(i => i.complete && i.naturalWidth > 100 && i.getBoundingClientRect().width > 100);
            const table = page.querySelector('#table-tensors table');
            const head = [...table.tHead.rows[0].cells];
            const place = head.findIndex(cell => cell.textContent === 'tensor');
            const names = () => [...table.tBodies[0].rows].map(row => row.cells[place].textContent[0]);
            const sorted = [names()];
            for (let clicks = 0; clicks < 2; clicks++) { head[place].querySelector('button').click(); sorted.push(names()); }
            return [images, sorted, head[place].ariaSort, page.title, page.scripts.length];
            """)
        // Order by name, as a reader of English expects it: `, {, <, a or another; what counts is that both are each other's reverse.
        let values = try #require(
            try JSONSerialization.jsonObject(with: Data(unescaped(found).utf8)) as? [Any], "\(found)")
        #expect(values[0] as? [Bool] == [true])
        let orders = try #require(values[1] as? [[String]])
        #expect(Set(orders[0]) == ["<", "`", "a", "{"] && orders[1] == orders[2].reversed() && orders[1].last == "a")
        #expect(values[2] as? String == "descending")
        #expect(values[3] as? String == "drift" && values[4] as? Int == 1)
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `numbers sort by all their digits, and missing ones stay last`() throws {
        let place = try Workplace()
        let values: [Float] = [30, 4, 0, 200]
        let (from, to) = (
            values.map { FloatTensor("t\($0)", [1], [$0]) }, values.map { FloatTensor("t\($0)", [1], [$0 + 1]) }
        )
        _ = try DynamicsProcess([
            "run", "drift", "--from", place.checkpoint("a.h5", from), "--to", place.checkpoint("b.h5", to), "--out",
            place / "out",
        ]).wait()
        let (found, console) = try look(
            place, "out/index.html",
            """
            const table = page.querySelector('#table-tensors table');
            const head = [...table.tHead.rows[0].cells];
            const place = head.findIndex(cell => cell.textContent === 'relative drift');
            const column = () => [...table.tBodies[0].rows].map(row => row.cells[place].textContent);
            const button = head[place].querySelector('button');
            button.click(); const up = column(); button.click(); return [up, column()];
            """)
        // Relative drifts are 1/x; from 0 there is none.
        #expect(
            unescaped(found)
                == #"[["0.005000","0.03333","0.2500","–"],["0.2500","0.03333","0.005000","–"]]"#, "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test(arguments: [375, 1200])
    func `nothing is wider than the window, on a phone either, and all can be reached by keyboard`(width: Int) throws {
        let place = try Workplace()
        #expect(try DynamicsProcess(ReportTests.hostilePair(place) + ["--figures", "two"]).wait().code == 0)
        let (found, console) = try look(
            place, "out/index.html", width: width,
            """
            for (const part of page.querySelectorAll('details')) part.open = true;
            const window = page.defaultView.innerWidth;
            const meaning = page.querySelector('#table-tensors dl').textContent;
            const isReached = element => { element.focus(); return page.activeElement === element; };
            return [
                page.documentElement.scrollWidth <= window,
                [...page.querySelectorAll('figure, .scroll')].every(part => part.getBoundingClientRect().right <= window),
                [...page.querySelectorAll('.scroll, th button, summary')].every(isReached),
                meaning.includes('relative drift'),
            ];
            """)
        #expect(found == "[true,true,true,true]")
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `the index links to a page that is there`() throws {
        let place = try Workplace()
        _ = try place.checkpoint("a.h5", smallModel)
        _ = try place.checkpoint("b & c.h5", movedModel)
        try place.write("experiments/drift.yaml", "")
        _ = try dynamics("run", "drift", "--from", "a.h5", "--to", "b & c.h5", in: place.path)
        let (found, console) = try look(place, "results/index.html", "return [...page.links].map(a => a.href);")
        let link = try #require(
            try JSONSerialization.jsonObject(with: Data(unescaped(found).utf8)) as? [String], "\(found)")
        #expect(link.count == 1)
        let page = try #require(URL(string: link[0]))
        #expect(FileManager.default.fileExists(atPath: page.path))
        #expect(console.isEmpty, "\(console)")
    }

    private func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
