import type { EncryptionContext } from '@parasol/core'
import { contextId } from './context-id.js'

/**
 * What a data key for decryption is known by: the KMS context and every byte of its list. Records that are read one after
 * the other mostly have one data key, and to compare bytes costs a tenth of making a string of them.
 */
export class DecryptionIds {
  #list: Buffer = Buffer.alloc(0)
  #context = ''
  #id: string | undefined

  of(encodedList: Uint8Array, kmsContext: EncryptionContext): string {
    const context = contextId(kmsContext)
    if (this.#id !== undefined && context === this.#context && this.#list.equals(encodedList)) return this.#id
    // A copy, since the list may be a view of bytes that its owner changes.
    this.#list = Buffer.from(encodedList)
    this.#context = context
    this.#id = `d${context}${this.#list.toString('latin1')}`
    return this.#id
  }
}
