import assert from 'node:assert/strict'
import { isReEncrypting, type ReEncryptingKms } from '@parasol/core'

import { assertBytes, assertDecryptionFails, assertRejects, assertTamperingFails } from '../assertions.js'
import { equalBytes } from '../bytes.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { wrongContexts } from '../contexts.js'
import { flips, truncations } from '../mutations.js'
import { CONTEXT, PLAINTEXT } from '../samples.js'
import type { KmsHarness } from './kms-harness.js'

type Able = Omit<KmsHarness, 'kms' | 'stranger'> & { readonly kms: ReEncryptingKms; readonly stranger: ReEncryptingKms }

const cases: readonly ConformanceCase<Able>[] = [
  {
    name: 're-encrypts to another ciphertext of the same plaintext, and under another key',
    run: async ({ kms, keyId, otherKeyId }) => {
      const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      for (const key of [keyId, otherKeyId]) {
        const renewed = await kms.reEncrypt(ciphertext, key, CONTEXT)
        assert.ok(!equalBytes(renewed, ciphertext), 'Nothing was changed')
        assertBytes(await kms.decrypt(renewed, CONTEXT), PLAINTEXT)
      }
      assertBytes(await kms.decrypt(ciphertext, CONTEXT), PLAINTEXT)
    },
  },
  {
    name: 're-encrypts a wrapped key to one of the same data key',
    run: async ({ kms, keyId }) => {
      using key = await kms.generateDataKey(keyId, CONTEXT)
      assertBytes(await kms.decrypt(await kms.reEncrypt(key.wrapped, keyId, CONTEXT), CONTEXT), key.plaintext)
    },
  },
  {
    name: 're-encrypts nothing under another context',
    run: async ({ kms, keyId }) => {
      const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      await forEachConcurrently(Object.values(wrongContexts), (wrong) =>
        assertDecryptionFails(() => kms.reEncrypt(ciphertext, keyId, wrong), [PLAINTEXT, ciphertext]),
      )
    },
  },
  {
    name: 're-encrypts nothing that other keys encrypted',
    run: async ({ kms, stranger, keyId }) => {
      const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      await assertDecryptionFails(() => stranger.reEncrypt(ciphertext, keyId, CONTEXT), [PLAINTEXT, ciphertext])
    },
  },
  ...Object.entries({ 'with a bit flipped in any byte': flips, 'cut off at any length': truncations }).map(
    ([what, mutate]) => ({
      name: `re-encrypts nothing ${what}`,
      run: async ({ kms, keyId, integrity = 'ciphertext' }: Able) => {
        const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
        await forEachConcurrently(mutate(ciphertext), (tampered) =>
          assertTamperingFails(integrity, () => kms.reEncrypt(tampered, keyId, CONTEXT), [PLAINTEXT]),
        )
      },
    }),
  ),
  {
    name: 're-encrypts under no key that does not exist',
    run: async ({ kms, keyId, missingKeyId = 'alias/missing' }) => {
      const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      await assertRejects('KEY_NOT_FOUND', () => kms.reEncrypt(ciphertext, missingKeyId, CONTEXT))
    },
  },
  {
    name: 're-encrypts nothing when the signal was aborted before the call',
    run: async ({ kms, keyId }) => {
      const ciphertext = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      const options = { signal: AbortSignal.abort() }
      await assertRejects('ABORTED', () => kms.reEncrypt(ciphertext, keyId, CONTEXT, options))
    },
  },
]

/** What a KMS must do that re-encrypts. */
export const reEncryptCases: readonly ConformanceCase<KmsHarness>[] = cases.map((each) => ({
  name: each.name,
  applies: (harness) => viewOf(harness) !== undefined,
  run: async (harness) => {
    const able = viewOf(harness)
    if (able) await each.run(able)
  },
}))

function viewOf(harness: KmsHarness): Able | undefined {
  const { kms, stranger } = harness
  return isReEncrypting(kms) && isReEncrypting(stranger) ? { ...harness, kms, stranger } : undefined
}
