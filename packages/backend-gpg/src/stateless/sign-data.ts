import { CleartextMessage, createMessage, type PrivateKey, type Signature } from 'openpgp'
import { armorMessage } from '../armored-text.js'
import { openpgpConfig } from '../openpgp-config.js'
import { prepareSignatures } from '../signing.js'
import { requireSigner } from '../usable-key.js'
import { signedMessage } from '../write-message.js'
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
export async function signDetached(
  data: Uint8Array,
  { signers, text = false, armor = true }: SignOptions,
): Promise<Uint8Array> {
  for (const signer of signers) await requireSigner(signer)
  const message = await createMessage(
    text ? { text: requireText(data) } : ({ binary: data, format: 'binary' } as never),
  )
  const { signDetached: sign } = message as unknown as MessageInternals
  const signature = await sign.call(message, [...signers], [], null, [], new Date(), [], [], [], openpgpConfig)
  return armor ? Buffer.from(signature.armor(openpgpConfig)) : (signature.write() as Uint8Array)
}

/** What the types of OpenPGP.js do not tell of a message. */
interface MessageInternals {
  signDetached(...settings: readonly unknown[]): Promise<Signature>
}

/** Data and its signature in one message, which everybody can read. */
export async function signInline(
  data: Uint8Array,
  { signers, text = false, armor = true }: SignOptions,
): Promise<Uint8Array> {
  if (text) requireText(data)
  const signings = await prepareSignatures(signers, { recipients: [], notations: [], text })
  const message = (await signedMessage(data, text, signings)).write() as Uint8Array
  return armor ? armorMessage(message) : message
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
