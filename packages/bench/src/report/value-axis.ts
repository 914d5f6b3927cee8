/** An axis of values that are not negative. */
export interface ValueAxis {
  /** From 0 to 1. */
  place(value: number): number
  readonly ticks: readonly number[]
  readonly isLogarithmic: boolean
}

/** From 0; or by powers of ten where the values lie too far apart for that. */
export function valueAxis(values: readonly number[]): ValueAxis {
  const known = values.filter((value) => value > 0 && Number.isFinite(value))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  if (known.length === 0) return { place: () => 0, ticks: [], isLogarithmic: false }
  return high / low > 30 ? logarithmicAxis(low, high) : linearAxis(high)
}

export function logarithmicAxis(low: number, high: number): ValueAxis {
  const [first, last] = [
    Math.floor(Math.log10(low)),
    Math.max(Math.ceil(Math.log10(high)), Math.floor(Math.log10(low)) + 1),
  ]
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
  const place = (value: number): number => clamp((Math.log10(value) - first) / (last - first))
  return { place, ticks, isLogarithmic: true }
}

function linearAxis(high: number): ValueAxis {
  const step = niceStep(high / 4)
  const last = Math.ceil(high / step) * step
  const ticks = Array.from({ length: Math.round(last / step) + 1 }, (_, index) => index * step)
  return { place: (value) => clamp(value / last), ticks, isLogarithmic: false }
}

/** 1, 2 or 5 times a power of ten, not below. */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step))
  return ([1, 2, 5, 10].find((factor) => factor * power >= step) ?? 10) * power
}

function clamp(share: number): number {
  return Number.isFinite(share) ? Math.min(Math.max(share, 0), 1) : 0
}
