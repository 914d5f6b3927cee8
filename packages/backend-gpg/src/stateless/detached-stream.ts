import { CryptoError } from '@parasol/core'
import { enums, LiteralDataPacket, Message, type PrivateKey, type PublicKey, type SignaturePacket } from 'openpgp'
import { MessageHashes } from '../message-hashes.js'
import { openpgpConfig, toleratedNow } from '../openpgp-config.js'
import { prepareSignatures } from '../signing.js'
import { packetList } from '../write-message.js'
import { armorData } from './armor-data.js'
import { type SignatureDates, type VerifiedSignature, verifiedSignatures } from './verified-signature.js'
import { readDetached, verifyDetached } from './verify-data.js'

/** A signature beside data of any length. */
export async function signDetachedStream(
  data: AsyncIterable<Uint8Array>,
  { signers, armor = true }: { readonly signers: readonly PrivateKey[]; readonly armor?: boolean },
): Promise<Uint8Array> {
  const signings = await prepareSignatures(signers, { recipients: [], notations: [], text: false })
  const hashes = new MessageHashes()
  for (const { hashedAs } of signings) hashes.announce(hashedAs)
  for await (const piece of data) hashes.update(piece)
  const signatures = await Promise.all(signings.map((signing) => signing.signDigest(hashes)))
  const packets = packetList(...signatures).write() as Uint8Array
  return armor ? armorData(packets) : packets
}

/**
 * The valid signatures beside data of any length. Those of text, which depend on its line ends, need it in memory: 64 MiB
 * at most.
 *
 * @throws CryptoError INVALID_INPUT, reason GPG_MALFORMED for what is no signature
 */
export async function verifyDetachedStream(
  data: AsyncIterable<Uint8Array>,
  signature: Uint8Array,
  certificates: readonly PublicKey[],
  dates?: SignatureDates,
): Promise<readonly VerifiedSignature[]> {
  const packets = [...(await readDetached(signature)).packets]
  if (!packets.every(isOfBytes)) return verifyDetached(await gather(data), signature, certificates, dates)
  const hashes = new MessageHashes()
  const known = packets.filter((packet) => announces(hashes, packet))
  for await (const piece of data) hashes.update(piece)
  for (const packet of known) Object.assign(packet, { hashed: hashes.digest(packet, signedPart(packet)) })
  const message = new Message(packetList(new LiteralDataPacket(), ...known))
  const results = await message.verify([...certificates], toleratedNow(), openpgpConfig)
  return verifiedSignatures(results, certificates, dates)
}

function isOfBytes({ version, signatureType }: SignaturePacket): boolean {
  return (version === 4 || version === 6) && signatureType === enums.signature.binary
}

/** A signature with a weak digest is passed over like any other that is not valid. */
function announces(hashes: MessageHashes, signature: SignaturePacket): boolean {
  try {
    hashes.announce(signature)
    return true
  } catch {
    return false
  }
}

function signedPart(signature: SignaturePacket): Uint8Array {
  return (signature as unknown as { readonly signatureData: Uint8Array }).signatureData
}

const MAX_TEXT_BYTES = 64 * 1024 * 1024

async function gather(data: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of data) {
    length += piece.length
    if (length > MAX_TEXT_BYTES) {
      throw new CryptoError('INVALID_INPUT', `Signed as text, and longer than ${MAX_TEXT_BYTES} bytes`)
    }
    pieces.push(Uint8Array.from(piece))
  }
  return Buffer.concat(pieces)
}
