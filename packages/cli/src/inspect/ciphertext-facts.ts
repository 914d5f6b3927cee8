import { inspectEnvelope, MAX_HEAD_BYTES } from '@parasol/backend-envelope'
import { CryptoError, parseToken } from '@parasol/core'
import type { InputFile } from '@parasol/core/files'
import type { Facts } from '../print.js'

/** What a token says of itself. @throws CryptoError INVALID_INPUT */
export async function tokenFacts(token: string): Promise<Facts> {
  const { scheme, ciphertext } = parseToken(token)
  const facts =
    envelopeFacts(ciphertext, ciphertext.length) ?? (await messageFacts(ciphertext)) ?? blobFacts(ciphertext)
  return { scheme, ciphertextBytes: ciphertext.length, ...facts }
}

/** What a file says of itself, if anything; no more of it is read than that can need. */
export async function fileFacts(file: InputFile): Promise<Facts | undefined> {
  const { size } = file
  const head = await file.read(0, MAX_HEAD_BYTES)
  const envelope = envelopeFacts(head, size)
  if (envelope) return { scheme: 'envelope', ciphertextBytes: size, ...envelope }
  const message = await messageFacts(await file.read(0, head[0] === DASH ? MAX_ARMORED_BYTES : MAX_MESSAGE_HEAD_BYTES))
  return message && { scheme: 'gpg', ciphertextBytes: size, ...message }
}

const DASH = 0x2d
const MAX_ARMORED_BYTES = 64 * 1024 * 1024
const MAX_MESSAGE_HEAD_BYTES = 256 * 1024

/** A scheme may have any name: what the bytes are, their head says. */
export function envelopeFacts(head: Uint8Array, size: number): Facts | undefined {
  try {
    const { suite, wrappedKeys, greenKeyBytes: wrappedKeyBytes } = inspectEnvelope(head)
    const keyIds = wrappedKeys.map(({ keyId }) => keyId)
    const versions = wrappedKeys.flatMap(({ wrapped }) => versionOf(wrapped) ?? [])
    const keyVersions = versions.length > 0 ? versions : undefined
    return { suite, keyIds, keyVersions, wrappedKeyBytes, bodyBytes: size - wrappedKeyBytes }
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'INVALID_INPUT') return undefined
    throw error
  }
}

/** Alibaba Cloud KMS, and the local one, write the id of the key version before what they encrypt. */
function versionOf(blob: Uint8Array): string | undefined {
  const text = Buffer.from(blob.subarray(0, 36)).toString('latin1')
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text) ? text : undefined
}

function blobFacts(ciphertext: Uint8Array): Facts {
  const version = versionOf(ciphertext)
  return version === undefined ? {} : { keyVersions: [version] }
}

/** OpenPGP takes long to load, so that it is asked last, and only about what may be a message. */
async function messageFacts(head: Uint8Array): Promise<Facts | undefined> {
  if (head[0] !== DASH && ((head[0] ?? 0) & 0x80) === 0) return undefined
  const { inspectMessage } = await import('@parasol/backend-gpg')
  const message = inspectMessage(head)
  return message && { ...message, signer: 'encrypted' }
}
