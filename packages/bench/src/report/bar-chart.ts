import type { Kind } from '../scenario.js'
import { element, escaped } from './markup.js'
import { valueAxis } from './value-axis.js'

export interface Bar {
  readonly name: string
  readonly kind: Kind
  readonly value: number
  /** Between what half of all rounds lie, where there are rounds. */
  readonly low?: number
  readonly high?: number
  /** Stands at its end. */
  readonly label: string
}

export interface BarChart {
  readonly title: string
  readonly bars: readonly Bar[]
  readonly formatTick: (value: number) => string
}

const WIDTH = 640
const LEFT = 20
/** Room for the label at the end of the longest bar. */
const RIGHT = 175
const ROW = 36
const BAR = 12
const FOOT = 26

/**
 * A row for each contender: its name, under it a bar from 0, or a dot where values lie so far apart that the axis goes by
 * powers of ten, on which the length of a bar means nothing.
 */
export function barChart({ title, bars, formatTick }: BarChart): string {
  const axis = valueAxis(bars.flatMap(({ value, low = value, high = value }) => [low, value, high]))
  const height = bars.length * ROW + FOOT
  const x = (value: number): number => LEFT + axis.place(value) * (WIDTH - LEFT - RIGHT)
  const grid = axis.ticks.map((tick) => gridLine(x(tick), height - FOOT, formatTick(tick)))
  const rows = bars.map((bar, index) => barRow(bar, index * ROW, x, axis.isLogarithmic))
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': `Chart: ${title}. The table has its figures.` },
    [...grid, ...rows].join(''),
  )
}

function gridLine(x: number, bottom: number, label: string): string {
  const line = element('line', { class: 'grid', x1: x, x2: x, y1: 0, y2: bottom })
  return line + element('text', { class: 'tick', x, y: bottom + 17, 'text-anchor': 'middle' }, escaped(label))
}

function barRow(
  { name, kind, value, low = value, high = value, label }: Bar,
  top: number,
  x: (value: number) => number,
  isDot: boolean,
): string {
  const middle = top + 25
  const mark = isDot
    ? element('line', { class: 'grid', x1: LEFT, x2: x(value), y1: middle, y2: middle }) +
      element('circle', { class: kind, cx: x(value), cy: middle, r: 6 })
    : element('rect', {
        class: kind,
        x: LEFT,
        y: middle - BAR / 2,
        width: Math.max(x(value) - LEFT, 1),
        height: BAR,
        rx: 2,
      })
  const spread = low < high ? element('line', { class: 'spread', x1: x(low), x2: x(high), y1: middle, y2: middle }) : ''
  const text = element('text', { class: 'name', x: LEFT, y: top + 14 }, escaped(name))
  const end = element('text', { class: 'value', x: Math.max(x(value), x(high)) + 10, y: middle + 4 }, escaped(label))
  return mark + spread + text + end
}
