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
        _ place: Workplace, _ file: String, width: Int = 1200, options: String = "", _ script: String
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
            exec chromium --headless --no-sandbox --disable-gpu --disable-web-security \(options) --allow-file-access-from-files \
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
            const images = [...page.querySelectorAll('figure svg')].map(i => i.getBoundingClientRect().width > 100);
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

    /// A run of drift over part of the committed series, with its page.
    private func seriesPage(_ place: Workplace) throws {
        let names = ["stage1-step0-tokens0B", "stage1-step60-tokens1B", "stage1-step2500-tokens1B", "main"]
        let series = names.map { "'\(tinySeries)/\($0).h5'" }.joined(separator: ", ")
        #expect(
            try dynamics("run", "drift", "--quiet", "--set", "series=[\(series)]", "--out", place / "results/drift")
                .code == 0)
    }

    @Test func `pointing at a figure tells the value, and a click on a name hides its lines`() throws {
        let place = try Workplace()
        try seriesPage(place)
        let (found, console) = try look(
            place, "results/drift/index.html",
            """
            const figure = page.querySelector('#figure-drift_by_module'), svg = figure.querySelector('svg');
            const {names, elements, spots} = JSON.parse(figure.dataset.key);
            const spot = spots.find(spot => spot[3].startsWith('mlp.up'));
            const point = spot => {
                const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
                svg.dispatchEvent(new PointerEvent('pointermove', {
                    clientX: box.left + spot[1] * scale + 1, clientY: box.top + spot[2] * scale - 1, bubbles: true}));
            };
            point(spot);
            const tip = figure.querySelector('.tip'), told = [tip.textContent === spot[3], tip.hidden];
            // The mark that gnuplot drew for the value lies under the pointer: a group with the line's number.
            const groups = [...svg.querySelectorAll('[data-plot]')];
            const drawn = elements.map((_, place) => place).filter(place => elements[place][1]);
            const own = groups[groups.length === elements.length ? spot[0] : drawn.indexOf(spot[0])];
            const marks = [...own.querySelectorAll('use, path, circle')].map(mark => mark.getBoundingClientRect());
            const box = svg.getBoundingClientRect(), scale = box.width / svg.viewBox.baseVal.width;
            const [x, y] = [box.left + spot[1] * scale, box.top + spot[2] * scale];
            const near = marks.some(mark => Math.abs((mark.left + mark.right) / 2 - x) < 3
                && Math.abs((mark.top + mark.bottom) / 2 - y) < 3);
            const dimmed = groups.filter(group => group.style.opacity === '0.12').length;
            svg.dispatchEvent(new PointerEvent('pointerleave'));
            const left = [tip.hidden, groups.every(group => group.style.opacity === '')];
            const button = [...figure.querySelectorAll('.key button')].find(button => button.textContent === 'mlp.up');
            button.click();
            const off = [own.style.display, button.ariaPressed];
            point(spot);
            const silent = tip.hidden || tip.textContent !== spot[3];
            button.click();
            return [told, near, dimmed > 5 && dimmed < groups.length, left, off, silent, own.style.display,
                    figure.querySelectorAll('.key button').length === names.length, page.querySelectorAll('script').length];
            """)
        #expect(
            unescaped(found)
                == #"[[true,false],true,true,[true,true],["none","false"],true,"",true,1]"#, "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `tables are filtered by words and cut to columns, and links of the contents open them`() throws {
        let place = try Workplace()
        try seriesPage(place)
        let (found, console) = try look(
            place, "results/drift/index.html",
            """
            const part = page.querySelector('#table-modules'), table = part.querySelector('table');
            const filter = part.querySelector('input[type=search]');
            const type = text => { filter.value = text; filter.dispatchEvent(new Event('input')); };
            const shown = () => [...table.tBodies[0].rows].filter(row => row.offsetParent !== null || !row.hidden);
            type('branch_point ATTENTION.Q');
            const rows = shown().map(row => row.textContent);
            const counted = part.querySelector('.tools .note').textContent;
            type('');
            const all = shown().length === table.tBodies[0].rows.length;
            const boxes = [...part.querySelectorAll('.tools input[type=checkbox]')];
            const heads = [...table.tHead.rows[0].cells];
            boxes[1].click();
            const cells = [...table.rows].map(row => row.cells[1].hidden);
            const link = page.querySelector('.contents a[href="#table-modules"]');
            link.click();
            page.defaultView.dispatchEvent(new Event('hashchange'));
            return [rows.length > 0 && rows.every(row => row.includes('branch_point') && row.includes('attention.q')),
                    counted === `${rows.length} of ${table.tBodies[0].rows.length} rows`, all,
                    boxes.length === heads.length, cells.every(hidden => hidden), part.open];
            """)
        #expect(unescaped(found) == "[true,true,true,true,true,true]", "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `the index shows a figure, the answer and warnings of each run`() throws {
        let place = try Workplace()
        try seriesPage(place)
        let (found, console) = try look(
            place, "results/index.html",
            """
            const card = page.querySelector('.card'), image = card.querySelector('img');
            return [page.querySelectorAll('.card').length, image.complete && image.naturalWidth > 100,
                    /From the end of stage 1/.test(card.textContent), /[0-9]{4}-[0-9]{2}-[0-9]{2}, inputs: 4/.test(card.textContent)];
            """)
        #expect(found == "[1,true,true,true]", "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test(arguments: [true, false])
    func `the page is dark where the system is, and its text stands out`(isDark: Bool) throws {
        let place = try Workplace()
        try seriesPage(place)
        let (found, console) = try look(
            place, "results/drift/index.html",
            options: "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)",
            """
            const light = color => {
                const [r, g, b] = color.match(/[0-9.]+/g).map(Number).map(v => v / 255)
                    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const style = element => page.defaultView.getComputedStyle(element);
            const paper = light(style(page.body).backgroundColor);
            // The contrast of WCAG 2, of text, links, notes and headings of tables.
            const contrast = (element, under) => {
                const [a, b] = [light(style(element).color), under].sort((a, b) => b - a);
                return (a + 0.05) / (b + 0.05);
            };
            const parts = ['body', '.contents a', '.question', 'figcaption', 'td', '.answer', 'footer'];
            return [paper < 0.05, parts.filter(name => contrast(page.querySelector(name), paper) < 4.5)];
            """)
        #expect(found == "[\(isDark),[]]", "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `on a phone the numbers of the summary are on the screen`() throws {
        let place = try Workplace()
        try seriesPage(place)
        let (found, console) = try look(
            place, "results/drift/index.html", width: 375,
            """
            const table = page.querySelector('#summary-summary table');
            const box = table.parentElement.getBoundingClientRect();
            const cells = [...table.tBodies[0].rows[0].cells].filter(cell => cell.classList.contains('n'));
            const seen = cells.filter(cell => cell.getBoundingClientRect().right <= Math.min(box.right, 375)).length;
            return [page.documentElement.scrollWidth <= 375, seen >= 1];
            """)
        #expect(found == "[true,true]", "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    @Test func `without script all is there to be read`() throws {
        let place = try Workplace()
        try seriesPage(place)
        // The same page with its script taken out: what a browser shows that runs none.
        let page = try place.text("results/drift/index.html")
        let start = try #require(page.range(of: "<script>"))
        let end = try #require(page.range(of: "</script>"))
        try place.write("results/drift/plain.html", String(page[..<start.lowerBound] + page[end.upperBound...]))
        let (found, console) = try look(
            place, "results/drift/plain.html",
            """
            const images = [...page.images];
            return [images.length > 1 && images.every(i => i.complete && i.naturalWidth > 100),
                    page.querySelectorAll('#summary-summary tbody tr').length > 3, page.querySelectorAll('button, input').length,
                    page.querySelector('.answer').textContent.includes('From the end of stage 1')];
            """)
        #expect(found == "[true,true,0,true]", "\(found)")
        #expect(console.isEmpty, "\(console)")
    }

    private func unescaped(_ text: String) -> String {
        text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
