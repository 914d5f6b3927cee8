import { createHash } from 'node:crypto'
import {
  type AnyPacket,
  createMessage,
  encrypt,
  encryptSessionKey,
  enums,
  Message,
  PacketList,
  type PrivateKey,
  type RawNotation,
  type SessionKey,
} from 'openpgp'
import { authenticate, keyBytes } from './authenticated-data.js'
import { modernConfig, openpgpConfig, toleratedNow } from './openpgp-config.js'
import { packetHeader } from './packet-frame.js'
import { type CipherSuite, chooseSuite } from './profile.js'
import type { Addressees } from './reuse/session-key-source.js'
import { notation, RECIPIENTS_NOTATION } from './signatures.js'
import { prepareSignatures, type Signing } from './signing.js'
import { requireCompatibleKey } from './usable-key.js'

export interface Envelope extends Addressees {
  /** 32 random bytes, of which a shorter cipher takes the first ones. */
  readonly sessionKey: Uint8Array
  /** What holds it for those who can read, if that was written before. */
  readonly written?: WrittenSessionKey | undefined
  /** Unlocked. Without them the message is unsigned. */
  readonly signers: readonly PrivateKey[]
  /** Beside that of the recipients. */
  readonly notations: readonly RawNotation[]
  /** Whether the data is text in UTF-8 and signed as text. */
  readonly text: boolean
}

/** The packets that hold a session key for those who can read, and what it is for. */
export interface WrittenSessionKey {
  readonly preamble: Uint8Array
  /** Absent in the form that gpg 2.2 reads. */
  readonly suite: CipherSuite | undefined
}

/** What stands before the encrypted data, and what will sign it. */
export interface OpenedEnvelope extends WrittenSessionKey {
  readonly sessionKey: SessionKey
  /** In the order of the signers; the last one's is the first after the data. */
  readonly signings: readonly Signing[]
}

/**
 * Writes a binary message: session keys, and then the data. In the form that gpg 2.2 and everything later reads it is
 * encrypted without AEAD, although some keys advertise more than their owner's gpg can read. What is signed names the
 * recipients twice: by their fingerprints, for every reader, and by the digest of all session key packets, so that no byte
 * of them can be changed.
 *
 * @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient or the signer
 */
export async function writeMessage(plaintext: Uint8Array, envelope: Envelope): Promise<Uint8Array> {
  return sealMessage(plaintext, envelope.text, await openEnvelope(envelope))
}

export async function openEnvelope(envelope: Envelope): Promise<OpenedEnvelope> {
  const { preamble, suite } = envelope.written ?? (await writeSessionKey(envelope))
  const { recipients, signers, text } = envelope
  if (!suite) for (const signer of signers) await requireCompatibleKey(signer, 'sign with')
  const notations = [...envelope.notations, notation(RECIPIENTS_NOTATION, preambleDigest(preamble))]
  const signings = await prepareSignatures(signers, { recipients, notations, text })
  return { preamble, suite, sessionKey: sessionKeyFor(suite, envelope.sessionKey), signings }
}

export async function sealMessage(
  plaintext: Uint8Array,
  text: boolean,
  { sessionKey, suite, preamble, signings }: OpenedEnvelope,
): Promise<Uint8Array> {
  const message = await signedMessage(plaintext, text, signings)
  if (!suite) {
    const data = await encrypt({ message, sessionKey, format: 'binary', config: openpgpConfig })
    return Buffer.concat([preamble, data])
  }
  const body = await collect(authenticate(sessionKey.data, suite, once(message.write() as Uint8Array)))
  return Buffer.concat([preamble, packetHeader(enums.packet.symEncryptedIntegrityProtectedData, body.length), body])
}

/** What the notation of the recipients holds: SHA-256 of all packets before the encrypted data. */
export function preambleDigest(preamble: Uint8Array): Uint8Array {
  return createHash('sha256').update(preamble).digest()
}

function sessionKeyFor(suite: CipherSuite | undefined, random: Uint8Array): SessionKey {
  return suite
    ? { data: random.subarray(0, keyBytes(suite)), algorithm: suite.cipher }
    : { data: random, algorithm: 'aes256' }
}

/** @throws CryptoError KEY_UNUSABLE for an expired, revoked, weak or unfit key of a recipient */
export async function writeSessionKey({
  profile,
  sessionKey,
  recipients,
  passwords,
  hidden,
}: Addressees & Pick<Envelope, 'sessionKey'>): Promise<WrittenSessionKey> {
  const suite = await chooseSuite(profile, recipients)
  const preamble = await encryptSessionKey({
    ...sessionKeyFor(suite, sessionKey),
    ...(suite ? { aeadAlgorithm: suite.mode } : {}),
    encryptionKeys: [...recipients],
    passwords: [...passwords],
    wildcard: hidden,
    format: 'binary',
    date: toleratedNow(),
    config: suite ? modernConfig : openpgpConfig,
  })
  return { preamble: preamble as Uint8Array, suite }
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

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}
