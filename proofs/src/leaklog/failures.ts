import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { type Cipher, type CryptoProvider, createCrypto, type Kms } from '@parasol/core'
import { LocalKms } from '@parasol/kms-local'
import { KEY_ID } from '../three-schemes.js'

export type Call = () => unknown

const CONTEXT = { table: 'customers', row: '7' }

/** Everything that one can do wrong with a scheme, or that can go wrong in it. */
export async function failuresOf(
  provider: CryptoProvider,
  plaintext: string,
  stranger: string,
): Promise<readonly Call[]> {
  const { scheme } = provider
  const router = createCrypto([provider], { one: { scheme }, other: { scheme } })
  const [one, other] = [router.for('one'), router.for('other')]
  const token = await one.encrypt(plaintext, CONTEXT)
  const record = await one.encryptRecord({ phone: plaintext, email: plaintext }, CONTEXT)
  const { phone = '', email = '' } = record.fields
  const large = Buffer.alloc(provider.traits.maxPlaintextBytes + 1, plaintext)
  const aborted = { signal: AbortSignal.abort(new Error(plaintext)) }
  return [
    () => one,
    () => provider,
    () => one.encryptBytes(large, CONTEXT),
    () => one.encrypt(plaintext, { row: 7 as unknown as string }),
    () => one.encrypt(plaintext, { 'parasol:purpose': 'x' }),
    () => one.encrypt(`${plaintext}\ud800`, CONTEXT),
    () => one.encrypt({ plaintext } as unknown as string, CONTEXT),
    () => one.encryptBytes(plaintext as unknown as Uint8Array, CONTEXT),
    () => one.encryptRecord({ phone: plaintext, 'a\ud800': plaintext }, CONTEXT),
    () => one.encryptRecord({}, CONTEXT),
    () => one.encrypt(plaintext, CONTEXT, aborted),
    () => one.decrypt(token, CONTEXT, aborted),
    () => one.decrypt(token, { ...CONTEXT, row: '8' }),
    () => other.decrypt(token, CONTEXT),
    () => one.decrypt(stranger, CONTEXT),
    () => one.decrypt(token.replace(`.${scheme}.`, '.elsewhere.'), CONTEXT),
    () => one.decryptRecord({ ...record, fields: { phone: email, email: phone } }, CONTEXT),
    () => one.decryptRecord({ ...record, key: stranger }, CONTEXT),
    () => one.rewrap(stranger, CONTEXT),
    () => one.rewrap(token, { ...CONTEXT, row: '8' }),
    ...damaged(token).map((wrong) => () => one.decrypt(wrong, CONTEXT)),
  ]
}

/** Every call that needs the KMS, for a KMS that fails. */
export function callsThrough(kms: Kms, plaintext: string, tokens: ReadonlyMap<string, string>): readonly Call[] {
  const keyId = KEY_ID
  return [
    new EnvelopeProvider({ kms, keyId }),
    new KmsDirectProvider({ kms, keyId }),
    new EnvelopeProvider({ kms, keyId: 'alias/nobody' }),
    new KmsDirectProvider({ kms, keyId: 'alias/nobody' }),
  ].flatMap((provider) => {
    const one: Cipher = createCrypto([provider], { one: { scheme: provider.scheme } }).for('one')
    const token = tokens.get(provider.scheme) ?? ''
    return [
      () => kms,
      () => one.encrypt(plaintext, CONTEXT),
      () => one.encryptRecord({ phone: plaintext }, CONTEXT),
      () => one.decrypt(token, CONTEXT),
      () => one.rewrap(token, CONTEXT),
    ]
  })
}

/** A store that does not open. */
export function storeFailures(folder: string, passphrase: string): readonly Call[] {
  const open = async (source: ConstructorParameters<typeof LocalKms>[0]['rootKey']): Promise<void> => {
    await using kms = new LocalKms({ folder: join(folder, 'kms'), rootKey: source })
    await kms.open()
  }
  return [
    () => open({ passphrase: () => passphrase }),
    () => open({ passphrase: () => `${passphrase}!` }),
    () => open({ passphrase: () => Promise.reject(new Error('nobody answers')) }),
    () => open({ keyFile: join(folder, 'kms', 'store.json') }),
  ]
}

function damaged(token: string): string[] {
  const positions = Array.from({ length: 12 }, (_, index) => Math.floor((token.length * (index + 1)) / 13))
  const flip = (at: number): string => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`
  return [...positions.map(flip), ...positions.map((at) => token.slice(0, at)), `${token}AAAA`, `${token}!`]
}
