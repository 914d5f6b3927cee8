import { type BoundContext, contextValue, decodeBase64url, type TextCodec, writeBoundContext } from '@parasol/core'
import { arena } from './arena.js'
import { CIPHERTEXT_AT, CONTEXT_AT, FIELD_AT, MAX_GREEN_KEY_BYTES } from './arena-layout.js'
import type { DataKeyLease, DataKeySource } from './data-key-source.js'
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
  readonly suite: Suite
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
  readonly #options: ArenaTextCodecOptions
  #hasRoom = true

  constructor(options: ArenaTextCodecOptions) {
    this.#options = options
  }

  encrypt(text: string, context: BoundContext): string | undefined {
    const textBytes = textBytesOf(text)
    if (textBytes === undefined) return undefined
    return this.#seal(textBytes, context, (place, start) => {
      const end = sealText(place, this.#options.suite, text, textBytes, placeValueAad(place))
      return place.bytes.toString('base64url', start, end)
    })
  }

  /** @returns the green key, then the fields in their order */
  encryptAll(names: readonly string[], texts: readonly string[], context: BoundContext): string[] | undefined {
    if (names.length === 0 || !names.every(fitsName)) return undefined
    const sizes: number[] = []
    let total = 0
    for (const text of texts) {
      const textBytes = textBytesOf(text)
      if (textBytes === undefined) return undefined
      sizes.push(textBytes)
      total += textBytes
    }
    return this.#seal(total, context, (place, start) => {
      const { bytes } = place
      const sealed = [bytes.toString('base64url', start, FIELD_AT)]
      for (let index = 0; index < names.length; index++) {
        const aadBytes = placeFieldAad(place, names[index] as string)
        const end = sealText(place, this.#options.suite, texts[index] as string, sizes[index] as number, aadBytes)
        sealed.push(bytes.toString('base64url', FIELD_AT, end))
      }
      return sealed
    })
  }

  decrypt(ciphertext: string, context: BoundContext): string | undefined {
    return this.#open(ciphertext, context, (place, suite, fieldAt, end) =>
      openText(place, suite, fieldAt, end - fieldAt - FIELD_OVERHEAD, placeValueAad(place)),
    )
  }

  decryptAll(
    key: string,
    names: readonly string[],
    ciphertexts: readonly string[],
    context: BoundContext,
  ): string[] | undefined {
    if (!names.every(fitsName)) return undefined
    return this.#open(key, context, (place, suite, fieldAt, end) => {
      if (fieldAt !== end) return undefined
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
    })
  }

  #seal<Sealed>(
    bytes: number,
    context: BoundContext,
    work: (place: RecordArena, greenKeyAt: number) => Sealed,
  ): Sealed | undefined {
    const { suite, dataKeys, kmsContexts, partitionKey } = this.#options
    if (!this.#hasRoom) return undefined
    const place = arena()
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const partition = partitionKey === undefined ? undefined : contextValue(context, partitionKey)
    const kmsContext = kmsContexts.ofPurpose(context.purpose)
    const lease = dataKeys.tryForEncryption({ kmsContext, bytes, partition })
    if (!lease) return undefined
    try {
      this.#hasRoom = greenKeyBytes(lease.encodedList) <= MAX_GREEN_KEY_BYTES
      return this.#hasRoom ? work(place, startRecord(place, suite, lease, contextEnd)) : undefined
    } finally {
      lease[Symbol.dispose]()
      place.wipe()
    }
  }

  #open<Opened>(
    ciphertext: string,
    context: BoundContext,
    work: (place: RecordArena, suite: Suite, fieldAt: number, end: number) => Opened,
  ): Opened | undefined {
    const place = arena()
    const length = decodeBase64url(ciphertext, place.bytes, CIPHERTEXT_AT)
    const suite = this.#options.readable.get(place.bytes[CIPHERTEXT_AT + 1] as number)
    if (length === undefined || !suite || place.bytes[CIPHERTEXT_AT] !== FORMAT_VERSION) return undefined
    const contextEnd = writeBoundContext(context, place.bytes, CONTEXT_AT)
    const lease = this.#leaseFor(place, length, context)
    if (!lease) return undefined
    try {
      const fieldAt = CIPHERTEXT_AT + greenKeyBytes(lease.encodedList)
      const end = CIPHERTEXT_AT + length
      if (fieldAt > end || !resumeRecord(place, suite, lease, contextEnd)) return undefined
      return work(place, suite, fieldAt, end)
    } finally {
      lease[Symbol.dispose]()
      place.wipe()
    }
  }

  #leaseFor({ bytes }: RecordArena, length: number, context: BoundContext): DataKeyLease | undefined {
    const { dataKeys, kmsContexts } = this.#options
    const kmsContext = kmsContexts.ofPurpose(context.purpose)
    const known = dataKeys.tryForLastList(bytes, CIPHERTEXT_AT + LIST_AT, kmsContext)
    if (known) return known
    const greenKey = decodeGreenKey(bytes.subarray(CIPHERTEXT_AT, CIPHERTEXT_AT + length))
    return greenKey && dataKeys.tryForDecryption(greenKey.wrappedKeys, kmsContext)
  }
}
