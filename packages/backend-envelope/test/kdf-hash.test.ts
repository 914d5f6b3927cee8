import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { ARENA_BYTES, COMMITMENT_END, KEY_AT } from '../src/arena-layout.js'
import { RecordArena } from '../src/record-arena.js'
import { loadSodium, type SodiumModule } from '../src/sodium-module.js'
import { suites } from '../src/suites.js'

// RFC 7693, appendix A, and the examples of FIPS 180 for SHA-512.
const abc = {
  blake2b512:
    'ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923',
  sha512:
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
}
const module = await sodium()

it.each(Object.entries(abc))(
  'takes %s of node:crypto and of libsodium for what its standard says',
  (name, expected) => {
    expect(createHash(name).update('abc').digest('hex')).toBe(expected)
    const at = module._malloc(128)
    const heap = Buffer.from(module.HEAPU8.buffer, at, 128)
    heap.write('abc')
    if (name === 'sha512') module._crypto_hash(at + 64, at, 3, 0)
    else module._crypto_generichash(at + 64, 64, at, 3, 0, 0, 0)
    expect(heap.toString('hex', 64)).toBe(expected)
  },
)

it.each(suites)(
  'derives the same for $name in an arena of either kind, whatever the length of the context',
  (suite) => {
    const arenas = [RecordArena.nodeCrypto(), RecordArena.sodium(module, module._malloc(ARENA_BYTES))]
    for (const length of [4, 41, 42, 43, 100, 169, 170, 171, 300, 8192]) {
      const [dataKey, salt, context] = [randomBytes(32), randomBytes(24), randomBytes(length)]
      const derived = arenas.map((arena) => {
        arena.derive(suite, dataKey, salt, context)
        const bytes = arena.bytes.toString('hex', KEY_AT, COMMITMENT_END)
        arena.wipe()
        expect(arena.bytes.indexOf(dataKey)).toBe(-1)
        return bytes
      })
      expect(derived[0]).toBe(derived[1])
    }
  },
)

async function sodium(): Promise<SodiumModule> {
  const module = await loadSodium()
  if (!module) throw new Error('libsodium could not be loaded')
  return module
}
