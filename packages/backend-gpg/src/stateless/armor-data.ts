import { enums, unarmor } from 'openpgp'
import { armorPackets } from '../armored-text.js'
import { gpgError } from '../gpg-errors.js'
import { openpgpConfig } from '../openpgp-config.js'
import { splitPackets, wholePackets } from '../packet-frame.js'

const MAX_PACKETS = 1_000_000
const { packet: TAG, armor: KIND } = enums

const KINDS: ReadonlyMap<number, number> = new Map([
  [TAG.secretKey, KIND.privateKey],
  [TAG.publicKey, KIND.publicKey],
  [TAG.signature, KIND.signature],
])

/** What text of this kind may be: packets from the first byte on. What is text already stays as it is. */
export function armorData(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === 0x2d) return bytes
  const [first] = wholePackets(bytes, 1).packets
  if (!first) throw gpgError('GPG_MALFORMED', 'These are no OpenPGP packets')
  const kind = isDetachedSignature(bytes) || first.tag !== TAG.signature ? KINDS.get(first.tag) : undefined
  return armorPackets(kind ?? KIND.message, bytes)
}

/** The packets in text of this kind. What is binary already stays as it is. */
export async function dearmorData(bytes: Uint8Array): Promise<Uint8Array> {
  if (wholePackets(bytes, 1).packets.length > 0) return bytes
  try {
    const { data } = await unarmor(Buffer.from(bytes).toString('latin1'), openpgpConfig)
    return data as Uint8Array
  } catch {
    throw gpgError('GPG_MALFORMED', 'This is no armored OpenPGP data')
  }
}

function isDetachedSignature(bytes: Uint8Array): boolean {
  return splitPackets(bytes, MAX_PACKETS)?.every(({ tag }) => tag === TAG.signature) ?? false
}
