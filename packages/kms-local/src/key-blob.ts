import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto'
import { allocateSecret, cipherKey, type EncryptionContext, encodeContext } from '@parasol/core'
import { randomNonce } from './nonces.js'

export const VERSION_BYTES = 36
const IV_BYTES = 12
const TAG_BYTES = 16
/** What a blob is longer than its plaintext. */
export const BLOB_OVERHEAD = VERSION_BYTES + IV_BYTES + TAG_BYTES

/** How the keys of a spec encrypt: into a blob that begins with the id of the key version. */
export interface BlobCipher {
  seal(versionId: string, material: Uint8Array, plaintext: Uint8Array, context: EncryptionContext): Uint8Array
  /** The plaintext in memory of its own, which the caller zeroes; undefined if the blob does not open. */
  open(blob: Uint8Array, material: Uint8Array, context: EncryptionContext): Uint8Array | undefined
}

/** Encrypts under AES-GCM, with a key of 16, 24 or 32 bytes. */
export const gcmBlob: BlobCipher = { seal: sealBlob, open: openBlob }

/**
 * Encrypts under one version of a key. The blob is laid out as Alibaba Cloud KMS lays out its own:
 *
 *     offset  size  field
 *     0       36    id of the key version, a UUID as text
 *     36      12    IV
 *     48      ..    AES-GCM ciphertext, tag last; AAD = bytes 0..36, then the encoded context
 */
export function sealBlob(
  versionId: string,
  material: Uint8Array,
  plaintext: Uint8Array,
  context: EncryptionContext,
): Uint8Array {
  const version = Buffer.from(versionId, 'latin1')
  const iv = randomNonce()
  const cipher = createCipheriv(gcmOf(material), cipherKey(material), iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(associatedData(version, context))
  return Buffer.concat([version, iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** The key version that a blob names; undefined if it is too short to be one. */
export function blobVersion(blob: Uint8Array): string | undefined {
  return blob.length < BLOB_OVERHEAD ? undefined : Buffer.from(blob.subarray(0, VERSION_BYTES)).toString('latin1')
}

/** The plaintext in memory of its own, which the caller zeroes; undefined if the blob does not open. */
export function openBlob(blob: Uint8Array, material: Uint8Array, context: EncryptionContext): Uint8Array | undefined {
  const iv = blob.subarray(VERSION_BYTES, VERSION_BYTES + IV_BYTES)
  const decipher = createDecipheriv(gcmOf(material), cipherKey(material), iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(associatedData(blob.subarray(0, VERSION_BYTES), context)).setAuthTag(blob.subarray(-TAG_BYTES))
  const overwrite = prepareOverwrite(blob.length - BLOB_OVERHEAD)
  const opened = decipher.update(blob.subarray(VERSION_BYTES + IV_BYTES, -TAG_BYTES))
  overwrite()
  try {
    decipher.final()
    const plaintext = allocateSecret(opened.length)
    plaintext.set(opened)
    return plaintext
  } catch {
    return undefined
  } finally {
    opened.fill(0)
  }
}

/** More than glibc keeps of one size for a thread. */
const PIECES = 16

/**
 * Node decrypts into memory a byte too long, copies that and frees it as it is, with the plaintext in it. Another cipher
 * that does the same is given the same memory, and leaves its own output there. Garbage of that size may be in the way: what
 * lies ready is used up before, so that this memory comes to lie with it, and again after, whatever lies on top.
 */
function prepareOverwrite(length: number): () => void {
  const decoy = createCipheriv('aes-256-gcm', cipherKey(new Uint8Array(32)), new Uint8Array(IV_BYTES))
  const zeros = new Uint8Array(length)
  const takePieces = (): void => {
    for (let piece = 0; piece < PIECES; piece++) decoy.update(zeros)
  }
  takePieces()
  return () => {
    takePieces()
    decoy.final()
  }
}

const gcmByKeyBytes: Readonly<Record<number, CipherGCMTypes>> = {
  16: 'aes-128-gcm',
  24: 'aes-192-gcm',
  32: 'aes-256-gcm',
}

function gcmOf({ length }: Uint8Array): CipherGCMTypes {
  const cipher = gcmByKeyBytes[length]
  if (!cipher) throw new Error('Material of no AES key')
  return cipher
}

function associatedData(version: Uint8Array, context: EncryptionContext): Buffer {
  return Buffer.concat([version, encodeContext(context)])
}
