import { inspectEnvelope, MAX_HEAD_BYTES } from '@parasol/backend-envelope'
import { CryptoError, parseToken } from '@parasol/core'
import type { InputFile } from '@parasol/core/files'
import type { Facts } from '../print.js'
import type { Terminal } from '../terminal.js'
import { type OpenpgpOptions, openpgpFacts } from './openpgp-facts.js'

/** What a token, or armored text, says of itself. @throws CryptoError INVALID_INPUT */
export async function textFacts(terminal: Terminal, text: string, options: OpenpgpOptions): Promise<Facts> {
  const armored = ARMORED.test(text) ? await messageFacts(terminal, Buffer.from(text), options) : undefined
  if (armored) return { scheme: 'gpg', ciphertextBytes: text.length, ...armored }
  const { scheme, ciphertext } = parseToken(text)
  const facts =
    envelopeFacts(ciphertext, ciphertext.length) ??
    (await messageFacts(terminal, ciphertext, options)) ??
    blobFacts(ciphertext)
  return { scheme, ciphertextBytes: ciphertext.length, ...facts }
}

/** What a file says of itself, if anything; no more of it is read than that can need. */
export async function fileFacts(
  terminal: Terminal,
  file: InputFile,
  options: OpenpgpOptions,
): Promise<Facts | undefined> {
  const { size } = file
  const head = await file.read(0, MAX_HEAD_BYTES)
  const envelope = envelopeFacts(head, size)
  if (envelope) return { scheme: 'envelope', ciphertextBytes: size, ...envelope }
  if (!mayBeOpenpgp(head)) return undefined
  const isNeededWhole = head[0] === DASH || options.decrypt === true || isSigned(head)
  const message = await messageFacts(terminal, await file.read(0, isNeededWhole ? MAX_BYTES : MAX_HEAD), options)
  return message && { scheme: 'gpg', ciphertextBytes: size, ...message }
}

const ARMORED = /^-----BEGIN PGP /
const DASH = 0x2d
const MAX_BYTES = 64 * 1024 * 1024
const MAX_HEAD = 256 * 1024

function mayBeOpenpgp(head: Uint8Array): boolean {
  return head[0] === DASH || ((head[0] ?? 0) & 0x80) !== 0
}

/** Compressed, a signature, or what announces one: whatever does not begin as an encrypted message does. */
function isSigned([header = 0]: Uint8Array): boolean {
  const tag = (header & 0x40) === 0 ? (header >> 2) & 15 : header & 63
  return tag === 2 || tag === 4 || tag === 8
}

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

/** OpenPGP takes long to load, so that it is asked last, and only about what may be of it. */
async function messageFacts(
  terminal: Terminal,
  bytes: Uint8Array,
  options: OpenpgpOptions,
): Promise<Facts | undefined> {
  return mayBeOpenpgp(bytes) ? openpgpFacts(terminal, bytes, options) : undefined
}
