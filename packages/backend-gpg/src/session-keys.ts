import { type Config, enums, type Message, type PrivateKey, type SessionKey } from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'

/** What a message is opened with. */
export interface Openers {
  /** Unlocked. */
  readonly keys: readonly PrivateKey[]
  readonly passwords: readonly string[]
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

/**
 * What keys and passwords make of the session keys of a message: at most one of them is right. RSA gives several, so that
 * whether its padding was right cannot be seen from outside, and so does a password that is wrong.
 */
export async function sessionKeyCandidates(
  message: Message<Uint8Array>,
  { keys, passwords }: Openers,
): Promise<SessionKey[]> {
  const data = message.packets.findPacket(enums.packet.symEncryptedIntegrityProtectedData) as EncryptedData | undefined
  const expected = data?.cipherAlgorithm ?? undefined
  const { decryptSessionKeys } = message as unknown as MessageInternals
  const open = (privateKeys?: PrivateKey[], words?: string[]): Promise<SessionKey[]> =>
    decryptSessionKeys
      .call(message, privateKeys, words, expected, toleratedNow(), openpgpConfig)
      .catch((): SessionKey[] => [])
  // OpenPGP.js looks for nothing but passwords if there are any.
  const underPasswords = passwords.length > 0 ? await open(undefined, [...passwords]) : []
  return [...underPasswords, ...(keys.length > 0 ? await open([...keys]) : [])]
}
