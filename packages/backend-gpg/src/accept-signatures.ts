import { LiteralDataPacket, Message, type SignaturePacket } from 'openpgp'
import type { OpenPolicy } from './open-message.js'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { areAcceptedSignatures, type VerificationResult } from './signatures.js'
import { packetList } from './write-message.js'

/** What the signatures of a message, none or more, must be for it to be read. */
export async function isAccepted(signatures: readonly VerificationResult[], policy: OpenPolicy): Promise<boolean> {
  if (policy.allowUnsigned && (signatures.length === 0 || policy.certificates.length === 0)) return true
  return areAcceptedSignatures(signatures, policy)
}

/** Whether signatures that know the digest of their data, which is not needed here, let a message be read. */
export async function areAccepted(signatures: readonly SignaturePacket[], policy: OpenPolicy): Promise<boolean> {
  const message = new Message(packetList(new LiteralDataPacket(), ...signatures))
  return isAccepted(await message.verify([...policy.certificates], toleratedNow(), openpgpConfig), policy)
}
