import { enums, type Message, type SignaturePacket } from 'openpgp'
import type { VerificationResult } from './signatures.js'

/** What the types of OpenPGP.js do not tell of signatures and of what announces them before the data. */
interface Announcing extends Pick<SignaturePacket, 'version' | 'signatureType' | 'hashAlgorithm'> {
  readonly salt?: Uint8Array | null
}

/**
 * Whether the signatures after the data are those that were announced before it, in the opposite order: a reader that
 * hashes what passes by verifies no others, and all readers must see the same. OpenPGP.js looks at their number only.
 */
export async function areAnnounced(
  message: Message<Uint8Array>,
  results: readonly VerificationResult[],
): Promise<boolean> {
  const { packets } = message.unwrapCompressed()
  const announcements = packets.filterByTag(enums.packet.onePassSignature) as unknown as readonly Announcing[]
  const signatures = await Promise.all(results.map(async ({ signature }) => (await signature).packets[0]))
  const after = signatures.slice(signatures.length - announcements.length).toReversed()
  return announcements.every((announcement, index) => agree(announcement, after[index] as Announcing | undefined))
}

const VERSION_ANNOUNCED: Readonly<Record<number, number>> = { 3: 4, 6: 6 }

function agree(announcement: Announcing, signature: Announcing | undefined): boolean {
  if (!signature || VERSION_ANNOUNCED[announcement.version] !== signature.version) return false
  const same = announcement.salt && signature.salt ? Buffer.compare(announcement.salt, signature.salt) === 0 : true
  return (
    same &&
    announcement.signatureType === signature.signatureType &&
    announcement.hashAlgorithm === signature.hashAlgorithm
  )
}
