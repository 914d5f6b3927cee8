import { quantile } from '../statistics.js'

export interface Point {
  readonly x: number
  readonly y: number
}

/** The median of the slopes between any two points: a few that lie far off do not matter. 0 of fewer than two. */
export function trendOf(points: readonly Point[]): number {
  const slopes = points.flatMap((one, index) =>
    points.slice(index + 1).flatMap((other) => (other.x === one.x ? [] : [(other.y - one.y) / (other.x - one.x)])),
  )
  return slopes.length === 0 ? 0 : quantile(slopes, 0.5)
}

const BARS = '▁▂▃▄▅▆▇█'

/** The values as a line of little bars, from the least to the most. */
export function sparkline(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = (high - low) / (BARS.length - 1) || 1
  return values.map((value) => BARS[Math.round((value - low) / step)] ?? '').join('')
}
