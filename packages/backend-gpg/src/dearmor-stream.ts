import { decryptionFailed } from '@parasol/core'

const BEGIN = '-----BEGIN PGP MESSAGE-----'
const END = '-----END PGP MESSAGE-----'
const HEADER = /^[A-Za-z][A-Za-z0-9-]*: /
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** Lines that programs write have 76 characters at most; headers may be longer. */
const MAX_LINE = 8192

/**
 * The binary form of one armored message of any length, in constant memory, as `dearmorMessage` reads it: with nothing
 * before, between or after. @throws CryptoError DECRYPTION_FAILED
 */
export async function* dearmorStream(text: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let place: 'begin' | 'headers' | 'body' | 'checksum' | 'end' = 'begin'
  const body = new Base64Body()
  for await (const batch of linesOf(text)) {
    const found: string[] = []
    for (const line of batch) {
      if (place === 'end') requireThat(line.trim() === '')
      else if (place === 'begin') place = requireThat(line === BEGIN) && 'headers'
      else if (place === 'headers') place = line.trim() === '' ? 'body' : requireThat(HEADER.test(line)) && 'headers'
      else if (line === END) place = 'end'
      else if (place === 'body' && CHECKSUM.test(line)) place = 'checksum'
      else found.push(requireThat(place === 'body' && BASE64.test(line)) && line)
    }
    const bytes = body.decode(found.join(''))
    if (bytes.length > 0) yield bytes
  }
  requireThat(place === 'end' && body.isWhole)
}

/** Base64 in pieces; only the last group of four characters may be shorter. */
class Base64Body {
  #rest = ''
  #ended = false
  #begun = false

  get isWhole(): boolean {
    return this.#rest === ''
  }

  decode(more: string): Uint8Array {
    requireThat(!this.#ended || more === '')
    const text = this.#rest + more
    const whole = text.length - (text.length % 4)
    this.#rest = text.slice(whole)
    const group = text.slice(0, whole)
    const bytes = Buffer.from(group, 'base64')
    requireThat(bytes.toString('base64') === group)
    // What no packet begins with is no message, and must not be taken for text once more.
    requireThat(this.#begun || bytes.length === 0 || ((bytes[0] ?? 0) & 0x80) !== 0)
    this.#begun ||= bytes.length > 0
    this.#ended = group.endsWith('=')
    return bytes
  }
}

/** Lines as they come, without their ends, many at a time. */
async function* linesOf(text: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const piece of text) {
    const lines = (rest + Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    requireThat(rest.length <= MAX_LINE)
    yield lines.map(withoutReturn)
  }
  if (rest !== '') yield [withoutReturn(rest)]
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function requireThat(holds: boolean): true {
  if (holds) return true
  throw decryptionFailed()
}
