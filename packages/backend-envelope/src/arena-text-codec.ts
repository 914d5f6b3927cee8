import { type BoundContext, contextValue, decodeBase64url, type TextCodec, writeBoundContext } from '@parasol/core'
import { arena } from './arena.js'
import { CIPHERTEXT_AT, CONTEXT_AT, FIELD_AT, MAX_GREEN_KEY_BYTES, MAX_TEXT_BYTES } from './arena-layout.js'
import type { DataKeyLease, DataKeySource } from './data-key-source.js'
import type { SuiteChoice } from './default-suite.js'
import { FIELD_OVERHEAD } from './field.js'
import { decodeGreenKey, greenKeyBytes, LIST_AT } from './green-key.js'
import type { KmsContexts } from './kms-contexts.js'
import type { RecordArena } from './record-arena.js'
import { FORMAT_VERSION } from './record-key.js'
import type { Suite } from './suite.js'
import {
  fitsName,
  openText,
  placeFieldAad,
  placeValueAad,
  resumeRecord,
  sealText,
  startRecord,
  textBytesOf,
} from './text-arena.js'

export interface ArenaTextCodecOptions {
  readonly suiteFor: SuiteChoice
  readonly readable: ReadonlyMap<number, Suite>
  readonly dataKeys: DataKeySource
  readonly kmsContexts: KmsContexts
  readonly partitionKey: string | undefined
}

/**
 * The short cut for texts: sealed and opened in the arena, from string to string, so that no buffer is made for a value.
 * It makes and reads what `record-codec.ts` does. Undefined is what has to go the long way.
 */
export class ArenaTextCodec implements TextCodec {
  readonly #suiteFor: SuiteChoice
  readonly #readable: ReadonlyMap<number, Suite>
  readonly #dataKeys: DataKeySource
  readonly #kmsContexts: KmsContexts
  readonly #partitionKey: string | undefined
  /** Whether green keys fit into the arena; for ever no if one did not. */
  #hasRoom = true

  constructor({ suiteFor, readable, dataKeys, kmsContexts, partitionKey }: ArenaTextCodecOptions) {
    this.#suiteFor = suiteFor
    this.#readable = readable
    this.#dataKeys = dataKeys
    this.#kmsContexts = kmsContexts
    this.#partitionKey = partitionKey
  }

  encrypt(text: string, context: BoundContext): string | undefined {
    const textBytes = textBytesOf(text)
    if (textBytes === undefined) return undefined
    const place = arena()
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const lease = this.#leaseForNew(textBytes, context)
    if (!lease) return undefined
    try {
      const suite = this.#suiteFor(textBytes)
      const start = startRecord(place, suite, lease, contextEnd)
      const end = sealText(place, suite, text, textBytes, placeValueAad(place))
      return place.bytes.toString('base64url', start, end)
    } finally {
      place.wipe()
      lease[Symbol.dispose]()
    }
  }

  /** @returns the green key, then the fields in their order */
  encryptAll(names: readonly string[], texts: readonly string[], context: BoundContext): string[] | undefined {
    const sizes = sizesOf(names, texts)
    if (!sizes) return undefined
    const place = arena()
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const lease = this.#leaseForNew(sum(sizes), context)
    if (!lease) return undefined
    try {
      const suite = this.#suiteFor(longest(sizes))
      const sealed = [place.bytes.toString('base64url', startRecord(place, suite, lease, contextEnd), FIELD_AT)]
      for (let index = 0; index < names.length; index++) {
        const aadBytes = placeFieldAad(place, names[index] as string)
        const end = sealText(place, suite, texts[index] as string, sizes[index] as number, aadBytes)
        sealed.push(place.bytes.toString('base64url', FIELD_AT, end))
      }
      return sealed
    } finally {
      place.wipe()
      lease[Symbol.dispose]()
    }
  }

  decrypt(ciphertext: string, context: BoundContext): string | undefined {
    const place = arena()
    const length = decodeBase64url(ciphertext, place.bytes, CIPHERTEXT_AT)
    const suite = length === undefined ? undefined : this.#suiteOf(place)
    if (length === undefined || !suite) return undefined
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const lease = this.#leaseFor(place, length, context)
    if (!lease) return undefined
    try {
      const fieldBytes = length - greenKeyBytes(lease.encodedList)
      if (!fitsField(fieldBytes) || !resumeRecord(place, suite, lease, contextEnd)) return undefined
      const fieldAt = CIPHERTEXT_AT + length - fieldBytes
      return openText(place, suite, fieldAt, fieldBytes - FIELD_OVERHEAD, placeValueAad(place))
    } finally {
      place.wipe()
      lease[Symbol.dispose]()
    }
  }

