import { element, escaped } from './markup.js'
import { logarithmicAxis } from './value-axis.js'

export interface Line {
  readonly name: string
  readonly points: readonly { readonly at: number; readonly value: number }[]
}

export interface LineChart {
  readonly title: string
  /** The places, in their order, at equal distances. */
  readonly places: readonly { readonly value: number; readonly label: string }[]
  readonly lines: readonly Line[]
  readonly formatTick: (value: number) => string
}

const WIDTH = 640
const HEIGHT = 330
const LEFT = 62
const RIGHT = 20
const TOP = 12
const BOTTOM = 34
/** As many as there are colours and marks in the style. */
const STYLES = 8

/** Lines over sizes or distances, the values by powers of ten. Each has its own colour, dash and mark. */
export function lineChart({ title, places, lines, formatTick }: LineChart): string {
  const values = lines.flatMap(({ points }) => points.map(({ value }) => value)).filter((value) => value > 0)
  const axis = logarithmicAxis(Math.min(...values), Math.max(...values))
  const y = (value: number): number => HEIGHT - BOTTOM - axis.place(value) * (HEIGHT - TOP - BOTTOM)
  const x = (at: number): number => {
    const index = places.findIndex(({ value }) => value === at)
    return LEFT + 20 + (index / Math.max(places.length - 1, 1)) * (WIDTH - LEFT - RIGHT - 40)
  }
  const parts = [
    ...axis.ticks.map((tick) => horizontal(y(tick), formatTick(tick))),
    ...places.map(({ value, label }) =>
      element('text', { class: 'tick', x: x(value), y: HEIGHT - 12, 'text-anchor': 'middle' }, escaped(label)),
    ),
    ...lines.map((line, index) => drawLine(line, index % STYLES, x, y)),
  ]
  const label = `Chart: ${title}. The table has its figures.`
  const svg = element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': label }, parts.join(''))
  return svg + legend(lines)
}

function horizontal(y: number, label: string): string {
  const line = element('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y, y2: y })
  return line + element('text', { class: 'tick', x: LEFT - 8, y: y + 4, 'text-anchor': 'end' }, escaped(label))
}

function drawLine({ points }: Line, style: number, x: (at: number) => number, y: (value: number) => number): string {
  const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const marks = points.map(({ at, value }) => mark(style, x(at), y(value)))
  return element('polyline', { class: `line s${style}`, points: path }) + marks.join('')
}

/** Circles, squares, diamonds and triangles, so that lines can be told apart without colours. */
function mark(style: number, x: number, y: number): string {
  const attributes = { class: `mark s${style}` }
  if (style % 4 === 0) return element('circle', { ...attributes, cx: x, cy: y, r: 4.5 })
  if (style % 4 === 1) return element('rect', { ...attributes, x: x - 4, y: y - 4, width: 8, height: 8 })
  const shape =
    style % 4 === 2
      ? `${x - 5.5},${y} ${x},${y - 5.5} ${x + 5.5},${y} ${x},${y + 5.5}`
      : `${x - 5},${y + 4} ${x},${y - 5} ${x + 5},${y + 4}`
  return element('polygon', { ...attributes, points: shape })
}

function legend(lines: readonly Line[]): string {
  const items = lines.map(({ name }, index) => {
    const style = index % STYLES
    const sample = element('line', { class: `line s${style}`, x1: 1, x2: 35, y1: 8, y2: 8 }) + mark(style, 18, 8)
    return `<li>${element('svg', { viewBox: '0 0 36 16', class: 'key', 'aria-hidden': 'true' }, sample)}${escaped(name)}</li>`
  })
  return `<ul class="legend">${items.join('')}</ul>`
}
