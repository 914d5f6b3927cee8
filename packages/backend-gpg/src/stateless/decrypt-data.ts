import { decryptionFailed } from '@parasol/core'
import { type Message, type PrivateKey, type PublicKey, readMessage, type SessionKey } from 'openpgp'
import { type AddressedPart, addressedPart, parseEncryptedMessage } from '../encrypted-message.js'
import { gpgError } from '../gpg-errors.js'
import { type ClaimedSigner, claimedSigner } from '../inspect-signatures.js'
import { hasIntendedRecipient } from '../intended-recipients.js'
import { openData } from '../open-data.js'
import { isWithinSignatureLimit } from '../open-message.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { sessionKeyCandidates } from '../session-keys.js'
import type { VerificationResult } from '../signatures.js'
import { shown } from '../usable-key.js'
import { unlockByAny } from './unlock-any.js'
import { type SignatureDates, type VerifiedSignature, verifiedSignatures } from './verified-signature.js'

/** What a message is opened with, and by whom it should be signed. */
export interface DecryptDataOptions {
  /** Locked or not; only those are unlocked that the message is written to. */
  readonly keys?: readonly PrivateKey[]
  /** For locked keys. */
  readonly passphrases?: readonly string[]
  readonly passwords?: readonly string[]
  readonly sessionKeys?: readonly SessionKey[]
  readonly verify?: readonly PublicKey[]
  readonly dates?: SignatureDates
}

/** Without signatures, the data is anybody's who knows the recipient's certificate. */
export interface DecryptedData {
  readonly data: Uint8Array
  /** The valid ones by those that were asked for. */
  readonly signatures: readonly VerifiedSignature[]
  /** All that there are, by whomever they say they are. */
  readonly claimed: readonly ClaimedSigner[]
  readonly sessionKey: SessionKey
}

/**
 * Decrypts a message, binary or armored, that was not changed. Whether it is signed well enough is for the caller to
 * judge: a signature that names other recipients is none.
 *
 * @throws CryptoError DECRYPTION_FAILED; WRONG_PASSPHRASE for a key that is needed; INVALID_INPUT, reason
 * GPG_MALFORMED for what is no encrypted message
 */
export async function decryptData(ciphertext: Uint8Array, options: DecryptDataOptions): Promise<DecryptedData> {
  const message = parseEncryptedMessage(Uint8Array.from(ciphertext))
  if (!message) throw gpgError('GPG_MALFORMED', 'This is not one encrypted OpenPGP message')
  const { keys = [], passwords = [], sessionKeys = [], verify = [], dates } = options
  const addressed = addressedPart(message, keys, passwords.length)
  const readers = addressed?.fingerprints ?? []
  const candidates = sessionKeys.length > 0 || !addressed ? sessionKeys : await openSessionKeys(addressed, options)
  for (const sessionKey of candidates) {
    const decrypted = await openWith(message.data, sessionKey)
    if (!decrypted) continue
    const data = decrypted.getLiteralData() as Uint8Array
    const results = await decrypted.verify([...verify], toleratedNow(), openpgpConfig)
    const signatures = await verifiedSignatures(await addressedTo(readers, results), verify, dates)
    return { data, sessionKey, signatures, claimed: await claimsOf(results) }
  }
  throw decryptionFailed()
}

async function openSessionKeys(
  { packets, fingerprints }: AddressedPart,
  { keys = [], passwords = [], passphrases = [] }: DecryptDataOptions,
): Promise<readonly SessionKey[]> {
  const needed = keys.filter((key) => fingerprints.includes(shown(key)))
  const unlocked = await Promise.all(needed.map((key) => unlockByAny(key, passphrases)))
  const message = await readMessage({ binaryMessage: packets, config: openpgpConfig }).catch(() => undefined)
  return message ? sessionKeyCandidates(message, { keys: unlocked, passwords }) : []
}

async function openWith(data: Uint8Array, sessionKey: SessionKey): Promise<Message<Uint8Array> | undefined> {
  try {
    const decrypted = await openData(data, [sessionKey])
    return isWithinSignatureLimit(decrypted) ? decrypted : undefined
  } catch {
    return undefined
  }
}

async function claimsOf(results: readonly VerificationResult[]): Promise<readonly ClaimedSigner[]> {
  const signatures = await Promise.all(results.map(({ signature }) => signature.catch(() => undefined)))
  return signatures.flatMap((signature) => [...(signature?.packets ?? [])].map(claimedSigner))
}

async function addressedTo(
  readers: readonly string[],
  results: readonly VerificationResult[],
): Promise<readonly VerificationResult[]> {
  const packets = await Promise.all(results.map(({ signature }) => signature.catch(() => undefined)))
  return results.filter((_result, index) => {
    const [packet] = packets[index]?.packets ?? []
    return packet !== undefined && (readers.length === 0 || hasIntendedRecipient(packet, readers))
  })
}
