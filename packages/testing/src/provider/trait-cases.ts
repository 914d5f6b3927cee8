import assert from 'node:assert/strict'
import { isRecordProvider, isSchemeName, isStreamProvider } from '@parasol/core'

import type { ConformanceCase } from '../conformance-case.js'
import type { ProviderHarness } from './provider-harness.js'

/** What a provider says of itself. */
export const traitCases: readonly ConformanceCase<ProviderHarness>[] = [
  {
    name: 'has a scheme that a token can name',
    run: async ({ provider }) => assert.ok(isSchemeName(provider.scheme), `"${provider.scheme}" cannot name a scheme`),
  },
  {
    name: 'declares traits that can be',
    run: async ({ provider: { traits } }) => {
      const { maxPlaintextBytes, bindsContext, plaintextLeavesProcess } = traits
      assert.ok(maxPlaintextBytes >= 1, 'maxPlaintextBytes is at least 1')
      assert.ok(Number.isSafeInteger(maxPlaintextBytes) || maxPlaintextBytes === Number.POSITIVE_INFINITY)
      assert.equal(typeof bindsContext, 'boolean')
      assert.equal(typeof plaintextLeavesProcess, 'boolean')
    },
  },
  {
    name: 'has each optional ability wholly or not at all',
    run: async ({ provider }) => {
      assert.equal('encryptRecord' in provider || 'decryptRecord' in provider, isRecordProvider(provider))
      assert.equal('encryptStream' in provider || 'decryptStream' in provider, isStreamProvider(provider))
    },
  },
  {
    name: 'is compared with a stranger of its own kind',
    run: async ({ provider, stranger }) => {
      assert.notEqual(provider, stranger)
      assert.deepEqual(stranger.traits, provider.traits)
      assert.equal(isRecordProvider(stranger), isRecordProvider(provider))
      assert.equal(isStreamProvider(stranger), isStreamProvider(provider))
      assert.equal('rewrap' in stranger, 'rewrap' in provider)
    },
  },
]
