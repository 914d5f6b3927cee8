import { createCipheriv, createHash } from 'node:crypto'
import { EnvelopeProvider, suiteNames } from '@parasol/backend-envelope'
import { FakeKms } from '@parasol/testing'
import * as fc from 'fast-check'
import nacl from 'tweetnacl'
import { expect, it } from 'vitest'
import { deriveOneStep } from '../src/one-step-kdf.js'
import { deriveRecordKey } from '../src/record-key.js'
import { suiteByName, suites } from '../src/suites.js'
import { bytesFor, CONTEXT } from './vector-set.js'
import { hasWycheproof, readWycheproof } from './wycheproof.js'

const aes = suiteByName('aes-256-gcm')
const PLAINTEXT = Buffer.from('13800138000')
const bytes = (text: string) => Buffer.from(text, 'hex')

it.skipIf(!hasWycheproof)(
  'opens and seals AES-256-GCM as Wycheproof says (needs C2SP/wycheproof in PARASOL_VECTORS)',
  () => {
    const tests = readWycheproof('aes_gcm_test.json')
    expect(tests.length).toBeGreaterThan(60)
    for (const { tcId, key, iv, aad, msg, ct, tag, result } of tests) {
      const opened = aes.open(bytes(key), bytes(iv), bytes(ct + tag), bytes(aad))
      expect(opened && Buffer.from(opened).toString('hex'), `tcId ${tcId}`).toBe(result === 'valid' ? msg : undefined)
      if (result === 'valid') expect(seal(aes, bytes(key), bytes(iv), bytes(msg), bytes(aad))).toBe(ct + tag)
    }
  },
)

it('seals as test case 16 of the specification of GCM says', () => {
  const plaintext = `d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39`
  const key = bytes('feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308')
  const aad = bytes('feedfacedeadbeeffeedfacedeadbeefabaddad2')
  expect(seal(aes, key, bytes('cafebabefacedbaddecaf888'), bytes(plaintext), aad)).toBe(
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
      '76fc6ece0f4e1768cddf8853bb2d551b',
  )
})

it('uses a secretbox that agrees with the one in the NaCl distribution', () => {
  const key = bytes('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389')
  const nonce = bytes('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37')
  const message = bytes(
    'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce' +
      '314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040' +
      'e082f937763848645e0705',
  )
  expect(Buffer.from(nacl.secretbox(message, nonce, key)).toString('hex')).toBe(
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011' +
      'ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de' +
      '56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5',
  )
})

it.each(['sha512', 'blake2b512'] as const)(
  'derives by one step of SP 800-56C: %s of counter, key and FixedInfo',
  (hash) => {
    const parts = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 5 })
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), parts, (dataKey, fixedInfo) => {
        const expected = createHash(hash)
          .update(bytes('00000001'))
          .update(dataKey)
          .update(Buffer.concat(fixedInfo))
          .digest()
        expect(Buffer.compare(deriveOneStep(hash, dataKey, ...fixedInfo), expected)).toBe(0)
      }),
      { numRuns: 50 },
    )
  },
)

it.each(suites)('$name: opens what it sealed, and nothing else', (suite) => {
  const [key, nonce, aad] = [bytesFor('key', 32), bytesFor('nonce', 12), bytesFor('aad', 9)]
  const sealed = Buffer.from(seal(suite, key, nonce, PLAINTEXT, aad), 'hex')
  expect(sealed.length).toBe(PLAINTEXT.length + 16)
  expect(Buffer.compare(suite.open(key, nonce, sealed, aad) ?? sealed, PLAINTEXT)).toBe(0)
  const otherwise = (input: Buffer) => Buffer.from(input.map((byte, index) => (index === 0 ? byte ^ 1 : byte)))
  expect(suite.open(otherwise(key), nonce, sealed, aad)).toBeUndefined()
  expect(suite.open(key, otherwise(nonce), sealed, aad)).toBeUndefined()
  expect(suite.open(key, nonce, otherwise(sealed), aad)).toBeUndefined()
  expect(suite.open(key, nonce, sealed, otherwise(aad))).toBeUndefined()
  expect(suite.open(key, nonce, sealed.subarray(1), aad)).toBeUndefined()
})

it('refuses tags of 4 bytes, which node:crypto takes unless it is told', () => {
  const [key, nonce] = [bytesFor('key', 32), bytesFor('nonce', 12)]
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([cipher.update(PLAINTEXT), cipher.final(), cipher.getAuthTag().subarray(0, 4)])
  expect(sealed.length).toBeLessThan(16)
  expect(() => aes.open(key, nonce, sealed, Buffer.alloc(0))).toThrow()
  expect(aes.open(key, nonce, Buffer.concat([Buffer.alloc(12), sealed]), Buffer.alloc(0))).toBeUndefined()
})

it('has numbers and names that no two suites share', () => {
  expect(new Set(suites.map(({ id }) => id)).size).toBe(suites.length)
  expect(new Set(suites.map(({ name }) => name)).size).toBe(suites.length)
  expect(suites.every(({ id }) => id > 0 && id < 255)).toBe(true)
})

it('derives another key and commitment for each suite', () => {
  const [dataKey, salt, context] = [bytesFor('key', 32), bytesFor('salt', 24), bytes('00000000')]
  const derived = suites.map((suite) => deriveRecordKey(suite, dataKey, salt, context))
  const values = derived.flatMap(({ key, commitment }) =>
    [key, commitment].map((part) => Buffer.from(part).toString('hex')),
  )
  expect(new Set(values).size).toBe(2 * suites.length)
})

it.each(suiteNames)('reads %s by default, whatever suite encrypts', async (suite) => {
  const kms = new FakeKms()
  const ciphertext = await new EnvelopeProvider({ kms, keyId: 'k', suite }).encrypt(PLAINTEXT, CONTEXT)
  for (const writing of suiteNames) {
    const reader = new EnvelopeProvider({ kms, keyId: 'k', suite: writing })
    expect(Buffer.from(await reader.decrypt(ciphertext, CONTEXT))).toEqual(PLAINTEXT)
  }
})

it.each(suiteNames)('refuses %s where it is not to be read, before it asks the KMS', async (suite) => {
  const kms = new FakeKms()
  const ciphertext = await new EnvelopeProvider({ kms, keyId: 'k', suite }).encrypt(PLAINTEXT, CONTEXT)
  const others = suiteNames.filter((name) => name !== suite)
  const reader = new EnvelopeProvider({ kms, keyId: 'k', suite: others[0] ?? '', readSuites: others })
  await expect(reader.decrypt(ciphertext, CONTEXT)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
  expect(kms.calls.decrypt).toBe(0)
})

it('names the suites there are when one is not', () => {
  const options = { kms: new FakeKms(), keyId: 'k' }
  const error = expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining('aes-256-gcm') })
  expect(() => new EnvelopeProvider({ ...options, suite: 'aes-128-ecb' })).toThrow(error)
  expect(() => new EnvelopeProvider({ ...options, readSuites: ['AES-256-GCM'] })).toThrow(error)
})

function seal(suite: (typeof suites)[number], key: Buffer, nonce: Buffer, plaintext: Buffer, aad: Buffer): string {
  const target = Buffer.alloc(plaintext.length + 16)
  suite.seal(key, nonce, plaintext, aad, target)
  return target.toString('hex')
}
