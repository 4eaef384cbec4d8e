/// The page's script. It runs only if it has exactly this text: its hash stands in the page's policy. Without it the page
/// reads the same; with it tables are sorted, filtered and cut to columns, and figures tell their values.
enum PageScript {
    /// SHA-256 of `text` between its tags.
    static let hash = "N5x/D4dYWt7Ecg2g2L9PLcBPYdJJvVLCAtfqIbdULbM="

    static let text = #"""
        'use strict';
        const make = (tag, text, properties) =>
            Object.assign(document.createElement(tag), {textContent: text ?? ''}, properties);

        // Tables: a click on a heading sorts by all digits, missing ones last.
        for (const table of document.querySelectorAll('table.sortable')) {
            const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
            heads.forEach((head, place) => {
                const button = document.createElement('button');
                button.append(...head.childNodes);
                head.append(button);
                button.onclick = () => {
                    const down = head.ariaSort === 'ascending';
                    for (const other of heads) other.ariaSort = null;
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
            if (body.rows.length < 6 && heads.length < 6) continue;

            // A filter of rows, by words that all have to be there, and a choice of columns.
            const tools = make('div', '', {className: 'tools'}), count = make('span', '', {className: 'note'});
            const filter = make('input', '', {type: 'search', placeholder: 'filter rows', ariaLabel: 'Filter rows'});
            filter.oninput = () => {
                const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
                let shown = 0;
                for (const row of body.rows) {
                    const text = [...row.cells].map(cell => cell.textContent).join(' ').toLowerCase();
                    row.hidden = !words.every(word => text.includes(word));
                    if (!row.hidden) shown++;
                }
                count.textContent = words.length ? `${shown} of ${body.rows.length} rows` : '';
            };
            const choice = document.createElement('details');
            choice.append(make('summary', 'columns'));
            heads.forEach((head, place) => {
                const label = document.createElement('label');
                const box = make('input', '', {type: 'checkbox', checked: true});
                box.onchange = () => { for (const row of table.rows) row.cells[place].hidden = !box.checked; };
                label.append(box, ' ' + head.textContent);
                choice.append(label);
            });
            tools.append(filter, choice, count);
            table.parentElement.before(tools);
        }

        // Figures: the picture's own shapes instead of an image of them. Nothing but shapes and text is taken over.
        const shapes = new Set(
            ['svg', 'g', 'path', 'rect', 'circle', 'line', 'polyline', 'polygon', 'use', 'defs', 'text', 'tspan', 'title',
             'clipPath']);
        const inlined = (image, prefix) => {
            const bytes = Uint8Array.from(atob(image.src.split(',')[1]), letter => letter.charCodeAt(0));
            const svg = new DOMParser().parseFromString(new TextDecoder().decode(bytes), 'image/svg+xml').documentElement;
            if (svg.localName !== 'svg' || !svg.hasAttribute('viewBox')) return null;
            for (const element of [svg, ...svg.querySelectorAll('*')]) {
                if (!shapes.has(element.localName)) { element.remove(); continue; }
                for (const {name, value} of [...element.attributes]) {
                    if (name === 'id') {
                        if (value.startsWith('gnuplot_plot_')) element.dataset.plot = '';
                        element.id = prefix + value;
                    } else if (/href$/.test(name) && value.startsWith('#')) {
                        element.setAttribute(name, '#' + prefix + value.slice(1));
                    } else if (/^on|href$|^style$|^data-/i.test(name) || /url\(/i.test(value)) {
                        element.removeAttribute(name);
                    }
                }
            }
            for (const title of svg.querySelectorAll('title')) title.remove();
            svg.removeAttribute('width');
            svg.removeAttribute('height');
            svg.setAttribute('role', 'img');
            svg.setAttribute('aria-label', image.alt);
            return document.importNode(svg, true);
        };
        for (const figure of document.querySelectorAll('figure[data-key]')) {
            const image = figure.querySelector('img');
            const svg = image && inlined(image, figure.id + '-');
            if (!svg) continue;
            const {names, elements, spots} = JSON.parse(figure.dataset.key), picture = image.parentElement;
            image.replaceWith(svg);
            const groups = [...svg.querySelectorAll('[data-plot]')];
            const drawn = elements.map((_, place) => place).filter(place => elements[place][1]);
            const group = new Map(
                groups.length === elements.length ? groups.map((group, place) => [place, group])
                    : groups.length === drawn.length ? groups.map((group, place) => [drawn[place], group]) : []);
            const words = names.map(([name]) =>
                [...svg.querySelectorAll('text')].filter(text => text.textContent.trim() === name));
            const hidden = new Set();
            const paint = focus => {
                const set = (shape, name) => {
                    shape.style.display = hidden.has(name) ? 'none' : '';
                    shape.style.opacity = focus === undefined || focus === name ? '' : '0.12';
                };
                elements.forEach(([name], place) => { if (group.has(place)) set(group.get(place), name); });
                words.forEach((texts, name) => texts.forEach(text => set(text, name)));
            };

            // A click on a name hides its lines or shows them again; pointing at it dims all others.
            if (names.length > 1 && group.size) {
                const key = make('div', '', {className: 'key', role: 'group', ariaLabel: 'Lines'});
                names.forEach(([name, color], place) => {
                    const button = make('button', name, {type: 'button', ariaPressed: 'true'});
                    button.style.setProperty('--line', color);
                    button.onclick = () => {
                        if (!hidden.delete(place)) hidden.add(place);
                        button.ariaPressed = String(!hidden.has(place));
                        paint();
                    };
                    button.onpointerenter = button.onfocus = () => { if (!hidden.has(place)) paint(place); };
                    button.onpointerleave = button.onblur = () => paint();
                    key.append(button);
                });
                picture.after(key);
            }

            // The value nearest to the pointer.
            if (!spots.length) continue;
            const tip = make('output', '', {className: 'tip', hidden: true});
            picture.append(tip);
            const leave = () => { tip.hidden = true; paint(); };
            svg.onpointerleave = leave;
            svg.onpointermove = event => {
                const box = svg.getBoundingClientRect(), scale = svg.viewBox.baseVal.width / box.width;
                const x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
                let found, nearest = ((names.length ? 14 : 30) * Math.max(scale, 1)) ** 2;
                for (const spot of spots) {
                    const distance = (spot[1] - x) ** 2 + (spot[2] - y) ** 2;
                    if (distance < nearest && !hidden.has(elements[spot[0]][0])) [found, nearest] = [spot, distance];
                }
                if (!found) return leave();
                tip.textContent = found[3];
                tip.hidden = false;
                const room = picture.clientWidth - tip.offsetWidth;
                tip.style.left = `${Math.max(0, Math.min(found[1] / scale + 8, room))}px`;
                tip.style.top = `${found[2] / scale + 10}px`;
                const name = elements[found[0]][0];
                paint(name < 0 ? undefined : name);
            };
        }

        // A link to a table opens it.
        const open = () => {
            const target = document.getElementById(location.hash.slice(1));
            if (target?.localName === 'details') target.open = true;
        };
        addEventListener('hashchange', open);
        open();
        """#
}
