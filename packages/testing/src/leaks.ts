import assert from 'node:assert/strict'
import { inspect } from 'node:util'

const WINDOW = 12
const everything = {
  depth: Number.POSITIVE_INFINITY,
  showHidden: true,
  getters: true,
  maxArrayLength: null,
  maxStringLength: null,
} as const

/**
 * Fails if an error shows any of these bytes, whole or in part: in its message, its stack, its properties or the chain
 * of its causes; as UTF-8, hex, base64, base64url or a list of numbers. Secrets below 12 bytes are not looked for, as
 * they turn up by chance.
 */
export function assertShowsNothingOf(secrets: readonly Uint8Array[], error: unknown): void {
  const shown = withoutSpace([String(error), inspect(error, everything), serialise(error)].join('|'))
  for (const window of secrets.flatMap(windows)) {
    for (const [form, text] of formsOf(window)) {
      assert.ok(!shown.includes(withoutSpace(text)), `An error shows what it must not, in the form of ${form}`)
    }
  }
}

/** The beginning, the middle and the end: who prints more prints one of them. */
function windows(secret: Uint8Array): Uint8Array[] {
  if (secret.length < WINDOW) return []
  const last = secret.length - WINDOW
  return [0, Math.floor(last / 2), last].map((start) => secret.subarray(start, start + WINDOW))
}

function formsOf(bytes: Uint8Array): [string, string][] {
  const buffer = Buffer.from(bytes)
  return [
    ['UTF-8', buffer.toString()],
    ['hex', buffer.toString('hex')],
    ['upper-case hex', buffer.toString('hex').toUpperCase()],
    ['numbers', buffer.join(',')],
    ...alignments(buffer).flatMap(base64Forms),
  ]
}

/** Base64 of the bytes inside something longer: its text depends on where they begin. */
function alignments(bytes: Buffer): Buffer[] {
  return [0, 1, 2].map((skip) => bytes.subarray(skip, skip + Math.floor((bytes.length - skip) / 3) * 3))
}

function base64Forms(bytes: Buffer): [string, string][] {
  const base64 = bytes.toString('base64')
  return [
    ['base64', base64],
    ['base64url', bytes.toString('base64url')],
    ['base64 in a URL', encodeURIComponent(base64)],
  ]
}

function serialise(error: unknown): string {
  try {
    return JSON.stringify(error, (_, value) => (value instanceof Error ? ownProperties(value) : value)) ?? ''
  } catch {
    return ''
  }
}

function ownProperties(error: Error): Record<string, unknown> {
  return Object.fromEntries(Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)]))
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '')
}
