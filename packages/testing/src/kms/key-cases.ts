import assert from 'node:assert/strict'
import { DATA_KEY_BYTES } from '@parasol/core'

import { assertBytes, assertRejects, assertTamperingFails } from '../assertions.js'
import { forEachConcurrently } from '../concurrently.js'
import type { ConformanceCase } from '../conformance-case.js'
import { MISSING_KEY_ID } from '../fake-kms.js'
import { splices } from '../mutations.js'
import { CONTEXT, PLAINTEXT } from '../samples.js'
import type { KmsHarness } from './kms-harness.js'

/** Which key a KMS uses, and what it says of itself. */
export const keyCases: readonly ConformanceCase<KmsHarness>[] = [
  {
    name: 'declares a greatest length that holds a data key',
    run: async ({ kms }) => {
      assert.ok(Number.isSafeInteger(kms.maxPlaintextBytes))
      assert.ok(kms.maxPlaintextBytes >= DATA_KEY_BYTES)
    },
  },
  {
    name: 'tells from the ciphertext which key made it',
    run: async ({ kms, keyId, otherKeyId }) => {
      for (const id of [keyId, otherKeyId]) {
        assertBytes(await kms.decrypt(await kms.encrypt(id, PLAINTEXT, CONTEXT), CONTEXT), PLAINTEXT)
      }
    },
  },
  {
    name: 'refuses the beginning of the ciphertext of one key with the end of that of another',
    run: async ({ kms, keyId, otherKeyId, integrity = 'ciphertext' }) => {
      const one = await kms.encrypt(keyId, PLAINTEXT, CONTEXT)
      const other = await kms.encrypt(otherKeyId, PLAINTEXT, CONTEXT)
      await forEachConcurrently([...splices(one, other), ...splices(other, one)], (spliced) =>
        assertTamperingFails(integrity, () => kms.decrypt(spliced, CONTEXT)),
      )
    },
  },
  {
    name: 'knows no key that does not exist',
    run: async ({ kms, missingKeyId = MISSING_KEY_ID }) => {
      await assertRejects('KEY_NOT_FOUND', () => kms.encrypt(missingKeyId, PLAINTEXT, CONTEXT))
      await assertRejects('KEY_NOT_FOUND', () => kms.generateDataKey(missingKeyId, CONTEXT))
    },
  },
]
