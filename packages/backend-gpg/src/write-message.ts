import { createHash } from 'node:crypto'
import {
  type AnyPacket,
  createMessage,
  encrypt,
  encryptSessionKey,
  Message,
  PacketList,
  type PrivateKey,
  type PublicKey,
  type RawNotation,
  type SessionKey,
} from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { notation, RECIPIENTS_NOTATION } from './signatures.js'
import { prepareSignature, type Signing } from './signing.js'
import { requireUsableKey } from './usable-key.js'

export interface Envelope {
  /** 32 random bytes, used for this message only. */
  readonly sessionKey: Uint8Array
  readonly recipients: readonly PublicKey[]
  /** Unlocked. Without it the message is unsigned. */
  readonly signer: PrivateKey | undefined
  /** Beside that of the recipients. */
  readonly notations: readonly RawNotation[]
}

/** What stands before the encrypted data, and what will sign it. */
export interface OpenedEnvelope {
  readonly preamble: Uint8Array
  readonly signing: Signing | undefined
}

/**
 * Writes a binary message that gpg 2.2 and everything later reads: session keys, and then AES-256 without AEAD, although
 * some keys advertise more than their owner's gpg can read. What is signed names the recipients twice: by their
 * fingerprints, for every reader, and by the digest of all session key packets, so that no byte of them can be changed.
 *
 * @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient or the signer
 */
export async function writeMessage(plaintext: Uint8Array, envelope: Envelope): Promise<Uint8Array> {
  const { preamble, signing } = await openEnvelope(envelope)
  const unsigned = await createMessage({ binary: plaintext, format: 'binary' })
  const [literal] = unsigned.packets
  const message = signing && literal ? await sign(literal, signing) : unsigned
  const sessionKey = aes256(envelope.sessionKey)
  const data = await encrypt({ message, sessionKey, format: 'binary', config: openpgpConfig })
  return Buffer.concat([preamble, data])
}

export async function openEnvelope({ signer, sessionKey, ...envelope }: Envelope): Promise<OpenedEnvelope> {
  const preamble = await writeSessionKeys(aes256(sessionKey), envelope.recipients)
  const notations = [...envelope.notations, notation(RECIPIENTS_NOTATION, preambleDigest(preamble))]
  return { preamble, signing: signer && (await prepareSignature({ ...envelope, signer, notations })) }
}

/** What the notation of the recipients holds: SHA-256 of all packets before the encrypted data. */
export function preambleDigest(preamble: Uint8Array): Uint8Array {
  return createHash('sha256').update(preamble).digest()
}

function aes256(data: Uint8Array): SessionKey {
  return { data, algorithm: 'aes256' }
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

async function sign(literal: AnyPacket, signing: Signing): Promise<Message<Uint8Array>> {
  return new Message(packetList(signing.onePass, literal, await signing.sign(literal)))
}

export function packetList(...packets: readonly AnyPacket[]): PacketList<AnyPacket> {
  const list = new PacketList<AnyPacket>()
  list.push(...packets)
  return list
}
