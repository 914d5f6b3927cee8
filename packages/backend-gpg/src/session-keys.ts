import { type Config, enums, Message, PacketList, type PrivateKey, type SessionKey } from 'openpgp'
import { hashInPieces } from './iterated-key.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { type RsaSecret, rsaSessionKeys } from './rsa-session-key.js'

/** What a message is opened with. */
export interface Openers {
  /** Unlocked. */
  readonly keys: readonly PrivateKey[]
  readonly passwords: readonly string[]
  /** What is known of this message's session key from messages before. */
  readonly memory?: MessageMemory | undefined
}

/** The session key of one message, in memory. */
export interface MessageMemory {
  /** Copies, which are the caller's to zero. */
  recall(): SessionKey[] | undefined
  /** Copies what opened the message, once that was accepted. */
  remember(candidates: readonly SessionKey[]): void
}

/** What the types of OpenPGP.js do not tell of a message. */
interface MessageInternals {
  decryptSessionKeys(
    keys: PrivateKey[] | undefined,
    passwords: string[] | undefined,
    algorithm: number | undefined,
    date: Date,
    config: Readonly<Config>,
  ): Promise<SessionKey[]>
}

/** And of encrypted data. */
interface EncryptedData {
  /** Named before the data in messages with AEAD only. */
  readonly cipherAlgorithm?: number | null
}

const rsaAlgorithms: readonly number[] = [enums.publicKey.rsaEncrypt, enums.publicKey.rsaEncryptSign]

interface RsaPacket {
  readonly version: number
  readonly publicKeyAlgorithm: number
  readonly publicKeyID: object
  readonly encrypted: { readonly c: Uint8Array }
}

interface RsaKeyPacket {
  readonly algorithm: number
  readonly publicParams: Pick<RsaSecret, 'n' | 'e'>
  readonly privateParams: Omit<RsaSecret, 'n' | 'e'>
}

/**
 * What keys and passwords make of the session keys of a message: at most one of them is right. RSA gives several, so that
 * whether its padding was right cannot be seen from outside, and so does a password that is wrong.
 *
 * @param cipher what the data says that it is encrypted with, if that is not part of the message
 */
export async function sessionKeyCandidates(
  message: Message<Uint8Array>,
  { keys, passwords, memory }: Openers,
  cipher?: number,
): Promise<SessionKey[]> {
  const known = memory?.recall()
  if (known) return known
  const data = message.packets.findPacket(enums.packet.symEncryptedIntegrityProtectedData) as EncryptedData | undefined
  const expected = cipher ?? data?.cipherAlgorithm ?? undefined
  const open = (from: Message<Uint8Array>, privateKeys?: PrivateKey[], words?: string[]): Promise<SessionKey[]> =>
    (from as unknown as MessageInternals)
      .decryptSessionKeys(privateKeys, words, expected, toleratedNow(), openpgpConfig)
      .catch((): SessionKey[] => [])
  const { rsa, others } = bySort(message)
  // OpenPGP.js looks for nothing but passwords if there are any.
  const underPasswords: SessionKey[] = []
  // One after the other: each can take 128 MiB.
  for (const alone of passwords.length > 0 ? underOne(message) : []) {
    underPasswords.push(...(await open(alone, undefined, [...passwords])))
  }
  if (keys.length === 0) return underPasswords
  const underRsa = await Promise.all(rsa.map((packet) => openRsa(packet, keys)))
  return [...underPasswords, ...underRsa.flat(), ...(await open(others, [...keys]))]
}

/** For each session key under a password, a message of it alone. */
function underOne(message: Message<Uint8Array>): readonly Message<Uint8Array>[] {
  return message.packets.filterByTag(enums.packet.symEncryptedSessionKey).map((packet) => {
    hashInPieces(packet)
    const list = new PacketList()
    list.push(packet)
    return new Message(list as never)
  })
}

/**
 * Those under RSA are opened here: OpenPGP.js computes them in JavaScript, once for each length of the key, and those of
 * version 6 it does not open at all if it is to take the same time for all of them.
 */
function bySort(message: Message<Uint8Array>): { rsa: RsaPacket[]; others: Message<Uint8Array> } {
  const rsa = message.packets.filterByTag(enums.packet.publicKeyEncryptedSessionKey).filter(isRsa)
  const others = new PacketList()
  others.push(...message.packets.filter((packet) => !rsa.includes(packet as never)))
  return { rsa: rsa as unknown as RsaPacket[], others: new Message(others as never) }
}

function isRsa(packet: unknown): boolean {
  const { version, publicKeyAlgorithm } = packet as RsaPacket
  return (version === 3 || version === 6) && rsaAlgorithms.includes(publicKeyAlgorithm)
}

async function openRsa(
  { version, publicKeyID, encrypted, publicKeyAlgorithm }: RsaPacket,
  keys: readonly PrivateKey[],
): Promise<SessionKey[]> {
  const found = keys.map((key) =>
    key.getDecryptionKeys(publicKeyID as never, null as never, undefined, openpgpConfig).catch(() => []),
  )
  const packets = (await Promise.all(found)).flat().map(({ keyPacket }) => keyPacket as unknown as RsaKeyPacket)
  return packets
    .filter(({ algorithm, privateParams }) => algorithm === publicKeyAlgorithm && privateParams)
    .flatMap(({ publicParams, privateParams }) =>
      rsaSessionKeys(encrypted.c, { ...publicParams, ...privateParams }, version),
    )
}
