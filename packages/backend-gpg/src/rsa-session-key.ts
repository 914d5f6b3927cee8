import { constants, createPrivateKey, type JsonWebKey, privateDecrypt, randomFillSync } from 'node:crypto'
import { pkcs1Fault } from '@parasol/core'
import { enums, type SessionKey } from 'openpgp'

/** The numbers of an unlocked RSA key as OpenPGP has them (RFC 9580, section 5.5.5.1): `u` is the inverse of `p` modulo `q`. */
export interface RsaSecret {
  readonly n: Uint8Array
  readonly e: Uint8Array
  readonly d: Uint8Array
  readonly p: Uint8Array
  readonly q: Uint8Array
  readonly u: Uint8Array
}

const algorithms = [
  { name: 'aes128', id: enums.symmetric.aes128, bytes: 16 },
  { name: 'aes192', id: enums.symmetric.aes192, bytes: 24 },
  { name: 'aes256', id: enums.symmetric.aes256, bytes: 32 },
] as const

/**
 * What an encrypted session key may be: one candidate for each length that it may have, whatever is in it. Those that it is
 * not are random, so that neither what comes back nor how long it takes says whether the padding was right, which would
 * decrypt other messages (Bleichenbacher's attack). The remedy is that of TLS: RFC 5246, section 7.4.7.1.
 *
 * The modular exponentiation is OpenSSL's, which blinds it. It is asked for no padding, because Node 20 refuses PKCS #1.
 *
 * @param encrypted the number of a packet, big-endian
 * @param version of the packet: with version 3 the algorithm stands before the key
 */
export function rsaSessionKeys(encrypted: Uint8Array, secret: RsaSecret, version = 3): SessionKey[] {
  const encoded = exponentiate(encrypted, secret)
  try {
    return algorithms.map(({ name, id, bytes }) => {
      return { algorithm: name, data: unpad(encoded, version === 3 ? [0, id] : [0], bytes) }
    })
  } finally {
    encoded.fill(0)
  }
}

/** Zeros, which are no padding, for a number that is too large: everybody can see that. */
function exponentiate(encrypted: Uint8Array, secret: RsaSecret): Uint8Array {
  const block = Buffer.alloc(secret.n.length)
  if (encrypted.length > block.length) return block
  block.set(encrypted, block.length - encrypted.length)
  const key = createPrivateKey({ key: toJwk(secret), format: 'jwk' })
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block)
  } catch {
    return Buffer.alloc(secret.n.length)
  }
}

/**
 * The padding, the zero that ends it, what else stands before the key, key, checksum. No branch and no index depends on a
 * byte of it.
 */
function unpad(encoded: Uint8Array, before: readonly number[], bytes: number): Uint8Array {
  const start = encoded.length - bytes - 2
  const padded = start - before.length
  const at = (index: number): number => encoded[index] as number
  let wrong = pkcs1Fault(encoded, before.length - 1 + bytes + 2)
  for (let index = padded; index < start; index += 1) wrong |= at(index) ^ (before[index - padded] as number)
  let sum = 0
  for (let index = start; index < start + bytes; index += 1) sum += at(index)
  wrong |= ((sum >> 8) & 0xff) ^ at(start + bytes)
  wrong |= (sum & 0xff) ^ at(start + bytes + 1)
  const mask = -wrong >> 31
  const key = randomFillSync(new Uint8Array(bytes))
  for (let index = 0; index < bytes; index += 1) {
    key[index] = ((key[index] as number) & mask) | (at(start + index) & ~mask)
  }
  return key
}

/** In a JSON Web Key `qi` is the inverse of `q` modulo `p`, so that the two primes change places. */
function toJwk({ n, e, d, p, q, u }: RsaSecret): JsonWebKey {
  return {
    kty: 'RSA',
    n: encode(n),
    e: encode(e),
    d: encode(d),
    p: encode(q),
    q: encode(p),
    dp: encode(modulo(d, q)),
    dq: encode(modulo(d, p)),
    qi: encode(u),
  }
}

/** d modulo prime - 1 */
function modulo(d: Uint8Array, prime: Uint8Array): Uint8Array {
  const hex = (toBigInt(d) % (toBigInt(prime) - 1n)).toString(16)
  return Buffer.from(hex.padStart(2 * prime.length, '0'), 'hex')
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
