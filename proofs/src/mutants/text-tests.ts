import { EnvelopeProvider } from '@parasol/backend-envelope'
import { type Cipher, createCrypto, formatToken, parseToken } from '@parasol/core'
import { FakeKms } from '@parasol/testing'
import { demand, demandRefusal, passes } from './conforms.js'

const CONTEXT = { row: '7' }

/** The short cut for texts, which is taken while the data key is in memory. */
export async function textTests(): Promise<boolean> {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/test', dataKeys: { reuse: {} } })
  const cipher = createCrypto([provider], { phone: { scheme: 'envelope' } }).for('phone')
  await cipher.encrypt('the first brings the data key', CONTEXT)
  return (await passes(() => refusesFlips(cipher))) && (await passes(() => bindsNames(cipher)))
}

async function refusesFlips(cipher: Cipher): Promise<void> {
  const token = await cipher.encrypt('13800138000', CONTEXT)
  demand((await cipher.decrypt(token, CONTEXT)) === '13800138000', 'opened')
  const { scheme, ciphertext } = parseToken(token)
  for (let bit = 0; bit < 8 * ciphertext.length; bit++) {
    const flipped = Uint8Array.from(ciphertext, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
    await demandRefusal('DECRYPTION_FAILED', () => cipher.decrypt(formatToken(scheme, flipped), CONTEXT))
  }
  await demandRefusal('DECRYPTION_FAILED', () => cipher.decrypt(token, { row: '8' }))
}

async function bindsNames(cipher: Cipher): Promise<void> {
  const { key = '', fields } = await cipher.encryptRecord({ a: '1', b: '2' }, CONTEXT)
  const opened = await cipher.decryptRecord({ key, fields }, CONTEXT)
  demand(opened['a'] === '1' && opened['b'] === '2', 'opened')
  const swapped = { key, fields: { a: String(fields['b']), b: String(fields['a']) } }
  await demandRefusal('DECRYPTION_FAILED', () => cipher.decryptRecord(swapped, CONTEXT))
}
