import { CleartextMessage, createMessage, type Message, type PrivateKey, sign as signMessage } from 'openpgp'
import { openpgpConfig } from '../openpgp-config.js'
import { requireSigner } from '../usable-key.js'
import { requireText } from './text-data.js'

/** How data is signed. */
export interface SignOptions {
  /** Unlocked. */
  readonly signers: readonly PrivateKey[]
  /** Whether line ends count as the same in all their forms. */
  readonly text?: boolean
  readonly armor?: boolean
}

/** A signature that stands beside its data. @throws CryptoError KEY_UNUSABLE; INVALID_INPUT for what is not text */
export async function signDetached(data: Uint8Array, options: SignOptions): Promise<Uint8Array> {
  return signAs(data, options, true)
}

/** Data and its signature in one message, which everybody can read. */
export async function signInline(data: Uint8Array, options: SignOptions): Promise<Uint8Array> {
  return signAs(data, options, false)
}

/**
 * Text with its signature below, readable as it is. Spaces at the ends of lines are not signed.
 *
 * @throws CryptoError KEY_UNUSABLE; INVALID_INPUT for what is not text
 */
export async function signCleartext(data: Uint8Array, signers: readonly PrivateKey[]): Promise<Uint8Array> {
  for (const signer of signers) await requireSigner(signer)
  const message = new (CleartextMessage as unknown as CleartextConstructor)(requireText(data))
  const { sign, armor } = message as unknown as CleartextInternals
  const signed = await sign.call(message, [...signers], [], null, [], new Date(), [], [], [], openpgpConfig)
  // Some programs read no mixture of line ends, and all of them sign the same.
  return Buffer.from(armor.call(signed, openpgpConfig).replaceAll('\r\n', '\n'))
}

type CleartextConstructor = new (text: string) => CleartextMessage

/** What the types of OpenPGP.js do not tell of a clear-signed message. */
interface CleartextInternals {
  sign(...settings: readonly unknown[]): Promise<CleartextMessage>
  armor(config: typeof openpgpConfig): string
}

async function signAs(data: Uint8Array, options: SignOptions, detached: boolean): Promise<Uint8Array> {
  const { signers, text = false, armor = true } = options
  for (const signer of signers) await requireSigner(signer)
  const settings = { signingKeys: [...signers], detached, date: new Date(), config: openpgpConfig }
  const message = text
    ? ((await createMessage({ text: requireText(data) })) as Message<string>)
    : ((await createMessage({ binary: data, format: 'binary' })) as Message<Uint8Array>)
  if (!armor) return (await signMessage({ ...settings, message, format: 'binary' } as never)) as Uint8Array
  return Buffer.from((await signMessage({ ...settings, message, format: 'armored' } as never)) as unknown as string)
}
