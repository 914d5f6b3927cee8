import { describe, expect, it } from 'vitest'
import { openHpke, sealHpke } from '../src/hpke.js'
import { loadSodium } from '../src/sodium-module.js'
import { nodeX25519, sodiumX25519, type X25519 } from '../src/x25519.js'
import { hasWycheproof, readX25519 } from './wycheproof.js'

const module = await loadSodium()
if (!module) throw new Error('libsodium does not load')
const implementations: readonly (readonly [string, X25519])[] = [
  ['libsodium', sodiumX25519(module)],
  ['node:crypto', nodeX25519],
]

/** RFC 9180, A.2.1: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305, base mode, the first message. */
const rfc = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  ephemeral: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  encapsulated: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  secretKey: '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
  publicKey: '4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a',
  plaintext: '4265617574792069732074727574682c20747275746820626561757479',
  aad: '436f756e742d30',
  ciphertext: '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
}
const { info, aad, plaintext, publicKey, secretKey, ephemeral } = unhexed(rfc)
const sealed = unhex(rfc.encapsulated + rfc.ciphertext)
const pair = { secretKey, publicKey }

describe.each(implementations)('HPKE with the X25519 of %s', (_, x25519) => {
  it('seals as the RFC does', () => {
    const once = Uint8Array.from(ephemeral)
    expect(hex(sealHpke(x25519, publicKey, plaintext, { info, aad }, once))).toBe(hex(sealed))
    expect(hex(once)).toBe('00'.repeat(32))
  })

  it('opens what the RFC sealed', () => {
    expect(hex(openHpke(x25519, pair, sealed, { info, aad }) ?? new Uint8Array())).toBe(rfc.plaintext)
  })

  it('opens nothing of which one bit is changed, or which is cut off', () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      // X25519 ignores the highest bit of a public key, and HPKE binds it all the same.
      const flipped = Uint8Array.from(sealed, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      expect(openHpke(x25519, pair, flipped, { info, aad }), `bit ${bit}`).toBeUndefined()
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(openHpke(x25519, pair, sealed.subarray(0, length), { info, aad }), `${length} bytes`).toBeUndefined()
    }
  })

  it('opens nothing under another info or aad', () => {
    expect(openHpke(x25519, pair, sealed, { info: aad, aad })).toBeUndefined()
    expect(openHpke(x25519, pair, sealed, { info, aad: info })).toBeUndefined()
  })

  it('takes no public key of low order', () => {
    expect(() => sealHpke(x25519, new Uint8Array(32), plaintext, { info, aad })).toThrow(RangeError)
    const low = Buffer.concat([new Uint8Array(32), sealed.subarray(32)])
    expect(openHpke(x25519, pair, low, { info, aad })).toBeUndefined()
  })

  it('seals the same twice to different bytes', () => {
    const seal = () => hex(sealHpke(x25519, publicKey, plaintext, { info, aad }))
    expect(seal()).not.toBe(seal())
  })

  it.skipIf(!hasWycheproof)('agrees with every vector (needs C2SP/wycheproof in PARASOL_VECTORS)', () => {
    const tests = readX25519()
    expect(tests.length).toBeGreaterThan(500)
    for (const { tcId, private: secret, public: point, shared } of tests) {
      const result = x25519.sharedSecret(unhex(secret), unhex(point))
      // Where the result is zero the vectors leave it to the caller to refuse it: HPKE has to.
      expect(result && hex(result), `test ${tcId}`).toBe(/^0+$/.test(shared) ? undefined : shared)
    }
  })
})

it('leaves nothing in the memory of libsodium', () => {
  const x25519 = sodiumX25519(module)
  x25519.publicKey(secretKey)
  const shared = x25519.sharedSecret(secretKey, publicKey) as Uint8Array
  const heap = Buffer.from(module.HEAPU8.buffer)
  expect(heap.includes(Buffer.from(secretKey))).toBe(false)
  expect(heap.includes(Buffer.from(shared))).toBe(false)
})

function unhex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

function unhexed<Key extends string>(texts: Readonly<Record<Key, string>>): Readonly<Record<Key, Uint8Array>> {
  const entries = Object.entries<string>(texts).map(([key, text]) => [key, unhex(text)])
  return Object.fromEntries(entries) as Record<Key, Uint8Array>
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
