import { enums, type PublicKey, readKeys, readPrivateKeys, readSignature, unarmor } from 'openpgp'
import { openpgpConfig } from './openpgp-config.js'
import { splitPackets } from './packet-frame.js'

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

// gpg writes the revocation certificates of new keys with a colon, so that nobody imports them by mistake.
const BLOCK = /^:?(-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[\s\S]*?^-----END PGP \2 KEY BLOCK-----)/gm
const PRIMARY_TAGS: ReadonlySet<number> = new Set([enums.packet.publicKey, enums.packet.secretKey])
const MAX_PACKETS = 1_000_000
/** Strangers can attach signatures without end to a certificate on a key server; reading them takes 0.1 s per MiB. */
const MAX_KEY_BYTES = 1024 * 1024

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
  const text = typeof exported === 'string' ? exported : Buffer.from(exported).toString('latin1')
  const blocks = [...text.matchAll(BLOCK)].map(([, block = '']) => block.replaceAll(/\r\n/g, '\n'))
  if (blocks.length === 0) return typeof exported === 'string' ? [] : splitBinary(exported)
  return (await Promise.all(blocks.map(splitArmored))).flat()
}

async function splitArmored(block: string): Promise<readonly Entry[]> {
  try {
    const { data } = await unarmor(block, openpgpConfig)
    return splitBinary(data as Uint8Array)
  } catch {
    return [{ tag: 0, packets: new Uint8Array(0) }]
  }
}

function splitBinary(bytes: Uint8Array): Entry[] {
  const packets = splitPackets(bytes, MAX_PACKETS) ?? []
  const starts = packets.filter(({ tag }, index) => index === 0 || PRIMARY_TAGS.has(tag))
  return starts.map(({ tag, start }, index) => ({ tag, packets: bytes.subarray(start, starts[index + 1]?.start) }))
}

async function parseKey({ tag, packets }: Entry): Promise<PublicKey> {
  if (!PRIMARY_TAGS.has(tag)) throw new Error('Damaged, or not a key')
  if (packets.length > MAX_KEY_BYTES) throw new Error(`Longer than ${MAX_KEY_BYTES} bytes`)
  const read = tag === enums.packet.secretKey ? readPrivateKeys : readKeys
  const [key] = await read({ binaryKeys: Uint8Array.from(packets), config: openpgpConfig })
  if (!key) throw new Error('This version of OpenPGP key is not supported')
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
