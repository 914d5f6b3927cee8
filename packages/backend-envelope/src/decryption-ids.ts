import type { EncryptionContext } from '@parasol/core'
import { contextId } from './context-id.js'

interface Known {
  readonly list: Buffer
  readonly id: string
}

/**
 * What a data key for decryption is known by: the KMS context and every byte of its list. Records of a purpose that are
 * read one after the other mostly have one data key, and to compare bytes costs a tenth of making a string of them.
 */
export class DecryptionIds {
  readonly #last = new WeakMap<EncryptionContext, Known>()

  of(encodedList: Uint8Array, kmsContext: EncryptionContext): string {
    const last = this.#last.get(kmsContext)
    if (last?.list.equals(encodedList)) return last.id
    // A copy, since the list may be a view of bytes that its owner changes.
    const list = Buffer.from(encodedList)
    const id = `d${contextId(kmsContext)}${list.toString('latin1')}`
    // The id of a context that may yet be changed is not remembered.
    if (Object.isFrozen(kmsContext)) this.#last.set(kmsContext, { list, id })
    return id
  }

  /** The same if the bytes go on at the offset with the list that was asked for last; else undefined. */
  ofLastAt(bytes: Buffer, offset: number, kmsContext: EncryptionContext): string | undefined {
    const last = this.#last.get(kmsContext)
    return last && beginsWith(bytes, offset, last.list) ? last.id : undefined
  }
}

function beginsWith(bytes: Buffer, offset: number, list: Buffer): boolean {
  const end = offset + list.length
  return end <= bytes.length && bytes.compare(list, 0, list.length, offset, end) === 0
}
