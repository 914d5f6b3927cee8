import { createHash } from 'node:crypto'
import {
  type AnyPacket,
  type Config,
  createMessage,
  encrypt,
  encryptSessionKey,
  enums,
  Message,
  OnePassSignaturePacket,
  PacketList,
  type PrivateKey,
  type PublicKey,
  type RawNotation,
  type SessionKey,
  type SignaturePacket,
  type Subkey,
} from 'openpgp'
import { gpgError } from './gpg-errors.js'
import { AddressedSignature } from './intended-recipients.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { isDummy } from './openpgp-internals.js'
import { notation, RECIPIENTS_NOTATION } from './signatures.js'
import { requireUsableKey, shown } from './usable-key.js'

export interface MessageParts {
  readonly plaintext: Uint8Array
  /** 32 random bytes, used for this message only. */
  readonly sessionKey: Uint8Array
  readonly recipients: readonly PublicKey[]
  /** Unlocked. Without it the message is unsigned. */
  readonly signer: PrivateKey | undefined
  /** Beside that of the recipients. */
  readonly notations: readonly RawNotation[]
}

/**
 * Writes a binary message that gpg 2.2 and everything later reads: session keys, and then AES-256 without AEAD, although
 * some keys advertise more than their owner's gpg can read. What is signed names the recipients twice: by their
 * fingerprints, for every reader, and by the digest of all session key packets, so that no byte of them can be changed.
 *
 * @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient or the signer
 */
export async function writeMessage(parts: MessageParts): Promise<Uint8Array> {
  const sessionKey: SessionKey = { data: parts.sessionKey, algorithm: 'aes256' }
  const preamble = await writeSessionKeys(sessionKey, parts.recipients)
  const unsigned = await createMessage({ binary: parts.plaintext, format: 'binary' })
  const notations = [...parts.notations, notation(RECIPIENTS_NOTATION, preambleDigest(preamble))]
  const [literal] = unsigned.packets
  const signed = parts.signer && literal && (await sign(literal, parts.signer, parts.recipients, notations))
  const message = signed ?? unsigned
  const data = await encrypt({ message, sessionKey, format: 'binary', config: openpgpConfig })
  return Buffer.concat([preamble, data])
}

/** What the notation of the recipients holds: SHA-256 of all packets before the encrypted data. */
export function preambleDigest(preamble: Uint8Array): Uint8Array {
  return createHash('sha256').update(preamble).digest()
}

async function writeSessionKeys(sessionKey: SessionKey, recipients: readonly PublicKey[]): Promise<Uint8Array> {
  for (const certificate of recipients) await requireUsableKey(certificate, 'encrypt to')
  return encryptSessionKey({
    ...sessionKey,
    encryptionKeys: [...recipients],
    format: 'binary',
    date: toleratedNow(),
    config: openpgpConfig,
  }) as Promise<Uint8Array>
}

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  sign(key: object, data: object, date: Date, detached: boolean, config: Readonly<Config>): Promise<void>
}

async function sign(
  literal: AnyPacket,
  signer: PrivateKey,
  recipients: readonly PublicKey[],
  notations: readonly RawNotation[],
): Promise<Message<Uint8Array>> {
  const { keyPacket } = await requireSecretPart(signer)
  const signature = new AddressedSignature(recipients)
  signature.signatureType = enums.signature.binary
  signature.publicKeyAlgorithm = keyPacket.algorithm
  signature.hashAlgorithm = enums.hash.sha512
  signature.rawNotations = [...notations]
  await (signature as unknown as SignatureInternals).sign(keyPacket, literal, new Date(), false, openpgpConfig)
  return new Message(listOf(announce(signature), literal, signature))
}

async function requireSecretPart(signer: PrivateKey): Promise<PublicKey | Subkey> {
  const part = await requireUsableKey(signer, 'sign with')
  if (!isDummy(part)) return part
  throw gpgError('GPG_SECRET_KEY_NOT_FOUND', `The key ring has the key ${shown(signer)} without its part to sign with`)
}

/** The packet that lets readers hash what follows before they come to its signature. */
function announce({ signatureType, hashAlgorithm, publicKeyAlgorithm, issuerKeyID }: SignaturePacket): AnyPacket {
  return Object.assign(new OnePassSignaturePacket(), {
    version: 3,
    signatureType,
    hashAlgorithm,
    publicKeyAlgorithm,
    issuerKeyID,
    flags: 1,
  })
}

function listOf(...packets: AnyPacket[]): PacketList<AnyPacket> {
  const list = new PacketList<AnyPacket>()
  list.push(...packets)
  return list
}
