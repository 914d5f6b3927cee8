import { pipeline, Readable } from 'node:stream'
import { createInflate, createInflateRaw } from 'node:zlib'
import { CryptoError, decryptionFailed } from '@parasol/core'
import { enums, OnePassSignaturePacket, SignaturePacket } from 'openpgp'
import { ByteReader } from './byte-reader.js'
import { unpackBzip2 } from './bzip2-packets.js'
import { type HashedAs, MessageHashes } from './message-hashes.js'
import { nextPacket, type StreamedPacket } from './packet-stream.js'
import { MAX_SIGNATURES } from './signatures.js'
import { gather } from './stream-beginning.js'

const { literalData: LITERAL, compressedData: COMPRESSED } = enums.packet
const { onePassSignature: ONE_PASS, signature: SIGNATURE } = enums.packet
/** Signatures may hold certificates of other programs' making; none of those that are accepted does. */
const MAX_SIGNATURE_BYTES = 64 * 1024

/**
 * The data in signed or unsigned packets, compressed or not, in pieces that are valid until the next one is asked for. In
 * the end it gives their signatures, which know the digest of what they sign, and are NOT verified.
 *
 * @throws CryptoError DECRYPTION_FAILED for everything that is not one message
 */
export async function* readSignedPackets(
  packets: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, readonly SignaturePacket[]> {
  await using reader = new ByteReader(packets)
  const first = await requirePacket(reader)
  if (first.tag !== COMPRESSED) return yield* readUncompressed(reader, first)
  await using inner = new ByteReader(decompress(first))
  const signatures = yield* readUncompressed(inner, await requirePacket(inner))
  if (await nextMeaningful(reader)) throw decryptionFailed()
  return signatures
}

async function* readUncompressed(
  reader: ByteReader,
  first: StreamedPacket,
): AsyncGenerator<Uint8Array, readonly SignaturePacket[]> {
  const hashes = new MessageHashes()
  const signatures: SignaturePacket[] = []
  let announced = 0
  let packet = first
  for (; packet.tag === ONE_PASS || packet.tag === SIGNATURE; packet = await requirePacket(reader)) {
    if (announced + signatures.length === MAX_SIGNATURES) throw decryptionFailed()
    if (packet.tag === ONE_PASS) announced += announce(await bodyOf(packet), hashes)
    else signatures.push(readSignature(await bodyOf(packet), hashes))
  }
  if (packet.tag !== LITERAL) throw decryptionFailed()
  yield* readLiteral(packet, hashes)
  for (; announced > 0; announced--) {
    signatures.push(readSignature(await bodyOf(await requirePacket(reader, SIGNATURE))))
  }
  if (await nextMeaningful(reader)) throw decryptionFailed()
  for (const signature of signatures) digest(signature, hashes)
  return signatures
}

async function requirePacket(reader: ByteReader, tag?: number): Promise<StreamedPacket> {
  const packet = await nextMeaningful(reader)
  if (packet && (tag === undefined || packet.tag === tag)) return packet
  throw decryptionFailed()
}

/** The next packet but for padding, which hides how long a message is and says nothing (RFC 9580, section 5.14). */
async function nextMeaningful(reader: ByteReader): Promise<StreamedPacket | undefined> {
  for (;;) {
    const packet = await nextPacket(reader)
    if (packet?.tag !== enums.packet.padding) return packet
    for await (const _piece of packet.body);
  }
}

async function bodyOf({ body, length }: StreamedPacket): Promise<Uint8Array> {
  if (length === undefined || length > MAX_SIGNATURE_BYTES) throw decryptionFailed()
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(Uint8Array.from(piece))
  return Buffer.concat(pieces)
}

/** What the types of OpenPGP.js do not tell of an announcement. */
interface Announcement extends HashedAs {
  read(body: Uint8Array): void
  readonly signatureType: number
}

function announce(body: Uint8Array, hashes: MessageHashes): number {
  const onePass = new OnePassSignaturePacket() as unknown as Announcement
  try {
    onePass.read(body)
  } catch {
    throw decryptionFailed()
  }
  if (onePass.signatureType !== enums.signature.binary) throw decryptionFailed()
  hashes.announce(onePass)
  return 1
}

/** A signature of the old order stands before its data, and announces itself. */
function readSignature(body: Uint8Array, hashes?: MessageHashes): SignaturePacket {
  const signature = new SignaturePacket()
  try {
    signature.read(body)
  } catch {
    throw decryptionFailed()
  }
  const known = signature.version === 4 || signature.version === 6
  if (!known || signature.signatureType !== enums.signature.binary) throw decryptionFailed()
  hashes?.announce(signature)
  return signature
}

/** OpenPGP.js takes a digest that is there for what it would else compute. */
function digest(signature: SignaturePacket, hashes: MessageHashes): void {
  const { signatureData } = signature as unknown as { readonly signatureData: Uint8Array }
  Object.assign(signature, { hashed: hashes.digest(signature, signatureData) })
}

async function* readLiteral({ body }: StreamedPacket, hashes: MessageHashes): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(body)
  const [, nameLength = 0] = await reader.take(2)
  await reader.take(nameLength + 4)
  for await (const piece of reader.rest()) {
    hashes.update(piece)
    yield piece
  }
}

const MAX_BZIP2_BYTES = 32 * 1024 * 1024
const DECOMPRESSORS = { 1: createInflateRaw, 2: createInflate } as const

async function* decompress({ body }: StreamedPacket): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(body)
  const [algorithm = 0] = await reader.take(1)
  if (algorithm === 0) return yield* reader.rest()
  if (algorithm === enums.compression.bzip2) {
    return yield await unpackBzip2(await gather(reader.rest(), MAX_BZIP2_BYTES))
  }
  const create = DECOMPRESSORS[algorithm as keyof typeof DECOMPRESSORS]
  if (!create) throw decryptionFailed()
  const inflated = pipeline(Readable.from(copies(reader.rest())), create(), () => undefined)
  try {
    yield* inflated
  } catch (error) {
    throw isZlibError(error) ? decryptionFailed() : error
  }
}

/** A stream looks at several pieces ahead, and they are valid until the next one is asked for. */
async function* copies(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Uint8Array.from(piece)
}

function isZlibError(error: unknown): boolean {
  return !CryptoError.is(error) && /^Z_/.test((error as NodeJS.ErrnoException).code ?? '')
}
