import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { chacha20Aead, prepareSodium } from '../src/chacha20-aead.js'
import { nodeAead } from '../src/node-aead.js'
import { SODIUM_MAX_BYTES, sodiumAead } from '../src/sodium-aead.js'
import { loadSodium, type SodiumModule } from '../src/sodium-module.js'
import type { Aead } from '../src/suite.js'
import { hasWycheproof, readWycheproof } from './wycheproof.js'

const module = await sodium()
const aeads: readonly [string, Aead][] = [
  ['node:crypto', nodeAead('chacha20-poly1305')],
  ['libsodium', sodiumAead(module)],
  ['the suite', chacha20Aead],
]
beforeAll(prepareSodium)

describe.each(aeads)('ChaCha20-Poly1305 by %s', (_, aead) => {
  it.skipIf(!hasWycheproof)('opens and seals as Wycheproof says (needs C2SP/wycheproof in PARASOL_VECTORS)', () => {
    const tests = readWycheproof('chacha20_poly1305_test.json')
    expect(tests.length).toBeGreaterThan(250)
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
      const opened = aead.open(bytes(key), bytes(iv), bytes(ct + tag), bytes(aad))
      expect(opened && hex(opened), `tcId ${tcId}`).toBe(result === 'valid' ? msg : undefined)
      if (result === 'valid') expect(seal(aead, bytes(key), bytes(iv), bytes(msg), bytes(aad))).toBe(ct + tag)
    }
  })

  it('seals as section 2.8.2 of RFC 8439 says', () => {
    const text =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it."
    const key = bytes('808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f')
    const [nonce, aad] = [bytes('070000004041424344454647'), bytes('50515253c0c1c2c3c4c5c6c7')]
    const sealed = seal(aead, key, nonce, Buffer.from(text), aad)
    expect(sealed).toMatch(/^d31a8d34648e60db7b86afbc53ef7ec2/)
    expect(sealed).toMatch(/1ae10b594f09e26a7e902ecbd0600691$/)
  })
})

it('gives the same bytes on either side of the size where it changes hands', () => {
  const [node, sodium] = [nodeAead('chacha20-poly1305'), sodiumAead(module)]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: SODIUM_MAX_BYTES / 2 }), fc.uint8Array({ maxLength: 300 }), (text, aad) => {
      const [key, nonce] = [randomBytes(32), randomBytes(12)]
      expect(seal(sodium, key, nonce, text, aad)).toBe(seal(node, key, nonce, text, aad))
    }),
  )
  for (const length of [SODIUM_MAX_BYTES - 1, SODIUM_MAX_BYTES, SODIUM_MAX_BYTES + 1, 100_000]) {
    const [key, nonce, text] = [randomBytes(32), randomBytes(12), randomBytes(length)]
    const sealed = seal(chacha20Aead, key, nonce, text, bytes('00'))
    expect(sealed).toBe(seal(node, key, nonce, text, bytes('00')))
    expect(hex(chacha20Aead.open(key, nonce, bytes(sealed), bytes('00')) ?? key)).toBe(hex(text))
  }
})

it('leaves neither key nor plaintext in the WebAssembly heap', () => {
  const aead = sodiumAead(module)
  const [key, nonce, aad, text] = [randomBytes(32), randomBytes(12), randomBytes(5), randomBytes(64)]
  const sealed = bytes(seal(aead, key, nonce, text, aad))
  aead.open(key, nonce, sealed, aad)
  aead.open(key, nonce, sealed.fill(0, 3, 4), aad)
  const heap = Buffer.from(module.HEAPU8.buffer)
  for (const secret of [key, text]) {
    for (let at = 0; at + 8 <= secret.length; at += 8) expect(heap.indexOf(secret.subarray(at, at + 8))).toBe(-1)
  }
})

async function sodium(): Promise<SodiumModule> {
  const module = await loadSodium()
  if (!module) throw new Error('libsodium could not be loaded')
  return module
}

function seal(aead: Aead, key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): string {
  const target = new Uint8Array(plaintext.length + 16)
  aead.seal(key, nonce, plaintext, aad, target)
  return hex(target)
}

function bytes(text: string): Buffer {
  return Buffer.from(text, 'hex')
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
