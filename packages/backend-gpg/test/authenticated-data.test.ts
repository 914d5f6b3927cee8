import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { readForm } from '../src/authenticated-form.js'
import { ByteReader } from '../src/byte-reader.js'
import { openChunks } from '../src/open-chunks.js'
import { nextPacket } from '../src/packet-stream.js'
import { type AuthenticatedOptions, authenticatedData } from './authenticated-packets.js'

const KEY = randomBytes(32)

/** In pieces of some bytes, with what was yielded before an error, and the error's message. */
async function read(data: Uint8Array, keys: readonly Uint8Array[] = [KEY], size = 1000) {
  const pieces: Uint8Array[] = []
  const source = (async function* () {
    for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
  })()
  try {
    const packet = await nextPacket(new ByteReader(source))
    if (!packet) throw new Error('There is no packet')
    const body = new ByteReader(packet.body)
    const [version = 0] = await body.take(1)
    const form = await readForm(packet.tag, version, body)
    if (!('unlock' in form)) return 'not for node:crypto'
    for await (const piece of openChunks(form, keys, body)) pieces.push(Uint8Array.from(piece))
    return { text: Buffer.concat(pieces) }
  } catch (error) {
    return { text: Buffer.concat(pieces), error: (error as Error).message }
  }
}

const forms: readonly (readonly [string, Uint8Array, AuthenticatedOptions])[] = [
  ['AES-256 and OCB', KEY, {}],
  ['AES-128 and OCB', KEY.subarray(0, 16), {}],
  ['AES-256 and GCM', KEY, { mode: 'gcm' }],
  ['the packet with which gpg 2.3 began', KEY, { form: 'old' }],
]

describe.each(forms)('data in %s', (_name, key, form) => {
  it.each([1, 63, 64, 65, 127, 128, 129, 5000])('is read if it has %i bytes, in chunks of 64', async (length) => {
    const text = randomBytes(length)
    const data = authenticatedData(key, text, form)
    for (const size of [1, 7, 10_000]) expect(await read(data, [key], size)).toEqual({ text })
  })

  it('is read in chunks of 4 MiB, and of more than fit into a piece together', async () => {
    for (const [length, chunkOctet] of [
      [300_000, 10],
      [300_000, 11],
      [5_000_000, 16],
    ] as const) {
      const text = randomBytes(length)
      const result = await read(authenticatedData(key, text, { ...form, chunkOctet }), [key], 100_000)
      expect(typeof result === 'object' && result.error).toBe(undefined)
      expect(typeof result === 'object' && result.text.equals(text)).toBe(true)
    }
  })

  it('is read with the one key of several that is right', async () => {
    const text = randomBytes(200)
    const others = [randomBytes(key.length), randomBytes(24), randomBytes(3)]
    expect(await read(authenticatedData(key, text, form), [...others, key])).toEqual({ text })
    expect(await read(authenticatedData(key, text, form), others)).toMatchObject({ error: 'Decryption failed' })
  })

  const text = randomBytes(64 * 6 + 10)

  it.each<[string, (chunks: Buffer[]) => Buffer[]]>([
    ['without its last tag', (chunks) => chunks.slice(0, -1)],
    ['without its last chunk', (chunks) => chunks.toSpliced(-2, 1)],
    ['without its last chunk and tag', (chunks) => chunks.slice(0, -2)],
    ['without its first chunk', (chunks) => chunks.slice(1)],
    ['without a chunk in the middle', (chunks) => chunks.toSpliced(2, 1)],
    ['with a chunk twice', (chunks) => [...chunks.slice(0, 3), ...chunks.slice(2)]],
    ['with two chunks exchanged', (chunks) => exchanged(chunks, 2, 3)],
    ['with more after it', (chunks) => [...chunks, Buffer.alloc(1)]],
    ['with a tag after it', (chunks) => [...chunks, Buffer.alloc(16)]],
    ['of tags alone', (chunks) => chunks.slice(-1)],
    ['without anything', () => []],
  ])('is refused %s, and yields nothing that is not in its place', async (_what, change) => {
    const result = await read(authenticatedData(key, text, { ...form, change }), [key])
    if (typeof result !== 'object') throw new Error(result)
    expect(result.error).toBe('Decryption failed')
    expect(text.subarray(0, result.text.length).equals(result.text)).toBe(true)
  })

  it('is refused with any bit changed, and yields nothing of its chunk', async () => {
    const data = authenticatedData(key, text, form)
    for (let at = 6; at < data.length; at += 5) {
      const changed = Buffer.from(data)
      changed[at] = (changed[at] ?? 0) ^ 0x10
      const result = await read(changed, [key])
      if (typeof result !== 'object') continue
      expect(result.error).toBe('Decryption failed')
      expect(text.subarray(0, result.text.length).equals(result.text)).toBe(true)
    }
  })

  it('is refused cut off anywhere', async () => {
    const data = authenticatedData(key, text, form)
    for (let length = 10; length < data.length; length += 9) {
      const result = await read(data.subarray(0, length), [key])
      expect(result).toMatchObject({ error: 'Decryption failed' })
    }
  })
})

describe('other data', () => {
  let data: Buffer
  beforeAll(() => {
    data = authenticatedData(KEY, randomBytes(200))
  })

  it.each([
    ['in chunks of more than 4 MiB', 9, 17],
    ['in EAX', 8, 1],
    ['in Twofish', 7, 10],
    ['of an unknown version', 6, 3],
  ])('is left to others: %s', async (_what, at, value) => {
    const other = Buffer.from(data)
    other[at] = value
    expect(await read(other)).toBe('not for node:crypto')
  })
})

function exchanged(chunks: Buffer[], one: number, other: number): Buffer[] {
  const [a, b] = [chunks[one], chunks[other]]
  return a && b ? chunks.with(one, b).with(other, a) : chunks
}
