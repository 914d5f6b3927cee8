import { createHash } from 'node:crypto'
import {
  type AnyPacket,
  createMessage,
  encrypt,
  encryptSessionKey,
  Message,
  PacketList,
  type PrivateKey,
  type RawNotation,
  type SessionKey,
} from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import type { Addressees } from './reuse/session-key-source.js'
import { notation, RECIPIENTS_NOTATION } from './signatures.js'
import { prepareSignatures, type Signing } from './signing.js'
import { requireUsableKey } from './usable-key.js'

export interface Envelope extends Addressees {
  /** 32 random bytes. */
  readonly sessionKey: Uint8Array
  /** The packets that hold it for those who can read, if they were written before. */
  readonly preamble?: Uint8Array | undefined
  /** Unlocked. Without them the message is unsigned. */
  readonly signers: readonly PrivateKey[]
  /** Beside that of the recipients. */
  readonly notations: readonly RawNotation[]
  /** Whether the data is text in UTF-8 and signed as text. */
  readonly text: boolean
}

/** What stands before the encrypted data, and what will sign it. */
export interface OpenedEnvelope {
  readonly preamble: Uint8Array
  /** In the order of the signers; the last one's is the first after the data. */
  readonly signings: readonly Signing[]
}

/**
 * Writes a binary message that gpg 2.2 and everything later reads: session keys, and then AES-256 without AEAD, although
 * some keys advertise more than their owner's gpg can read. What is signed names the recipients twice: by their
 * fingerprints, for every reader, and by the digest of all session key packets, so that no byte of them can be changed.
 *
 * @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient or the signer
 */
export async function writeMessage(plaintext: Uint8Array, envelope: Envelope): Promise<Uint8Array> {
  const { preamble, signings } = await openEnvelope(envelope)
  const message = await signedMessage(plaintext, envelope.text, signings)
  const sessionKey = aes256(envelope.sessionKey)
  const data = await encrypt({ message, sessionKey, format: 'binary', config: openpgpConfig })
  return Buffer.concat([preamble, data])
}

export async function openEnvelope(envelope: Envelope): Promise<OpenedEnvelope> {
  const preamble = envelope.preamble ?? (await writeSessionKeys(envelope))
  const notations = [...envelope.notations, notation(RECIPIENTS_NOTATION, preambleDigest(preamble))]
  const { recipients, signers, text } = envelope
  return { preamble, signings: await prepareSignatures(signers, { recipients, notations, text }) }
}

/** What the notation of the recipients holds: SHA-256 of all packets before the encrypted data. */
export function preambleDigest(preamble: Uint8Array): Uint8Array {
  return createHash('sha256').update(preamble).digest()
}

function aes256(data: Uint8Array): SessionKey {
  return { data, algorithm: 'aes256' }
}

/** @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient */
export async function writeSessionKeys({
  sessionKey,
  recipients,
  passwords,
  hidden,
}: Addressees & Pick<Envelope, 'sessionKey'>): Promise<Uint8Array> {
  for (const certificate of recipients) await requireUsableKey(certificate, 'encrypt to')
  return encryptSessionKey({
    ...aes256(sessionKey),
    encryptionKeys: [...recipients],
    passwords: [...passwords],
    wildcard: hidden,
    format: 'binary',
    date: toleratedNow(),
    config: openpgpConfig,
  }) as Promise<Uint8Array>
}

/** Data between what announces its signatures and these. */
export async function signedMessage(
  data: Uint8Array,
  text: boolean,
  signings: readonly Signing[],
): Promise<Message<Uint8Array>> {
  const unsigned = (await createMessage({ binary: data, format: text ? 'utf8' : 'binary' })) as Message<Uint8Array>
  const [literal] = unsigned.packets
  if (!literal) return unsigned
  const signatures = await Promise.all(signings.map((signing) => signing.sign(literal)))
  return new Message(packetList(...signings.map(({ onePass }) => onePass), literal, ...signatures.toReversed()))
}

export function packetList(...packets: readonly AnyPacket[]): PacketList<AnyPacket> {
  const list = new PacketList<AnyPacket>()
  list.push(...packets)
  return list
}
