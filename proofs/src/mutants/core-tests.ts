import { EnvelopeProvider } from '@parasol/backend-envelope'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { createCrypto } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { demandRefusal, passes } from './conforms.js'

/** What `Cipher` refuses before a scheme is asked. */
export async function coreTests(): Promise<boolean> {
  return passes(refusesAll)
}

async function refusesAll(): Promise<void> {
  const kms = new FakeKms()
  const options = { kms, keyId: 'alias/test' }
  const crypto = createCrypto([new EnvelopeProvider(options), new KmsDirectProvider(options)], {
    phone: { scheme: 'envelope' },
    mail: { scheme: 'envelope' },
    direct: { scheme: 'kms-direct' },
  })
  const phone = crypto.for('phone')
  const token = await phone.encrypt('13800138000', { row: '7' })
  await phone.decrypt(token, { row: '7' })
  await demandRefusal('DECRYPTION_FAILED', () => crypto.for('mail').decrypt(token, { row: '7' }))
  await demandRefusal('SCHEME_NOT_ALLOWED', () => crypto.for('direct').decrypt(token, { row: '7' }))
  await demandRefusal('INVALID_INPUT', () => phone.encrypt('x', { 'parasol:purpose': 'mail' }))
  for (const spelt of [otherSpelling(await evenToken(phone)), otherAlphabet(await dashedToken(phone)), wide(token)]) {
    await demandRefusal('INVALID_INPUT', () => phone.decrypt(spelt, { row: '7' }))
  }
  const record = await phone.encryptRecord({ a: '1' }, { row: '7' })
  const moved = { ...record, fields: { a: String(record.fields['a']).replace('envelope', 'kms-direct') } }
  await demandRefusal('SCHEME_NOT_ALLOWED', () => phone.decryptRecord(moved, { row: '7' }))
}

interface Encrypting {
  encrypt(text: string, context: { row: string }): Promise<string>
}

/** A token with a character that only base64url has. */
async function dashedToken(phone: Encrypting): Promise<string> {
  for (;;) {
    const token = await phone.encrypt('13800138000', { row: '7' })
    if (/[-_]/.test(token)) return token
  }
}

function otherAlphabet(token: string): string {
  return token.replaceAll('-', '+').replaceAll('_', '/')
}

/** Has a character whose lower byte is that of the one it replaces. */
function wide(token: string): string {
  const at = token.length - 8
  return token.slice(0, at) + String.fromCharCode(token.charCodeAt(at) + 0x100) + token.slice(at + 1)
}

/** A token whose last character leaves bits over. */
async function evenToken(phone: Encrypting): Promise<string> {
  for (let length = 1; ; length++) {
    const token = await phone.encrypt('x'.repeat(length), { row: '7' })
    if ((token.split('.')[2] ?? '').length % 4 !== 0) return token
  }
}

/** The same bytes to a lenient decoder. */
function otherSpelling(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) ?? '')
  return token.slice(0, -1) + alphabet[last + 1]
}
