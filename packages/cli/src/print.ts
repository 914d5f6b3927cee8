import { labelOf } from './fact-labels.js'
import { styleOf } from './style.js'
import type { Terminal } from './terminal.js'

export interface PrintOptions {
  readonly json?: boolean
}

export type Facts = Readonly<Record<string, unknown>>

/**
 * Prints the result of a command: one line of JSON for programs, text for people. The names in the JSON are a contract;
 * the text is not.
 */
export function print(terminal: Terminal, { json = false }: PrintOptions, result: object, text: () => string): void {
  terminal.stdout.write(json ? `${JSON.stringify(result)}\n` : text())
}

/** `name:  value`, one a line. A list shows its parts with commas; what is undefined or empty is left out. */
export function formatFacts(terminal: Terminal, facts: Facts): string {
  const { bold } = styleOf(terminal.stdout, terminal.env)
  const filled = Object.entries(facts).filter(([, value]) => asText(value) !== '')
  const shown = filled.map(([name, value]) => [labelOf(terminal, name), value] as const)
  const width = Math.max(...shown.map(([name]) => widthOf(name))) + 1
  return shown.map(([name, value]) => `${bold(pad(`${name}:`, width))} ${printable(asText(value))}\n`).join('')
}

/** Rows under headings, in columns. */
export function formatTable(
  terminal: Terminal,
  headings: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const { bold } = styleOf(terminal.stdout, terminal.env)
  const cells = rows.map((row) => row.map((cell) => printable(asText(cell))))
  const widths = headings.map((name, i) => Math.max(widthOf(name), ...cells.map((row) => widthOf(row[i] ?? ''))))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [bold(line(headings)), ...cells.map(line)].map((text) => `${text}\n`).join('')
}

/** Text that comes from others, such as that in a ciphertext, must not command the terminal. */
export function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '?')
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(', ')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Chinese characters take two columns. */
function widthOf(text: string): number {
  return [...text].reduce(
    (width, character) =>
      width +
      (/[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/.test(character) ? 2 : 1),
    0,
  )
}
