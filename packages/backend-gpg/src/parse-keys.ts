import { enums, type PublicKey, readKeys, readPrivateKeys, unarmor } from 'openpgp'
import { openpgpConfig } from './openpgp-config.js'
import { type PacketFrame, splitPackets } from './packet-frame.js'

/** A key that could not be taken in. */
export interface SkippedKey {
  /** Its place among the keys of the input, from 1. */
  readonly position: number
  readonly why: string
}

export interface ParsedKeys {
  readonly keys: readonly PublicKey[]
  readonly skipped: readonly SkippedKey[]
}

const BLOCK = /-----BEGIN PGP (PUBLIC|PRIVATE) KEY BLOCK-----[\s\S]*?-----END PGP \1 KEY BLOCK-----/g
const PRIMARY_TAGS: ReadonlySet<number> = new Set([enums.packet.publicKey, enums.packet.secretKey])
const MAX_PACKETS = 200_000

/** Reads keys one by one, so that a key which cannot be read does not hide the others. */
export async function parseKeys(exported: Uint8Array | string): Promise<ParsedKeys> {
  const keys: PublicKey[] = []
  const skipped: SkippedKey[] = []
  for (const [index, binaryKey] of (await splitKeys(exported)).entries()) {
    try {
      keys.push(await parseKey(binaryKey))
    } catch (error) {
      skipped.push({ position: index + 1, why: (error as Error).message })
    }
  }
  return { keys, skipped }
}

async function splitKeys(exported: Uint8Array | string): Promise<readonly Uint8Array[]> {
  const text = typeof exported === 'string' ? exported : Buffer.from(exported).toString('latin1')
  const blocks = text.match(BLOCK)
  if (!blocks) return typeof exported === 'string' ? [] : splitBinary(exported)
  const binary = await Promise.all(
    blocks.map(async (block) => (await unarmor(block, openpgpConfig)).data as Uint8Array),
  )
  return binary.flatMap(splitBinary)
}

/** A key is a primary key packet and all packets up to the next one. */
function splitBinary(bytes: Uint8Array): Uint8Array[] {
  const packets = splitPackets(bytes, MAX_PACKETS) ?? []
  const starts = packets.filter(({ tag }: PacketFrame) => PRIMARY_TAGS.has(tag)).map(({ start }) => start)
  return starts.map((start, index) => bytes.subarray(start, starts[index + 1]))
}

async function parseKey(binaryKeys: Uint8Array): Promise<PublicKey> {
  const [frame] = splitPackets(binaryKeys, MAX_PACKETS) ?? []
  const read = frame?.tag === enums.packet.secretKey ? readPrivateKeys : readKeys
  const [key] = await read({ binaryKeys, config: openpgpConfig })
  if (!key) throw new Error('This version of OpenPGP key is not supported')
  return key
}
