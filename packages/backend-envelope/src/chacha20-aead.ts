import { moveArenaTo } from './arena.js'
import { type ArenaAead, inArena } from './arena-aead.js'
import { nodeAead } from './node-aead.js'
import { SODIUM_MAX_BYTES, sodiumAead } from './sodium-aead.js'
import { sodiumArenaAead } from './sodium-arena-aead.js'
import { loadSodium } from './sodium-module.js'
import { type Aead, type Suite, TAG_BYTES } from './suite.js'

/**
 * ChaCha20-Poly1305 (RFC 8439). Small fields go through libsodium's WebAssembly, the rest through node:crypto; the bytes
 * are the same. CPU us to seal, on Node 20:
 *
 *     bytes         16     64     256    1,024   2,048   4,096   16,384
 *     libsodium     0.6    0.8    1.2    2.9     5.1     10.0    36.5
 *     node:crypto   3.8    3.8    4.6    4.0     4.6     6.2     10.3
 *
 * WebAssembly is compiled in the background from the first use on, which takes some 20 ms; until then, and where it is
 * not to be had, node:crypto does it all.
 */
export const chacha20Aead: Pick<Suite, 'seal' | 'open' | 'arenaAead'> = {
  seal(key, nonce, plaintext, aad, target) {
    aeadFor(plaintext.length + aad.length).seal(key, nonce, plaintext, aad, target)
  },

  open(key, nonce, sealed, aad) {
    return aeadFor(sealed.length - TAG_BYTES + aad.length).open(key, nonce, sealed, aad)
  },

  arenaAead(textBytes) {
    if (!preparing) void prepareSodium()
    return textBytes <= SODIUM_MAX_BYTES ? forSmallInArena : forAllInArena
  },
}

/** Resolves when libsodium is ready, or known not to be had. */
export function prepareSodium(): Promise<void> {
  preparing ??= loadSodium().then((module) => {
    if (!module) return
    forSmall = sodiumAead(module)
    forSmallInArena = sodiumArenaAead(module, moveArenaTo(module))
  })
  return preparing
}

const forAll = nodeAead('chacha20-poly1305')
const forAllInArena = inArena(forAll)
let forSmall: Aead = forAll
let forSmallInArena: ArenaAead = forAllInArena
let preparing: Promise<void> | undefined

function aeadFor(bytes: number): Aead {
  if (!preparing) void prepareSodium()
  return bytes <= SODIUM_MAX_BYTES ? forSmall : forAll
}
