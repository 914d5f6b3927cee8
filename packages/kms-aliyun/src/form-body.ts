import { allocateSecret, base64Length, encodeBase64 } from '@parasol/core'
import type { Parameters } from './transport.js'

/** Characters of base64 that mean something else in a form. */
const ESCAPED = new Map(
  [...'+/='].map((character) => [character.charCodeAt(0), Buffer.from(encodeURIComponent(character))]),
)

/**
 * The parameters as a form, `application/x-www-form-urlencoded`. A parameter in bytes is written as base64 without
 * making a string of it; so the caller can zero the form when it was sent.
 */
export function encodeForm(parameters: Parameters): Uint8Array {
  const parts = Object.entries(parameters).map(([name, value]) => encodePart(name, value))
  const form = allocateSecret(parts.reduce((length, part) => length + part.length, Math.max(parts.length - 1, 0)))
  let position = 0
  for (const part of parts) {
    if (position > 0) form[position++] = 0x26
    form.set(part, position)
    position += part.length
    part.fill(0)
  }
  return form
}

function encodePart(name: string, value: string | Uint8Array): Uint8Array {
  if (typeof value === 'string') return Buffer.from(`${name}=${encodeURIComponent(value)}`)
  const text = allocateSecret(base64Length(value.length))
  encodeBase64(value, text)
  const part = allocateSecret(name.length + 1 + text.length * 3)
  part.set(Buffer.from(`${name}=`))
  let position = name.length + 1
  for (const code of text) {
    const escaped = ESCAPED.get(code)
    if (escaped) part.set(escaped, position)
    else part[position] = code
    position += escaped?.length ?? 1
  }
  text.fill(0)
  return part.subarray(0, position)
}
