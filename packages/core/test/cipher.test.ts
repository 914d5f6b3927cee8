import {
  type CryptoProvider,
  createCrypto,
  type EncryptionContext,
  type RewrapProvider,
  type StreamProvider,
} from '@parasol/core'
import { expect, it } from 'vitest'
import { AesProvider } from './aes-provider.js'

const row = { customerId: '7' }
const failed = expect.objectContaining({ code: 'DECRYPTION_FAILED', message: 'Decryption failed' })

it('encrypts text to a token and back', async () => {
  const phone = createCrypto([new AesProvider('aes')], { phone: { scheme: 'aes' } }).for('phone')
  const token = await phone.encrypt('13800138000 电话', row)
  expect(token).toMatch(/^enc1\.aes\.[\w-]+$/)
  expect(await phone.decrypt(token, row)).toBe('13800138000 电话')
})

it('refuses a token that was moved to another row', async () => {
  const phone = createCrypto([new AesProvider('aes')], { phone: { scheme: 'aes' } }).for('phone')
  const token = await phone.encrypt('13800138000', row)
  await expect(phone.decrypt(token, { customerId: '8' })).rejects.toThrow(failed)
})

it('refuses a token of another use case of the same scheme', async () => {
  const crypto = createCrypto([new AesProvider('aes')], { phone: { scheme: 'aes' }, email: { scheme: 'aes' } })
  const token = await crypto.for('phone').encrypt('x', row)
  await expect(crypto.for('email').decrypt(token, row)).rejects.toThrow(failed)
})

it('reads what a use case encrypted under its former name, if that is kept as its purpose', async () => {
  const aes = new AesProvider('aes')
  const before = createCrypto([aes], { phone: { scheme: 'aes' } })
  const after = createCrypto([aes], { mobile: { scheme: 'aes', purpose: 'phone' } })
  const token = await before.for('phone').encrypt('x', row)
  expect(await after.for('mobile').decrypt(token, row)).toBe('x')
})

it('reads the schemes that it names and no other', async () => {
  const providers = [new AesProvider('old'), new AesProvider('new')]
  const token = await createCrypto(providers, { phone: { scheme: 'old' } })
    .for('phone')
    .encrypt('x', row)
  const moving = createCrypto(providers, { phone: { scheme: 'new', reads: ['old'] } }).for('phone')
  const moved = createCrypto(providers, { phone: { scheme: 'new' } }).for('phone')
  expect(await moving.decrypt(token, row)).toBe('x')
  await expect(moved.decrypt(token, row)).rejects.toThrow(
    expect.objectContaining({ code: 'SCHEME_NOT_ALLOWED', message: expect.stringContaining('reads new, not "old"') }),
  )
})

it('does not read a token whose scheme was rewritten', async () => {
  const providers = [new AesProvider('a'), new AesProvider('b')]
  const phone = createCrypto(providers, { phone: { scheme: 'a', reads: ['b'] } }).for('phone')
  const token = await phone.encrypt('x', row)
  await expect(phone.decrypt(token.replace('enc1.a.', 'enc1.b.'), row)).rejects.toThrow(failed)
})

it('takes bytes that are not text, and says so when they are read as text', async () => {
  const blob = createCrypto([new AesProvider('aes')], { blob: { scheme: 'aes' } }).for('blob')
  const ciphertext = await blob.encryptBytes(new Uint8Array([255, 254]), row)
  expect([...(await blob.decryptBytes(ciphertext, row))]).toEqual([255, 254])
  const token = `enc1.aes.${Buffer.from(ciphertext).toString('base64url')}`
  await expect(blob.decrypt(token, row)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  expect([...(await blob.decryptToken(token, row))]).toEqual([255, 254])
})

it('keeps a byte order mark, which a text decoder would swallow', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { text: { scheme: 'aes' } }).for('text')
  expect(await cipher.decrypt(await cipher.encrypt('﻿x', {}), {})).toBe('﻿x')
})

it.each([
  ['text that is not well-formed', '\ud800'],
  ['a number', 7],
  ['nothing', undefined],
])('refuses %s as plaintext', async (_name, plaintext) => {
  const cipher = createCrypto([new AesProvider('aes')], { text: { scheme: 'aes' } }).for('text')
  await expect(cipher.encrypt(plaintext as string, row)).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  )
})

it('refuses a context key that is reserved', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { text: { scheme: 'aes' } }).for('text')
  await expect(cipher.encrypt('x', { 'parasol:purpose': 'other' })).rejects.toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('is reserved') }),
  )
})

it('binds each field of a record to its name where the scheme has no records of its own', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { customer: { scheme: 'aes' } }).for('customer')
  const record = await cipher.encryptRecord({ phone: '138', email: 'a@b.cn' }, row)
  expect(record.key).toBeUndefined()
  expect(await cipher.decryptRecord(record, row)).toEqual({ phone: '138', email: 'a@b.cn' })
  const { phone = '', email = '' } = record.fields
  await expect(cipher.decryptRecord({ fields: { phone: email, email: phone } }, row)).rejects.toThrow(failed)
  expect(await cipher.decryptRecord({ fields: { email } }, row)).toEqual({ email: 'a@b.cn' })
})

