import { enums, type PublicKey, readKeys, readPrivateKeys, readSignature, unarmor } from 'openpgp'
import { keyBlocks } from './key-blocks.js'
import { requireFewPackets, requireQuickKey } from './key-limits.js'
import { openpgpConfig } from './openpgp-config.js'
import { wholePackets } from './packet-frame.js'

/** A key or revocation that could not be taken in. */
export interface SkippedKey {
  /** Its place among the keys and revocations of the input, from 1. */
  readonly position: number
  readonly why: string
}

export interface ParsedKeys {
  readonly keys: readonly PublicKey[]
  readonly revocations: readonly Revocation[]
  readonly skipped: readonly SkippedKey[]
}

/** A revocation certificate: it ends the life of a whole key. */
export interface Revocation {
  readonly position: number
  /** Upper case; of the key that it revokes. */
  readonly fingerprint: string
  readonly packet: Uint8Array
}

const PRIMARY_TAGS: ReadonlySet<number> = new Set([enums.packet.publicKey, enums.packet.secretKey])
const MAX_PACKETS = 1_000_000

/** Reads keys one by one, so that a key which cannot be read does not hide the others. */
export async function parseKeys(exported: Uint8Array | string): Promise<ParsedKeys> {
  const keys: PublicKey[] = []
  const revocations: Revocation[] = []
  const skipped: SkippedKey[] = []
  for (const [index, entry] of (await splitEntries(exported)).entries()) {
    const position = index + 1
    try {
      if (entry.tag === enums.packet.signature) revocations.push(await parseRevocation(entry.packets, position))
      else keys.push(await parseKey(entry))
    } catch (error) {
      skipped.push({ position, why: (error as Error).message })
    }
  }
  return { keys, revocations, skipped }
}

/** A primary key packet, or something else at the beginning, and all packets up to the next primary key. */
interface Entry {
  readonly tag: number
  readonly packets: Uint8Array
}

async function splitEntries(exported: Uint8Array | string): Promise<readonly Entry[]> {
  if (typeof exported !== 'string' && looksBinary(exported)) return splitBinary(exported)
  const text = typeof exported === 'string' ? exported : Buffer.from(exported).toString('latin1')
  return (await Promise.all(keyBlocks(text).map(splitArmored))).flat()
}

/** Text of a person's name within a binary key may look like an armored one: it must not be read instead. */
function looksBinary(bytes: Uint8Array): boolean {
  const [first] = wholePackets(bytes, 1).packets
  return first !== undefined && (PRIMARY_TAGS.has(first.tag) || first.tag === enums.packet.signature)
}

async function splitArmored(block: string): Promise<readonly Entry[]> {
  if (!block.includes('\n-----END ')) return [DAMAGED]
  try {
    const { data } = await unarmor(block, openpgpConfig)
    const entries = splitBinary(data as Uint8Array)
    return entries.length > 0 ? entries : [DAMAGED]
  } catch {
    return [DAMAGED]
  }
}

const DAMAGED: Entry = { tag: 0, packets: new Uint8Array(0) }

/** What comes after a packet that is not whole is one more entry, a damaged one; so is the key that it belongs to. */
function splitBinary(bytes: Uint8Array): Entry[] {
  const { packets, end } = wholePackets(bytes, MAX_PACKETS)
  const starts = packets.filter(({ tag }, index) => index === 0 || PRIMARY_TAGS.has(tag))
  const entries = starts.map(({ tag, start }, index) => {
    return { tag, packets: bytes.subarray(start, starts[index + 1]?.start ?? end) }
  })
  return end === bytes.length ? entries : [...entries.slice(0, -1), DAMAGED]
}

async function parseKey({ tag, packets }: Entry): Promise<PublicKey> {
  if (!PRIMARY_TAGS.has(tag)) throw new Error('Damaged, or not a key')
  requireFewPackets(packets)
  const read = tag === enums.packet.secretKey ? readPrivateKeys : readKeys
  const [key] = await read({ binaryKeys: Uint8Array.from(packets), config: openpgpConfig })
  if (!key) throw new Error('This version of OpenPGP key is not supported')
  requireQuickKey(key)
  return key
}

async function parseRevocation(packet: Uint8Array, position: number): Promise<Revocation> {
  const { packets } = await readSignature({ binarySignature: Uint8Array.from(packet), config: openpgpConfig })
  const signature = packets.at(0)
  if (signature?.signatureType !== enums.signature.keyRevocation) throw new Error('A signature that belongs to no key')
  if (!signature.issuerFingerprint) throw new Error('A revocation that does not name its key by the full fingerprint')
  const fingerprint = Buffer.from(signature.issuerFingerprint).toString('hex').toUpperCase()
  return { position, fingerprint, packet }
}
