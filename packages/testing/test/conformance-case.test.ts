import { type CryptoProvider, requireEmptyContext } from '@parasol/core'
import {
  type ConformanceCase,
  type ProviderHarness,
  providerCases,
  referenceProvider,
  runCases,
} from '@parasol/testing'
import { expect, it } from 'vitest'
import { applicable } from '../src/conformance-case.js'

const failing = { name: 'fails', run: () => Promise.reject(new Error('No')) }
const passing = { name: 'passes', run: () => Promise.resolve() }

it('runs every case that applies and tells why one failed', async () => {
  const never: ConformanceCase<object> = { ...failing, name: 'does not apply', applies: () => false }
  const results = await runCases([failing, never, passing], {})
  expect(results).toEqual([{ name: 'fails', error: new Error('No') }, { name: 'passes' }])
})

it('asks of a provider without optional abilities only what it can do', async () => {
  const harness = { provider: plain(referenceProvider()), stranger: plain(referenceProvider()) }
  const names = applicable(providerCases, harness).map(({ name }) => name)
  expect(names).toContain('refuses trailing bytes')
  expect(names.filter((name) => /record|short stream|rewrap/.test(name))).toEqual([])
  expect(await failures(harness)).toEqual([])
})

it('passes a provider that binds no context and says so', async () => {
  const harness = { provider: withoutContext(), stranger: withoutContext() }
  expect(await failures(harness)).toEqual([])
  const names = applicable(providerCases, harness).map(({ name }) => name)
  expect(names).toContain('refuses a context, which it cannot bind')
  expect(names).not.toContain('refuses a ciphertext moved to another row')
})

it('lets a format with the integrity of plaintexts be written in several ways, and no more', async () => {
  const lenient = (): CryptoProvider => ignoringTail(plain(referenceProvider()))
  const harness = { provider: lenient(), stranger: lenient() }
  expect(await failures(harness)).toContain('refuses a ciphertext with a bit flipped in any byte')
  expect(await failures({ ...harness, integrity: 'plaintext' })).toEqual([])
})

it('does not call it integrity of plaintexts when a plaintext is changed', async () => {
  const flipping = (): CryptoProvider => flippable(plain(referenceProvider()))
  const harness: ProviderHarness = { provider: flipping(), stranger: flipping(), integrity: 'plaintext' }
  expect(await failures(harness)).toContain('refuses a ciphertext with a bit flipped in any byte')
})

async function failures(harness: ProviderHarness): Promise<readonly string[]> {
  const results = await runCases(providerCases, harness)
  return results.filter((result) => 'error' in result).map(({ name }) => name)
}

function plain({ scheme, traits, encrypt, decrypt }: CryptoProvider): CryptoProvider {
  return { scheme, traits, encrypt, decrypt }
}

function withoutContext(): CryptoProvider {
  const sound = plain(referenceProvider())
  return {
    ...sound,
    traits: { ...sound.traits, bindsContext: false },
    encrypt: async (plaintext, context, options) => {
      requireEmptyContext(context, sound.scheme)
      return sound.encrypt(plaintext, {}, options)
    },
    decrypt: async (ciphertext, context, options) => {
      requireEmptyContext(context, sound.scheme)
      return sound.decrypt(ciphertext, {}, options)
    },
  }
}

/** Its ciphertexts end in a byte that means nothing. */
function ignoringTail(sound: CryptoProvider): CryptoProvider {
  return {
    ...sound,
    encrypt: async (...args) => Buffer.concat([await sound.encrypt(...args), Uint8Array.of(0)]),
    decrypt: (ciphertext, ...rest) => sound.decrypt(ciphertext.subarray(0, -1), ...rest),
  }
}

/** The first byte of a ciphertext is added to the first of the plaintext, unauthenticated. */
function flippable(sound: CryptoProvider): CryptoProvider {
  return {
    ...sound,
    encrypt: async (...args) => Buffer.concat([Uint8Array.of(0), await sound.encrypt(...args)]),
    decrypt: async (ciphertext, ...rest) => {
      const plaintext = await sound.decrypt(ciphertext.subarray(1), ...rest)
      return plaintext.map((byte, index) => (index === 0 ? byte ^ (ciphertext[0] ?? 0) : byte))
    },
  }
}
