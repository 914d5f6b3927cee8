import { short } from '../goals.js'

/** `4.1 µs`, `2.3 ms`, `1.2 s` */
export function formatMicros(micros: number): string {
  if (!Number.isFinite(micros)) return 'not measured'
  if (micros < 1000) return `${short(micros)} µs`
  return micros < 1e6 ? `${short(micros / 1000)} ms` : `${short(micros / 1e6)} s`
}

/** `2.1× faster`, `145× slower` than what it is compared with. */
export function formatSpeed(ratio: number): string {
  if (!Number.isFinite(ratio)) return 'not measured'
  return ratio >= 1 ? `${short(ratio)}× faster` : `${short(1 / ratio)}× slower`
}

/** `1`, `0.41`, `2,300` times as fast. */
export function formatRatio(ratio: number): string {
  return `${short(ratio)}×`
}
