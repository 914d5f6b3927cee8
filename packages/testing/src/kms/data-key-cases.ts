import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { CryptoError, DATA_KEY_BYTES, type EncryptionContext } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects, assertTamperingFails, settle } from '../assertions.js'
import { concat, includesBytes, toHex } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { invalidContexts, longestContext, lookAlikes, unusualContexts, wrongContexts } from '../contexts.js'
import { assertShowsNothingOf } from '../leaks.js'
import { flips, splices, truncations } from '../mutations.js'
import { CONTEXT } from '../samples.js'
import type { KmsHarness } from './kms-harness.js'

const KEYS = 50

const mutations: Readonly<Record<string, (wrapped: Uint8Array, other: Uint8Array) => readonly Uint8Array[]>> = {
  'with a bit flipped in any byte': flips,
  'cut off at any length': truncations,
  'with trailing bytes': (wrapped) => [concat(wrapped, Uint8Array.of(0)), concat(wrapped, wrapped)],
  'that begins like one and ends like another': splices,
}

/** Data keys are fresh, open from their wrapped form alone, and are gone when they are disposed of. */
export const dataKeyCases: readonly ConformanceCase<KmsHarness>[] = [
  {
    name: 'makes data keys of 32 bytes, which decrypt opens from their wrapped form',
    run: async (harness) => {
      for (const keyId of [harness.keyId, harness.otherKeyId]) {
        const { plaintext, wrapped } = await makeKey({ ...harness, keyId }, CONTEXT)
        assert.equal(plaintext.length, DATA_KEY_BYTES)
        assertBytes(await harness.kms.decrypt(wrapped, CONTEXT), plaintext)
      }
    },
  },
  {
    name: 'makes a new data key each time',
    run: async (harness) => {
      const keys = await Promise.all(Array.from({ length: KEYS }, () => makeKey(harness, CONTEXT)))
      const hex = keys.flatMap(({ plaintext, wrapped }) => [plaintext, wrapped]).map(toHex)
      assert.equal(new Set(hex).size, 2 * KEYS, 'Two data keys are the same')
      await forEachConcurrently(keys, async ({ plaintext, wrapped }) =>
        assertBytes(await harness.kms.decrypt(wrapped, CONTEXT), plaintext),
      )
    },
  },
  {
    name: 'shows nothing of a data key in its wrapped form or in its print',
    run: async ({ kms, keyId }) => {
      using key = await kms.generateDataKey(keyId, CONTEXT)
      assert.ok(!includesBytes(key.wrapped, key.plaintext.subarray(0, 12)), 'The wrapped key holds the key')
      assertShowsNothingOf([key.plaintext], new Error(`${key} ${inspect(key)} ${JSON.stringify(key)}`))
    },
  },
  {
    name: 'zeroes a data key that is disposed of',
    run: async ({ kms, keyId }) => {
      const key = await kms.generateDataKey(keyId, CONTEXT)
      const memory = key.plaintext
      key[Symbol.dispose]()
      key[Symbol.dispose]()
      assert.ok(
        memory.every((byte) => byte === 0),
        'The key is still in memory',
      )
      assert.throws(
        () => key.plaintext,
        (error) => CryptoError.is(error) && error.code === 'CLOSED',
      )
    },
  },
  {
    name: 'opens a wrapped key after its data key was disposed of',
    run: async (harness) => {
      const { plaintext, wrapped } = await makeKey(harness, CONTEXT)
      const opened = await harness.kms.decrypt(wrapped, CONTEXT)
      opened.fill(0)
      assertBytes(await harness.kms.decrypt(wrapped, CONTEXT), plaintext)
    },
  },
  ...Object.entries(wrongContexts).map(([what, context]) => ({
    name: `refuses a wrapped key ${what}`,
    run: (harness: KmsHarness) => refusesToMove(harness, CONTEXT, context),
  })),
  {
    name: 'does not take the context of a wrapped key for one that looks like it',
    run: async (harness) => {
      for (const [one, other] of lookAlikes) {
        await refusesToMove(harness, one, other)
        await refusesToMove(harness, other, one)
      }
    },
  },
  {
    name: 'opens a wrapped key whatever the order of the keys of the context',
    run: async (harness) => {
      for (const context of [...Object.values(unusualContexts), longestContext]) {
        const { plaintext, wrapped } = await makeKey(harness, context)
        const reversed = Object.fromEntries(Object.entries(context).reverse())
        assertBytes(await harness.kms.decrypt(wrapped, reversed), plaintext)
      }
    },
  },
  ...Object.entries(invalidContexts).map(([what, context]) => ({
    name: `makes no data key under ${what}`,
    run: async ({ kms, keyId }: KmsHarness) => {
      await assertRejects('INVALID_INPUT', () => kms.generateDataKey(keyId, context))
    },
  })),
  {
    name: 'refuses a wrapped key that other keys made',
    run: async (harness) => {
      const { plaintext, wrapped } = await makeKey(harness, CONTEXT)
      await assertDecryptionFails(() => harness.stranger.decrypt(wrapped, CONTEXT), [plaintext, wrapped])
    },
  },
  ...Object.entries(mutations).map(([what, mutate]) => ({
    name: `refuses a wrapped key ${what}`,
    run: async (harness: KmsHarness) => {
      const { integrity = 'ciphertext', kms } = harness
      const [one, other] = [await makeKey(harness, CONTEXT), await makeKey(harness, CONTEXT)]
      await forEachConcurrently(mutate(one.wrapped, other.wrapped), (tampered) =>
        assertTamperingFails(integrity, () => kms.decrypt(tampered, CONTEXT), [one.plaintext, other.plaintext]),
      )
    },
  })),
  {
    name: 'makes no data key when the signal was aborted before the call',
    run: async ({ kms, keyId }) => {
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () => kms.generateDataKey(keyId, CONTEXT, options))
    },
  },
  {
    name: 'either makes a data key or is aborted when the signal is aborted during the call',
    run: async ({ kms, keyId }) => {
      const controller = new AbortController()
      const pending = settle(() => kms.generateDataKey(keyId, CONTEXT, { signal: controller.signal }))
      controller.abort()
      const outcome = await pending
      if ('error' in outcome) await assertRejects('ABORTED', () => Promise.reject(outcome.error))
      else outcome.value[Symbol.dispose]()
    },
  },
]

async function refusesToMove(harness: KmsHarness, from: EncryptionContext, to: EncryptionContext): Promise<void> {
  const { plaintext, wrapped } = await makeKey(harness, from)
  await assertDecryptionFails(() => harness.kms.decrypt(wrapped, to), [plaintext, wrapped])
}

/** A data key's bytes, copied before it is disposed of. */
async function makeKey(
  { kms, keyId }: Pick<KmsHarness, 'kms' | 'keyId'>,
  context: EncryptionContext,
): Promise<{ readonly plaintext: Uint8Array; readonly wrapped: Uint8Array }> {
  using key = await kms.generateDataKey(keyId, context)
  return { plaintext: Uint8Array.from(key.plaintext), wrapped: Uint8Array.from(key.wrapped) }
}
