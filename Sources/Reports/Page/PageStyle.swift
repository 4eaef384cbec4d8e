/// The style of the pages: light or dark as the system wishes, readable from 320 pixels on.
enum PageStyle {
    static let text = """
        :root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --note: #555; --rule: #ddd; --faint: #eee; --head: #f4f4f4;
          --link: #0b5cad; --answer: #eef5fa; --warn: #fdf3ec; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e4e4; --paper: #16181b; --note: #a5a9ae; --rule: #3a3f45; --faint: #2a2e33; --head: #23272c;
            --link: #7ab8f5; --answer: #14222d; --warn: #2e1e14; }
          figure svg, figure img, .card img { filter: invert(.91) hue-rotate(180deg); }
        }
        [hidden] { display: none !important; }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 75rem; padding: 1rem 1.5rem 4rem; }
        a { color: var(--link); }
        h1 { margin: .5rem 0 0; font-size: 1.7rem; } h2 { margin: 2.2rem 0 .6rem; font-size: 1.2rem; }
        h3 { margin: 1.4rem 0 .3rem; font-size: 1rem; }
        .question { font-size: 1.1rem; margin: 0; } .note, figcaption, footer { color: var(--note); }
        .warnings { border-left: 4px solid #D55E00; background: var(--warn); padding: .6rem 1rem; margin: 1rem 0; }
        .warnings ul { margin: .3rem 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
        .answer { border-left: 4px solid #0072B2; background: var(--answer); padding: .6rem 1rem; margin: 1rem 0; max-width: 60rem; overflow-wrap: anywhere; }
        .fine { border-left: 4px solid #009E73; padding: .2rem 1rem; margin: 1rem 0; }
        .contents { font-size: .85rem; border-block: 1px solid var(--rule); padding: .4rem 0; margin: 1rem 0; }
        .contents div { margin: .15rem 0; } .contents a { margin-right: .7rem; white-space: nowrap; }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
        figure { margin: 0; min-width: 0; max-width: 38rem; }
        figure img, figure svg { display: block; width: 100%; height: auto; border: 1px solid #ddd; box-sizing: border-box; }
        figure svg { touch-action: pan-y; } .picture { position: relative; }
        figure.wide { grid-column: 1 / -1; max-width: 75rem; } figure.wide .picture { overflow-x: auto; } figure.wide img, figure.wide svg { min-width: 40rem; }
        .tip { position: absolute; z-index: 2; pointer-events: none; max-width: 18rem; padding: .15rem .5rem; font-size: .8rem; background: var(--ink); color: var(--paper); border-radius: 3px; }
        .key { display: flex; flex-wrap: wrap; gap: .3rem; margin: .4rem 0; }
        .key button { font: inherit; font-size: .8rem; color: inherit; background: none; border: 1px solid var(--rule); border-left: .6rem solid var(--line); border-radius: 3px; padding: 0 .4rem; cursor: pointer; }
        .key button[aria-pressed=false] { opacity: .45; text-decoration: line-through; }
        figcaption a { margin-right: .3rem; }
        .tools { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem .8rem; font-size: .85rem; margin: .3rem 0; }
        .tools input[type=search] { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--rule); border-radius: 3px; padding: .1rem .4rem; width: 11rem; }
        .tools details[open] { flex-basis: 100%; } .tools summary { margin: 0; } .tools label { display: inline-block; margin: 0 .9rem .1rem 0; white-space: nowrap; }
        .scroll { overflow-x: auto; max-height: 32rem; overflow-y: auto; border: 1px solid var(--rule); width: fit-content; max-width: 100%; box-sizing: border-box; }
        .scroll:focus-visible { outline: 2px solid #0072B2; }
        table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
        th, td { padding: .2rem .6rem; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--faint); }
        thead th { position: sticky; top: 0; background: var(--head); border-bottom: 2px solid #999; }
        .n { text-align: right; } .m { color: var(--note); }
        td.t { white-space: normal; min-width: 22rem; }
        .settings th { vertical-align: top; } .settings td { white-space: pre-wrap; overflow-wrap: anywhere; }
        dt { font-weight: 600; font-size: .85rem; } dd { margin: 0 0 .3rem 1rem; font-size: .85rem; color: var(--note); }
        th button { all: unset; cursor: pointer; } th button:focus-visible { outline: 2px solid #0072B2; }
        th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
        summary { cursor: pointer; margin: .5rem 0; }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1rem; padding: 0; list-style: none; }
        .card { border: 1px solid var(--rule); border-radius: 4px; overflow: hidden; display: flex; flex-direction: column; }
        .card a { display: block; padding: .5rem .8rem 0; font-weight: 600; overflow-wrap: anywhere; }
        .card img { display: block; width: 100%; height: 11rem; object-fit: contain; object-position: top; background: #fff; margin-bottom: .4rem; }
        .card p { margin: .2rem .8rem; font-size: .9rem; } .card .warned { color: #C04F00; font-weight: 600; } .card .facts { margin-block: auto .5rem; padding-top: .3rem; }
        @media (prefers-color-scheme: dark) { .card .warned { color: #ff9f5a; } }
        @media (max-width: 40rem) {
          body { padding: .5rem .8rem 3rem; } td.t { min-width: 14rem; }
          table { font-size: .75rem; } th, td { padding: .15rem .35rem; }
          th, td:not(.n) { white-space: normal; } td:not(.n):not(.t) { overflow-wrap: anywhere; min-width: 4.3rem; max-width: 6rem; }
          thead th { max-width: 5.5rem; hyphens: auto; }
          .settings th { max-width: 7rem; } .settings td:not(.n):not(.t) { max-width: none; }
        }
        @media print { .tools, .key, .contents { display: none; } .scroll { max-height: none; overflow: visible; } }
        """
}