  decryptAll(
    key: string,
    names: readonly string[],
    ciphertexts: readonly string[],
    context: BoundContext,
  ): string[] | undefined {
    if (!names.every(fitsName)) return undefined
    const place = arena()
    const length = decodeBase64url(key, place.bytes, CIPHERTEXT_AT)
    const suite = length === undefined ? undefined : this.#suiteOf(place)
    if (length === undefined || !suite) return undefined
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const lease = this.#leaseFor(place, length, context)
    if (!lease) return undefined
    try {
      const isWhole = length === greenKeyBytes(lease.encodedList)
      if (!isWhole || !resumeRecord(place, suite, lease, contextEnd)) return undefined
      return openFields(place, suite, names, ciphertexts)
    } finally {
      place.wipe()
      lease[Symbol.dispose]()
    }
  }

  #leaseForNew(bytes: number, context: BoundContext): DataKeyLease | undefined {
    if (!this.#hasRoom) return undefined
    const partition = this.#partitionKey === undefined ? undefined : contextValue(context, this.#partitionKey)
    const kmsContext = this.#kmsContexts.ofPurpose(context.purpose)
    const lease = this.#dataKeys.tryForEncryption({ kmsContext, bytes, partition })
    if (!lease || greenKeyBytes(lease.encodedList) <= MAX_GREEN_KEY_BYTES) return lease
    this.#hasRoom = false
    lease[Symbol.dispose]()
  }

  #suiteOf({ bytes }: RecordArena): Suite | undefined {
    if (bytes[CIPHERTEXT_AT] !== FORMAT_VERSION) return undefined
    return this.#readable.get(bytes[CIPHERTEXT_AT + 1] as number)
  }

  #leaseFor({ bytes }: RecordArena, length: number, context: BoundContext): DataKeyLease | undefined {
    const kmsContext = this.#kmsContexts.ofPurpose(context.purpose)
    const known = this.#dataKeys.tryForLastList(bytes, CIPHERTEXT_AT + LIST_AT, kmsContext)
    if (known) return known
    const greenKey = decodeGreenKey(bytes.subarray(CIPHERTEXT_AT, CIPHERTEXT_AT + length))
    return greenKey && this.#dataKeys.tryForDecryption(greenKey.wrappedKeys, kmsContext)
  }
}

/** The lengths of texts; undefined if one of them, or a name, has no room in the arena. */
function sizesOf(names: readonly string[], texts: readonly string[]): number[] | undefined {
  if (names.length === 0) return undefined
  const sizes: number[] = []
  for (let index = 0; index < names.length; index++) {
    const size = textBytesOf(texts[index] as string)
    if (size === undefined || !fitsName(names[index] as string)) return undefined
    sizes.push(size)
  }
  return sizes
}

/** Whether a field of so many bytes has a text, for which there is room. */
function fitsField(bytes: number): boolean {
  return bytes >= FIELD_OVERHEAD && bytes <= FIELD_OVERHEAD + MAX_TEXT_BYTES
}

function sum(sizes: readonly number[]): number {
  let total = 0
  for (const size of sizes) total += size
  return total
}

function longest(sizes: readonly number[]): number {
  let most = 0
  for (const size of sizes) if (size > most) most = size
  return most
}

function openFields(
  place: RecordArena,
  suite: Suite,
  names: readonly string[],
  ciphertexts: readonly string[],
): string[] | undefined {
  const texts: string[] = []
  for (let index = 0; index < names.length; index++) {
    const fieldBytes = decodeBase64url(ciphertexts[index] as string, place.bytes, FIELD_AT)
    if (fieldBytes === undefined) return undefined
    const aadBytes = placeFieldAad(place, names[index] as string)
    const text = openText(place, suite, FIELD_AT, fieldBytes - FIELD_OVERHEAD, aadBytes)
    if (text === undefined) return undefined
    texts.push(text)
  }
  return texts
}
