const DARK = '@media (prefers-color-scheme: dark)'
const NARROW = '@media (max-width: 960px)'

/** Colours that colour-blind people tell apart, for light and for dark; `s0` to `s7` are lines. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #fff; --panel: #f6f7f9; --text: #1c2127; --dim: #59636e; --edge: #d5dae0;
  --baseline: #8a939e; --ours: #0b6bcb; --peer: #c2610c; --good: #0b7a3b; --bad: #b3261e; }
${DARK} { :root { --bg: #14171b; --panel: #1c2127; --text: #e6e9ed; --dim: #a0a9b4;
  --edge: #363e48; --baseline: #8d97a3; --ours: #58a6ff; --peer: #f0883e; --good: #4cc479; --bad: #ff7b72; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 20px 64px; }
h1 { font-size: 30px; margin: 0 0 4px; } h2 { font-size: 23px; margin: 56px 0 4px; } h3 { font-size: 17px; margin: 0 0 12px; }
p { margin: 0 0 12px; max-width: 76ch; } .dim, .note, figcaption { color: var(--dim); } .note { font-size: 14px; }
a { color: var(--ours); } nav ul, .legend, .kinds { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0; }
section.result { background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; padding: 16px 18px; margin: 16px 0;
  display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 28px; }
section.result > h3, section.result > .note { grid-column: 1 / -1; margin-bottom: 0; }
${NARROW} { section.result { grid-template-columns: minmax(0, 1fr); } }
svg { width: 100%; height: auto; display: block; } svg.key { width: 36px; height: 16px; display: inline-block; vertical-align: -2px; margin-right: 6px; }
svg text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--text); } svg text.tick { fill: var(--dim); font-size: 12px; }
svg text.value { font-weight: 600; } .grid { stroke: var(--edge); stroke-width: 1; }
.baseline { fill: var(--baseline); } .ours { fill: var(--ours); } .peer { fill: var(--peer); }
.spread { stroke: var(--text); stroke-width: 2; opacity: .65; }
.kinds span { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; }
.kinds .baseline { background: var(--baseline); } .kinds .ours { background: var(--ours); } .kinds .peer { background: var(--peer); }
.line { fill: none; stroke-width: 2.2; } .mark { stroke: var(--panel); stroke-width: 1; } .legend { font-size: 14px; }
.s0 { --c: var(--baseline); } .s1 { --c: #0b6bcb; } .s2 { --c: #c2610c; } .s3 { --c: #0b8a5f; } .s4 { --c: #9747c9; } .s5 { --c: #c2356f; } .s6 { --c: #8a6d00; } .s7 { --c: #2b8a9c; }
${DARK} { .s1 { --c: #58a6ff; } .s2 { --c: #f0883e; } .s3 { --c: #45c495; } .s4 { --c: #c08cf0; } .s5 { --c: #f27fae; } .s6 { --c: #d7b740; } .s7 { --c: #63c5d8; } }
.line[class*="s"] { stroke: var(--c); } .mark { fill: var(--c); } .s3, .s5 { stroke-dasharray: 7 3; } .s4, .s6 { stroke-dasharray: 2 3; } .mark { stroke-dasharray: none; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--dim); padding-bottom: 4px; } th, td { padding: 5px 8px; border-bottom: 1px solid var(--edge); vertical-align: top; }
thead th { text-align: right; color: var(--dim); font-weight: 600; } thead th:first-child, tbody th { text-align: left; font-weight: 400; } td { text-align: right; white-space: nowrap; }
.goals td, .goals thead th { text-align: left; } .met { color: var(--good); font-weight: 600; } .missed, .failure { color: var(--bad); font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; margin: 12px 0; } dt { color: var(--dim); } dd { margin: 0; }
`
