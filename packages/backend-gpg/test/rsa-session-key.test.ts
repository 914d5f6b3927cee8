import { constants, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { type RsaSecret, rsaSessionKeys } from '../src/rsa-session-key.js'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const number = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'base64url')
const jwk = privateKey.export({ format: 'jwk' })
/** OpenPGP has the inverse of the other prime: p and q change places. */
const secret: RsaSecret = {
  n: number(jwk.n),
  e: number(jwk.e),
  d: number(jwk.d),
  p: number(jwk.q),
  q: number(jwk.p),
  u: number(jwk.qi),
}
const SIZE = 256
const keys = { aes128: [7, 16], aes192: [8, 24], aes256: [9, 32] } as const
type Name = keyof typeof keys

/** The padded session key, before it is encrypted. */
function pad(name: Name, key: Uint8Array, change: (block: Buffer, start: number) => void = () => undefined): Buffer {
  const sum = key.reduce((total, byte) => total + byte, 0) & 0xffff
  const payload = Buffer.from([keys[name][0], ...key, sum >> 8, sum & 0xff])
  const padding = Buffer.alloc(SIZE - payload.length - 3, 0xa5)
  const block = Buffer.concat([Buffer.from([0, 2]), padding, Buffer.from([0]), payload])
  change(block, SIZE - payload.length)
  return block
}

function encrypt(block: Uint8Array): Uint8Array {
  return publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block)
}

function open(encrypted: Uint8Array): Map<string, Buffer> {
  const found = rsaSessionKeys(encrypted, secret)
  return new Map(found.map(({ algorithm, data }) => [algorithm ?? '', Buffer.from(data)]))
}

it.each(Object.keys(keys) as Name[])('finds the session key of %s among its candidates', (name) => {
  const key = randomBytes(keys[name][1])
  const found = open(encrypt(pad(name, key)))
  expect(found.get(name)).toEqual(key)
  expect([...found.keys()]).toEqual(Object.keys(keys))
})

it('takes an encrypted number that is shorter than the modulus', () => {
  const key = randomBytes(32)
  const at = (): Uint8Array =>
    encrypt(
      pad('aes256', key, (block) =>
        randomBytes(8).forEach((byte, index) => {
          block[2 + index] = byte | 1
        }),
      ),
    )
  let encrypted = at()
  while (encrypted[0] !== 0) encrypted = at()
  expect(open(encrypted.subarray(1)).get('aes256')).toEqual(key)
})

it.each<[string, (block: Buffer, start: number) => void]>([
  ['begins with something else', (block) => block.writeUInt8(1, 0)],
  ['is of another type', (block) => block.writeUInt8(1, 1)],
  ['has a zero at the beginning of its padding', (block) => block.writeUInt8(0, 2)],
  ['has a zero at the end of its padding', (block, start) => block.writeUInt8(0, start - 2)],
  ['has no zero after its padding', (block, start) => block.writeUInt8(1, start - 1)],
  ['names an algorithm that is unknown', (block, start) => block.writeUInt8(1, start)],
  ['names an algorithm of another length', (block, start) => block.writeUInt8(7, start)],
  ['has another key', (block, start) => block.writeUInt8((block[start + 1] ?? 0) ^ 1, start + 1)],
  ['has a wrong checksum, above', (block) => block.writeUInt8((block[SIZE - 2] ?? 0) ^ 0x80, SIZE - 2)],
  ['has a wrong checksum, below', (block) => block.writeUInt8((block[SIZE - 1] ?? 0) ^ 1, SIZE - 1)],
])('gives as many random candidates for a padding that %s', (_, change) => {
  const key = randomBytes(32)
  const encrypted = encrypt(pad('aes256', key, change))
  const [first, second] = [open(encrypted), open(encrypted)]
  for (const [name, [, bytes]] of Object.entries(keys)) {
    expect(first.get(name)?.length).toBe(bytes)
    expect(first.get(name)).not.toEqual(second.get(name))
    expect(first.get(name)).not.toEqual(key)
  }
})

it.each([
  ['zero', Buffer.alloc(SIZE)],
  ['nothing', Buffer.alloc(0)],
  ['as large as the modulus', Buffer.from(secret.n)],
  ['longer than the modulus', Buffer.alloc(SIZE + 1, 1)],
])('gives as many random candidates for a number that is %s', (_, encrypted) => {
  const found = open(encrypted)
  expect([...found].map(([name, { length }]) => [name, length])).toEqual(
    Object.entries(keys).map(([name, [, bytes]]) => [name, bytes]),
  )
  expect(open(encrypted).get('aes256')).not.toEqual(found.get('aes256'))
})
