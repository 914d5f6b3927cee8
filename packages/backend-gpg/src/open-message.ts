import { enums, type Message, readMessage, type SessionKey } from 'openpgp'
import { isAccepted } from './accept-signatures.js'
import { areAnnounced } from './announced-signatures.js'
import { isOverlong, openCompressed } from './open-compressed.js'
import { openData } from './open-data.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { type Openers, sessionKeyCandidates } from './session-keys.js'
import { MAX_SIGNATURES, type SignaturePolicy } from './signatures.js'

export interface OpenPolicy extends SignaturePolicy {
  /** Whether a message without a signature is read, and any message if there are no certificates. */
  readonly allowUnsigned: boolean
}

/** The plaintext of a binary message. Undefined for every message that is not wholly in order, whatever is wrong. */
export async function openMessage(
  binaryMessage: Uint8Array,
  openers: Openers,
  policy: OpenPolicy,
): Promise<Uint8Array | undefined> {
  try {
    const message = await readMessage({ binaryMessage, config: openpgpConfig })
    const sessionKeys = await sessionKeyCandidates(message, openers)
    try {
      const plaintext = await openWith(binaryMessage, sessionKeys, policy).catch((error) =>
        isOverlong(error) ? openCompressed(binaryMessage, sessionKeys, policy) : undefined,
      )
      if (plaintext) openers.memory?.remember(sessionKeys)
      return plaintext
    } finally {
      for (const { data } of sessionKeys) data.fill(0)
    }
  } catch {
    return undefined
  }
}

async function openWith(
  binaryMessage: Uint8Array,
  sessionKeys: SessionKey[],
  policy: OpenPolicy,
): Promise<Uint8Array | undefined> {
  const decrypted = await openData(binaryMessage, sessionKeys)
  return (await isInOrder(decrypted, policy)) ? (decrypted.getLiteralData() as Uint8Array) : undefined
}

async function isInOrder(decrypted: Message<Uint8Array>, policy: OpenPolicy): Promise<boolean> {
  if (!isWithinSignatureLimit(decrypted)) return false
  const results = await decrypted.verify([...policy.certificates], toleratedNow(), openpgpConfig)
  return (await areAnnounced(decrypted, results)) && isAccepted(results, policy)
}

/** What announces a signature stands before the data; what comes after the data is read when it is verified. */
export function isWithinSignatureLimit(decrypted: Message<Uint8Array>): boolean {
  const { packets } = decrypted.unwrapCompressed()
  return (packets.indexOfTag(enums.packet.literalData)[0] ?? 0) <= MAX_SIGNATURES
}
