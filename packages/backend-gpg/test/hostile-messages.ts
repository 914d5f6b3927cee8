import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import {
  createMessage,
  decryptKey,
  encryptSessionKey,
  enums,
  type LiteralDataPacket,
  OnePassSignaturePacket,
  type PrivateKey,
  SignaturePacket,
} from 'openpgp'
import { authenticatedData } from './authenticated-packets.js'
import { packet } from './packets.js'
import { PASSPHRASE, type TwoParties } from './two-parties.js'

/** The pieces of a message, so that tests can put them together as no honest program would. */
export interface SignedPieces {
  readonly onePass: Uint8Array
  readonly literal: Uint8Array
  readonly signature: Uint8Array
}

export interface SignatureOptions {
  readonly hash?: number
  readonly date?: Date
  readonly expiresInSeconds?: number
  readonly criticalNotation?: string
}

export function literal(text: string): Buffer {
  return packet(enums.packet.literalData, Buffer.from('b'), Buffer.alloc(5), Buffer.from(text))
}

export function compressed(...packets: readonly Uint8Array[]): Buffer {
  return packet(enums.packet.compressedData, Uint8Array.of(1), deflateRawSync(Buffer.concat(packets)))
}

/** Encrypts packets to these, as they are. */
export async function seal(parties: TwoParties, to: readonly string[], ...packets: readonly Uint8Array[]) {
  const sessionKey = randomBytes(32)
  const encryptionKeys = await Promise.all(to.map((fingerprint) => parties.keyRing.certificate(fingerprint)))
  const preamble = await encryptSessionKey({ data: sessionKey, algorithm: 'aes256', encryptionKeys, format: 'binary' })
  return Buffer.concat([preamble as Uint8Array, protectedData(sessionKey, ...packets)])
}

/** The same as RFC 9580 has it, with AEAD. */
export async function sealWithAead(parties: TwoParties, to: readonly string[], ...packets: readonly Uint8Array[]) {
  const data = randomBytes(32)
  const encryptionKeys = await Promise.all(to.map((fingerprint) => parties.keyRing.certificate(fingerprint)))
  const sessionKey = { data, algorithm: 'aes256', aeadAlgorithm: 'ocb' } as const
  const preamble = await encryptSessionKey({ ...sessionKey, encryptionKeys, format: 'binary' })
  return Buffer.concat([preamble as Uint8Array, authenticatedData(data, Buffer.concat(packets))])
}

/** RFC 9580, section 5.13.1. */
export function protectedData(sessionKey: Uint8Array, ...packets: readonly Uint8Array[]): Buffer {
  const prefix = randomBytes(16)
  const body = Buffer.concat([prefix, prefix.subarray(14), ...packets, Uint8Array.of(0xd3, 0x14)])
  const mdc = createHash('sha1').update(body).digest()
  const cipher = createCipheriv('aes-256-cfb', sessionKey, Buffer.alloc(16))
  return packet(
    enums.packet.symEncryptedIntegrityProtectedData,
    Uint8Array.of(1),
    cipher.update(body),
    cipher.update(mdc),
  )
}

export async function unlocked(parties: TwoParties, fingerprint: string): Promise<PrivateKey> {
  return decryptKey({ privateKey: await parties.keyRing.secretKey(fingerprint), passphrase: PASSPHRASE })
}

export async function sign(signer: PrivateKey, text: string, options: SignatureOptions = {}): Promise<SignedPieces> {
  const { keyPacket } = await signer.getSigningKey()
  const { packets } = await createMessage({ binary: Buffer.from(text), format: 'binary' })
  const data = packets[0] as LiteralDataPacket
  const signature = new SignaturePacket()
  signature.signatureType = enums.signature.binary
  signature.publicKeyAlgorithm = keyPacket.algorithm
  signature.hashAlgorithm = options.hash ?? enums.hash.sha512
  if (options.expiresInSeconds) {
    Object.assign(signature, { signatureExpirationTime: options.expiresInSeconds, signatureNeverExpires: false })
  }
  const value = Buffer.from('1')
  const name = options.criticalNotation
  if (name) signature.rawNotations = [{ name, value, humanReadable: true, critical: true }]
  // biome-ignore lint/suspicious/noExplicitAny: the types of OpenPGP.js do not tell of this.
  await (signature as any).sign(keyPacket, data, options.date ?? new Date(), false, {})
  const { signatureType, hashAlgorithm, publicKeyAlgorithm, issuerKeyID } = signature
  const onePass = Object.assign(new OnePassSignaturePacket(), {
    version: 3,
    signatureType,
    hashAlgorithm,
    publicKeyAlgorithm,
    issuerKeyID,
    flags: 1,
  })
  return {
    onePass: packet(enums.packet.onePassSignature, onePass.write()),
    literal: packet(enums.packet.literalData, data.write() as Uint8Array),
    signature: packet(enums.packet.signature, signature.write() as Uint8Array),
  }
}

/** Packets that come out of a few kilobytes as so many mebibytes. */
export function bomb(mebibytes: number): Buffer {
  const header = packet(enums.packet.literalData, Buffer.from('b'), Buffer.alloc(5), Buffer.alloc(0))
  const data = Buffer.concat([header, Buffer.alloc(1024 * 1024)])
  // Z_FULL_FLUSH: a piece that can stand any number of times before the end.
  const piece = deflateRawSync(data, { finishFlush: 3 })
  const pieces = Array.from({ length: mebibytes }, () => piece)
  const end = deflateRawSync(Buffer.alloc(0))
  return packet(enums.packet.compressedData, Uint8Array.of(1), ...pieces, end)
}

/** 256 MiB of zeros: `head -c 256M /dev/zero | bzip2`. */
export function bzip2Bomb(): Buffer {
  return packet(enums.packet.compressedData, Uint8Array.of(3), Buffer.from(ZEROS_IN_BZIP2, 'base64'))
}

const ZEROS_IN_BZIP2 = [
  'QlpoOTFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAACCAAMIBNRkKgJakKgJcxQVkmU1kO',
  'CeLfAV+OQADAAAAIIAAwgE1GQqAlqQqAlzFBWSZTWQ4J4t8BX45AAMAAAAggADCATUZCoCWpCoCXMUFZJlNZDgni3wFfjkAAwAAA',
  'CCAAMIBNRkKgJakKgJcxQVkmU1kezuTbASo/wADABAAIIAAwzAUppqqoSRsAIkjxdyRThQkGsXyvAA==',
].join('')
