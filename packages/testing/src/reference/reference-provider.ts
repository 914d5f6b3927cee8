import { randomBytes } from 'node:crypto'
import {
  CryptoError,
  DATA_KEY_BYTES,
  decryptionFailed,
  type EncryptionContext,
  encodeContext,
  type RecordProvider,
  type SeekableProvider,
  type StreamRewrapProvider,
  throwIfAborted,
} from '@parasol/core'

import { concat } from '../bytes.js'
import { type Aead, aesGcm, OVERHEAD_BYTES } from './aead.js'
import { openSeekable } from './seekable.js'
import { openSegments, sealSegments } from './segments.js'

export type ReferenceProvider = RecordProvider & SeekableProvider & StreamRewrapProvider

/** What the reference provider is made of. A broken variant swaps one of them. */
export interface ReferenceParts {
  readonly masterKey: Uint8Array
  /** Seals data; data keys are wrapped with AES-256-GCM in any case. */
  readonly aead: Aead
  dataKey(): Uint8Array
  /** The bytes that say what a ciphertext is, and under which context. */
  associate(label: string, context: EncryptionContext): Uint8Array
  fieldLabel(name: string): string
}

const MAX_PLAINTEXT_BYTES = 8192
const WRAPPED_BYTES = DATA_KEY_BYTES + OVERHEAD_BYTES

/**
 * A sound provider with every optional ability, and the simplest such: each ciphertext, record and stream has a data key,
 * wrapped under a random master key that lives as long as the provider. It is what the kit is tested with; it keeps no
 * key for longer, so it is of no use to applications.
 *
 *     ciphertext = wrapped key (60 bytes) | sealed plaintext        sealed = nonce (12) | bytes | tag (16)
 *     record key = wrapped key              field = sealed value
 *     stream     = wrapped key | segments, each the sealing of 4,096 bytes, the last one of fewer or as many
 */
export function referenceProvider(swapped: Partial<ReferenceParts> = {}): ReferenceProvider {
  const parts: ReferenceParts = { ...soundParts(), ...swapped }
  const { aead, associate, fieldLabel } = parts
  return {
    scheme: 'reference',
    traits: { maxPlaintextBytes: MAX_PLAINTEXT_BYTES, bindsContext: true, plaintextLeavesProcess: false },

    async encrypt(plaintext, context, options) {
      throwIfAborted(options?.signal)
      requireFitting(plaintext)
      const key = parts.dataKey()
      return concat(wrap(parts, key, 'key', context), aead.seal(key, plaintext, associate('single', context)))
    },

    async decrypt(ciphertext, context, options) {
      throwIfAborted(options?.signal)
      const key = unwrap(parts, ciphertext.subarray(0, WRAPPED_BYTES), 'key', context)
      return aead.open(key, ciphertext.subarray(WRAPPED_BYTES), associate('single', context))
    },

    async encryptRecord(fields, context, options) {
      throwIfAborted(options?.signal)
      const key = parts.dataKey()
      const sealField = ([name, value]: [string, Uint8Array]): [string, Uint8Array] => {
        requireFitting(value)
        return [name, aead.seal(key, value, associate(fieldLabel(name), context))]
      }
      return { key: wrap(parts, key, 'record', context), fields: new Map([...fields].map(sealField)) }
    },

    async decryptRecord(record, context, options) {
      throwIfAborted(options?.signal)
      const key = unwrap(parts, record.key, 'record', context)
      const openField = ([name, sealed]: [string, Uint8Array]): [string, Uint8Array] => [
        name,
        aead.open(key, sealed, associate(fieldLabel(name), context)),
      ]
      return new Map([...record.fields].map(openField))
    },

    async rewrap(ciphertext, context, options) {
      throwIfAborted(options?.signal)
      const key = unwrap(parts, ciphertext.subarray(0, WRAPPED_BYTES), 'key', context)
      return concat(wrap(parts, key, 'key', context), ciphertext.subarray(WRAPPED_BYTES))
    },

    async *encryptStream(plaintext, context, options) {
      throwIfAborted(options?.signal)
      const key = parts.dataKey()
      yield wrap(parts, key, 'stream', context)
      yield* sealSegments(aead, key, (label) => associate(label, context), plaintext, options)
    },

    decryptStream: (ciphertext, context, options) =>
      openSegments({
        aead,
        unwrap: (wrapped) => unwrap(parts, wrapped, 'stream', context),
        wrappedBytes: WRAPPED_BYTES,
        associate: (label) => associate(label, context),
        ciphertext,
        options,
      }),

    openSeekable: async (ciphertext, context, options) =>
      openSeekable(ciphertext, {
        aead,
        unwrap: (wrapped) => unwrap(parts, wrapped, 'stream', context),
        wrappedBytes: WRAPPED_BYTES,
        associate: (label) => associate(label, context),
        signal: options?.signal,
      }),

    async *rewrapStream(ciphertext, context, options) {
      throwIfAborted(options?.signal)
      let head: Uint8Array | undefined = new Uint8Array(0)
      for await (const chunk of ciphertext) {
        if (!head) yield chunk.slice()
        else head = concat(head, chunk)
        if (!head || head.length < WRAPPED_BYTES) continue
        const key = unwrap(parts, head.subarray(0, WRAPPED_BYTES), 'stream', context)
        yield concat(wrap(parts, key, 'stream', context), head.subarray(WRAPPED_BYTES))
        head = undefined
      }
      if (head) throw decryptionFailed()
    },
  }
}

/** The length of the label, the label, then the encoded context. */
export function associateSoundly(label: string, context: EncryptionContext): Uint8Array {
  const bytes = Buffer.from(label)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return concat(length, bytes, encodeContext(context))
}

function soundParts(): ReferenceParts {
  return {
    masterKey: randomBytes(DATA_KEY_BYTES),
    aead: aesGcm,
    dataKey: () => randomBytes(DATA_KEY_BYTES),
    associate: associateSoundly,
    fieldLabel: requireWellFormed,
  }
}

function wrap(parts: ReferenceParts, key: Uint8Array, label: string, context: EncryptionContext): Uint8Array {
  return aesGcm.seal(parts.masterKey, key, parts.associate(`wrapped ${label}`, context))
}

function unwrap(parts: ReferenceParts, wrapped: Uint8Array, label: string, context: EncryptionContext): Uint8Array {
  return aesGcm.open(parts.masterKey, wrapped, parts.associate(`wrapped ${label}`, context))
}

function requireWellFormed(name: string): string {
  if (!name.isWellFormed()) throw new CryptoError('INVALID_INPUT', 'A field name is not well-formed Unicode')
  return `field ${name}`
}

function requireFitting({ length }: Uint8Array): void {
  if (length <= MAX_PLAINTEXT_BYTES) return
  throw new CryptoError('PLAINTEXT_TOO_LARGE', `Plaintext of ${length} bytes: at most ${MAX_PLAINTEXT_BYTES}`)
}
