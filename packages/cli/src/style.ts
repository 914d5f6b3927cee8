import type { Output, Terminal } from './terminal.js'

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const

export type Style = Readonly<Record<keyof typeof CODES, (text: string) => string>>

/** Colours on a terminal, and none elsewhere or where NO_COLOR is set (https://no-color.org). */
export function styleOf(output: Output, env: Terminal['env']): Style {
  const colours = hasColours(output, env)
  const paint = ([begin, end]: readonly [number, number]) =>
    colours ? (text: string) => `\x1b[${begin}m${text}\x1b[${end}m` : (text: string) => text
  return Object.fromEntries(Object.entries(CODES).map(([name, codes]) => [name, paint(codes)])) as Style
}

export function hasColours({ isTTY = false }: Output, env: Terminal['env']): boolean {
  return isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}
