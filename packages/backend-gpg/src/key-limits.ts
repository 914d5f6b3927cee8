import { enums, type PublicKey, type SignaturePacket } from 'openpgp'
import { wholePackets } from './packet-frame.js'

const { userID, userAttribute, publicSubkey, secretSubkey } = enums.packet

/** How many packets of which kinds a key may have: each costs time whenever the key is used. */
const MAX_PARTS: readonly { readonly what: string; readonly tags: readonly number[]; readonly limit: number }[] = [
  { what: 'user ids', tags: [userID, userAttribute], limit: 128 },
  { what: 'subkeys', tags: [publicSubkey, secretSubkey], limit: 128 },
]
const MAX_PACKETS = 10_000
/** Strangers can attach signatures without end to a certificate on a key server; reading them takes 0.1 s per MiB. */
const MAX_KEY_BYTES = 1024 * 1024
/** Those that say they are by the key itself are verified, each in half a millisecond, whenever it is used. */
const MAX_OWN_SIGNATURES = 128
const MAX_RSA_BYTES = 16_384 / 8
const MAX_EXPONENT_BYTES = 8
const MAX_PRIME_BYTES = 8192 / 8

/** @throws Error for a key that would take too long to read */
export function requireFewPackets(packets: Uint8Array): void {
  if (packets.length > MAX_KEY_BYTES) throw new Error(`Longer than ${MAX_KEY_BYTES} bytes`)
  const { packets: frames, end } = wholePackets(packets, MAX_PACKETS)
  if (end < packets.length) throw new Error(`More than ${MAX_PACKETS} packets`)
  for (const { what, tags, limit } of MAX_PARTS) {
    if (frames.filter(({ tag }) => tags.includes(tag)).length > limit) throw new Error(`More than ${limit} ${what}`)
  }
}

/** @throws Error for a key that would take too long to use */
export function requireQuickKey(key: PublicKey): void {
  const signatures = key.toPacketList().filterByTag(enums.packet.signature) as unknown as readonly SignaturePacket[]
  const own = signatures.filter(({ issuerKeyID }) => issuerKeyID.equals(key.getKeyID()))
  if (own.length > MAX_OWN_SIGNATURES) throw new Error(`More than ${MAX_OWN_SIGNATURES} signatures by the key itself`)
  for (const { keyPacket } of key.getKeys()) requireFewBits(keyPacket as unknown as KeyNumbers)
}

/** What the types of OpenPGP.js do not tell of a key packet. */
interface KeyNumbers {
  readonly publicParams: { readonly n?: Uint8Array; readonly e?: Uint8Array; readonly p?: Uint8Array } | null
}

/** Numbers may have 65,535 bits each: with such, one signature can take minutes. */
function requireFewBits({ publicParams }: KeyNumbers): void {
  const { n, e, p } = publicParams ?? {}
  if (lengthOf(n) > MAX_RSA_BYTES || lengthOf(e) > MAX_EXPONENT_BYTES) throw new Error('RSA of more than 16384 bits')
  if (lengthOf(p) > MAX_PRIME_BYTES) throw new Error('A prime number of more than 8192 bits')
}

function lengthOf(number: Uint8Array | undefined): number {
  return number?.length ?? 0
}
