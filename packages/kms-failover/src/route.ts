import { isUtf8 } from 'node:buffer'

/** Stands before what a KMS other than the first encrypted. */
const MARK = Buffer.from('parasol:kms:')
const LENGTH_AT = MARK.length
const NAME_AT = LENGTH_AT + 1

export const MAX_NAME_BYTES = 255

/** Where a ciphertext is from. */
export interface Route {
  /** Of the KMS that made it; undefined for the first. */
  readonly name: string | undefined
  readonly ciphertext: Uint8Array
}

/**
 *     "parasol:kms:" (12), u8 length of the name, name in UTF-8, what the KMS of that name encrypted
 *
 * It is an address and no more: who changes it has another KMS refuse the ciphertext.
 */
export function addRoute(name: string, ciphertext: Uint8Array): Uint8Array {
  const bytes = Buffer.from(name)
  return Buffer.concat([MARK, Uint8Array.of(bytes.length), bytes, ciphertext])
}

/** Undefined if the address is damaged. */
export function readRoute(ciphertext: Uint8Array): Route | undefined {
  if (!MARK.equals(ciphertext.subarray(0, LENGTH_AT))) return { name: undefined, ciphertext }
  const end = NAME_AT + (ciphertext[LENGTH_AT] ?? 0)
  const name = ciphertext.subarray(NAME_AT, end)
  if (end > ciphertext.length || !isUtf8(name)) return undefined
  return { name: Buffer.from(name).toString(), ciphertext: ciphertext.subarray(end) }
}