it('collects a stream where the scheme has none, up to its limit', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { file: { scheme: 'aes' } }).for('file')
  const encrypted = await gather(cipher.encryptStream(chunks('ab', 'cd'), row))
  const decrypted = await gather(cipher.decryptStream(chunks(...encrypted), row))
  expect(Buffer.concat(decrypted).toString()).toBe('abcd')
  await expect(gather(cipher.encryptStream(chunks('x'.repeat(1025)), row))).rejects.toThrow(
    expect.objectContaining({ code: 'PLAINTEXT_TOO_LARGE' }),
  )
})

it('gives up a stream that it collects when the signal is aborted, though the source is silent', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { file: { scheme: 'aes' } }).for('file')
  const silent = (async function* () {
    await new Promise(() => undefined)
    yield new Uint8Array(0)
  })()
  const controller = new AbortController()
  const gathered = gather(cipher.encryptStream(silent, row, { signal: controller.signal }))
  controller.abort()
  await expect(gathered).rejects.toThrow(expect.objectContaining({ code: 'ABORTED' }))
})

it('refuses a context that is not an object of strings', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { phone: { scheme: 'aes' } }).for('phone')
  const invalid = [new Map([['customerId', '7']]), ['7'], null, undefined, 'customerId', 7, { customerId: 7 }]
  for (const context of invalid as unknown as EncryptionContext[]) {
    await expect(cipher.encrypt('x', context)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  }
})

it('hides what a careless provider throws in a stream, and shows what the source throws', async () => {
  const careless = new AesProvider('careless') as AesProvider & StreamProvider
  careless.encryptStream = async function* (source) {
    for await (const chunk of source) {
      if (chunk.length > 0) throw new Error(`cannot encrypt ${Buffer.from(chunk)}`)
    }
    yield new Uint8Array(0)
  }
  careless.decryptStream = careless.encryptStream
  const cipher = createCrypto([careless], { file: { scheme: 'careless' } }).for('file')
  await expect(gather(cipher.encryptStream(chunks('13800138000'), row))).rejects.toThrow(
    expect.objectContaining({ code: 'INTERNAL', message: expect.not.stringContaining('138') }),
  )
  await expect(gather(cipher.decryptStream(chunks('x'), row))).rejects.toThrow(failed)
  const gone = new Error('The disk is gone')
  const failing = (async function* (): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(0)
    throw gone
  })()
  await expect(gather(cipher.encryptStream(failing, row))).rejects.toBe(gone)
})

it('hides what a careless provider throws, also from those who read only the message', async () => {
  const careless: CryptoProvider = {
    scheme: 'careless',
    traits: { maxPlaintextBytes: 9, bindsContext: true, plaintextLeavesProcess: false },
    encrypt: async () => Promise.reject(new Error('cannot encrypt 13800138000')),
    decrypt: async () => Promise.reject(new Error('bad tag')),
  }
  const cipher = createCrypto([careless], { phone: { scheme: 'careless' } }).for('phone')
  await expect(cipher.encrypt('13800138000', row)).rejects.toThrow(
    expect.objectContaining({ code: 'INTERNAL', message: expect.not.stringContaining('138') }),
  )
  await expect(cipher.decrypt('enc1.careless.AAAA', row)).rejects.toThrow(failed)
})

it('says that a scheme without wrapped keys has nothing to rewrap', async () => {
  const cipher = createCrypto([new AesProvider('aes')], { phone: { scheme: 'aes' } }).for('phone')
  await expect(cipher.rewrap(await cipher.encrypt('x', row), row)).rejects.toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED' }),
  )
})

it('rewraps by the scheme that made the token and keeps the token of that scheme', async () => {
  class Rewrapping extends AesProvider implements RewrapProvider {
    async rewrap(ciphertext: Uint8Array, context: EncryptionContext): Promise<Uint8Array> {
      return this.encrypt(await this.decrypt(ciphertext, context), context)
    }
  }
  const cipher = createCrypto([new Rewrapping('aes')], { phone: { scheme: 'aes' } }).for('phone')
  const token = await cipher.encrypt('x', row)
  const renewed = await cipher.rewrap(token, row)
  expect(renewed).not.toBe(token)
  expect(await cipher.decrypt(renewed, row)).toBe('x')
})

it('gives a scheme that cannot bind a context neither a purpose nor records', async () => {
  const seen: EncryptionContext[] = []
  const plain: CryptoProvider = {
    scheme: 'plain',
    traits: { maxPlaintextBytes: 9, bindsContext: false, plaintextLeavesProcess: false },
    encrypt: async (bytes, context) => {
      seen.push(context)
      return bytes
    },
    decrypt: async (bytes) => bytes,
  }
  const cipher = createCrypto([plain], { mail: { scheme: 'plain' } }).for('mail')
  await cipher.encrypt('x', {})
  expect(seen).toEqual([{}])
  await expect(cipher.encryptRecord({ a: 'x' }, {})).rejects.toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
})

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part)
}

async function gather(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return parts
}
