import assert from 'node:assert/strict'
import type { RewrapProvider } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects, assertTamperingFails } from '../assertions.js'
import { equalBytes, includesBytes } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { wrongContexts } from '../contexts.js'
import { flips, truncations } from '../mutations.js'
import { PLAINTEXT, randomPlaintext } from '../samples.js'
import type { Able } from './ability.js'

type Rewraps = Able<RewrapProvider>

const BLOCK = 16

/** Renewing the wrapped key changes nothing else. */
export const rewrapCases: readonly ConformanceCase<Rewraps>[] = [
  {
    name: 'rewraps to another ciphertext of the same plaintext, again and again',
    run: async ({ provider, context }) => {
      let ciphertext = await provider.encrypt(PLAINTEXT, context)
      for (let round = 0; round < 3; round += 1) {
        const renewed = await provider.rewrap(ciphertext, context)
        assert.ok(!equalBytes(renewed, ciphertext), 'Rewrapping changed nothing')
        assertBytes(await provider.decrypt(renewed, context), PLAINTEXT)
        ciphertext = renewed
      }
    },
  },
  {
    name: 'still decrypts a ciphertext that was rewrapped since',
    run: async ({ provider, context }) => {
      const ciphertext = await provider.encrypt(PLAINTEXT, context)
      await provider.rewrap(ciphertext, context)
      assertBytes(await provider.decrypt(ciphertext, context), PLAINTEXT)
    },
  },
  {
    name: 'rewraps without touching the data',
    applies: ({ provider }) => !provider.traits.plaintextLeavesProcess,
    run: async ({ provider, context }) => {
      const plaintext = randomPlaintext(Math.min(4096, provider.traits.maxPlaintextBytes))
      const ciphertext = await provider.encrypt(plaintext, context)
      const renewed = await provider.rewrap(ciphertext, context)
      const kept = blocks(ciphertext).filter((block) => includesBytes(renewed, block)).length
      assert.ok(kept >= Math.floor(plaintext.length / BLOCK) - 4, 'Rewrapping encrypted the data again')
    },
  },
  {
    name: 'makes nothing readable under another context by rewrapping',
    applies: ({ provider }) => provider.traits.bindsContext,
    run: async ({ provider, context }) => {
      const ciphertext = await provider.encrypt(PLAINTEXT, context)
      await forEachConcurrently(Object.values(wrongContexts), (wrong) =>
        assertDecryptionFails(async () => provider.decrypt(await provider.rewrap(ciphertext, wrong), wrong)),
      )
    },
  },
  {
    name: 'does not rewrap what other keys encrypted',
    run: async ({ provider, stranger, context }) => {
      const ciphertext = await provider.encrypt(PLAINTEXT, context)
      await assertDecryptionFails(() => stranger.rewrap(ciphertext, context))
    },
  },
  ...Object.entries({ 'with a bit flipped in any byte': flips, 'cut off at any length': truncations }).map(
    ([what, mutate]) => ({
      name: `makes nothing readable by rewrapping a ciphertext ${what}`,
      run: async ({ provider, context, integrity }: Rewraps) => {
        const ciphertext = await provider.encrypt(PLAINTEXT, context)
        await forEachConcurrently(mutate(ciphertext), (tampered) =>
          assertTamperingFails(integrity, async () =>
            provider.decrypt(await provider.rewrap(tampered, context), context),
          ),
        )
      },
    }),
  ),
  {
    name: 'leaves the rewrapped ciphertext of the caller as it was',
    run: async ({ provider, context }) => {
      const ciphertext = await provider.encrypt(PLAINTEXT, context)
      const copy = Uint8Array.from(ciphertext)
      const renewed = await provider.rewrap(ciphertext, context)
      assertBytes(ciphertext, copy, "The caller's ciphertext was changed")
      ciphertext.fill(0)
      assertBytes(await provider.decrypt(renewed, context), PLAINTEXT)
    },
  },
  {
    name: 'does not rewrap when the signal was aborted before the call',
    run: async ({ provider, context }) => {
      const ciphertext = await provider.encrypt(PLAINTEXT, context)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () => provider.rewrap(ciphertext, context, options))
    },
  },
]

function blocks(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.floor(bytes.length / BLOCK) }, (_, index) =>
    bytes.subarray(index * BLOCK, (index + 1) * BLOCK),
  )
}
