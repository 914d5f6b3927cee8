import { allocateSecret } from '@parasol/core'
import type { Answer } from './transport.js'

const SECRET = 'Plaintext'
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const MASK = 0x2a

/**
 * Reads the JSON of an answer so that its plaintext never becomes a string: the text of that field is copied out as
 * bytes and written over with asterisks, and only then the JSON is parsed. Zeroes the given bytes in every case.
 *
 * @returns undefined for what is not a JSON object, or has several fields of that name
 */
export function parseAnswer(json: Uint8Array): Answer | undefined {
  try {
    const secrets = findSecrets(json)
    const [secret] = secrets
    if (secrets.length > 1 || !isClosed(json, secret)) return undefined
    const plaintext = secret && withoutEscapes(json.subarray(secret.start, secret.end))
    if (secret) json.fill(MASK, secret.start, secret.end)
    const fields = parseObject(json)
    if (fields && maskOf(fields) === (secret && '*'.repeat(secret.end - secret.start))) return { fields, plaintext }
    plaintext?.fill(0)
    return undefined
  } finally {
    json.fill(0)
  }
}

/** What JSON.parse saw of the plaintext: it must be what was masked, or no text at all. */
function maskOf({ [SECRET]: value }: Readonly<Record<string, unknown>>): string | undefined {
  return typeof value === 'string' ? value : undefined
}

interface Range {
  readonly start: number
  readonly end: number
}

/** The texts between quotes that stand after the name of the secret field and a colon, at any depth. */
function findSecrets(json: Uint8Array): Range[] {
  const found: Range[] = []
  let before: Range | undefined
  for (let at = json.indexOf(QUOTE); at >= 0; ) {
    const text = { start: at + 1, end: endOfText(json, at + 1) }
    if (before && isSecretName(json, before) && isColonBetween(json, before.end + 1, at)) found.push(text)
    before = text
    at = json.indexOf(QUOTE, text.end + 1)
  }
  return found
}

/** The closing quote, or the end of the bytes. */
function endOfText(json: Uint8Array, start: number): number {
  let at = start
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return Math.min(at, json.length)
}

function isClosed(json: Uint8Array, text: Range | undefined): boolean {
  return text === undefined || text.end < json.length
}

function isSecretName(json: Uint8Array, { start, end }: Range): boolean {
  return (
    end - start === SECRET.length && [...SECRET].every((letter, index) => json[start + index] === letter.charCodeAt(0))
  )
}

function isColonBetween(json: Uint8Array, start: number, end: number): boolean {
  const between = json.subarray(start, end).filter((code) => code > 0x20)
  return between.length === 1 && between[0] === COLON
}

/** Some writers of JSON escape the slash and the equals sign of base64. */
function withoutEscapes(text: Uint8Array): Uint8Array {
  const plain = allocateSecret(text.length)
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text[at] === BACKSLASH ? escapedCode(text, at + 1) : (text[at] ?? 0)
    if (text[at] === BACKSLASH) at += text[at + 1] === 0x75 ? 5 : 1
    plain[length++] = code
  }
  return plain.subarray(0, length)
}

/** Of a slash or a `\u0000` of ASCII; of anything else, which base64 has not, a character that is no base64 either. */
function escapedCode(text: Uint8Array, at: number): number {
  if (text[at] !== 0x75) return text[at] === 0x2f ? 0x2f : 0
  const hex = Buffer.from(text.subarray(at + 1, at + 5)).toString('latin1')
  return /^00[0-7][0-9a-f]$/i.test(hex) ? Number.parseInt(hex, 16) : 0
}

function parseObject(json: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
