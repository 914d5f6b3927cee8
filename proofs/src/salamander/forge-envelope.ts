import { createHash, createHmac } from 'node:crypto'
import { type EncryptionContext, encodeContext } from '@parasol/core'

/** What a writer who means harm chooses freely: `docs/format.md` tells everybody how the rest is made of it. */
export interface Forgery {
  readonly dataKey: Uint8Array
  readonly salt: Uint8Array
  readonly context: EncryptionContext
}

export interface Wrapping {
  readonly keyId: string
  readonly wrapped: Uint8Array
}

const VERSION = 1
export const AES_SUITE = 1
/** The AAD of a value that stands alone. */
export const SINGLE_VALUE: Uint8Array = Uint8Array.of(0)

/** The key of a record and the commitment to it. */
export function recordKey({ dataKey, salt, context }: Forgery): { key: Uint8Array; commitment: Uint8Array } {
  const info = [label('parasol/envelope/record'), Uint8Array.of(VERSION, AES_SUITE), salt, encodeContext(context)]
  const derived = oneStep(dataKey, info)
  return { key: derived.subarray(0, 32), commitment: derived.subarray(32) }
}

/** A green key whose list of wrappings is authenticated under one data key, whatever those wrappings hold. */
export function greenKey(
  salt: Uint8Array,
  commitment: Uint8Array,
  wrappings: readonly Wrapping[],
  listKey: Uint8Array,
): Uint8Array {
  const list = Buffer.concat([Uint8Array.of(wrappings.length), ...wrappings.map(encodeWrapping)])
  const tagKey = oneStep(listKey, [label('parasol/envelope/wrapped-keys')])
  const tag = createHmac('sha512', tagKey).update(Uint8Array.of(VERSION)).update(list).digest().subarray(0, 16)
  return Buffer.concat([Uint8Array.of(VERSION, AES_SUITE), salt, commitment, list, tag])
}

function encodeWrapping({ keyId, wrapped }: Wrapping): Uint8Array {
  const head = Uint8Array.of(1, keyId.length)
  return Buffer.concat([head, Buffer.from(keyId), Uint8Array.of(wrapped.length >> 8, wrapped.length & 255), wrapped])
}

function oneStep(dataKey: Uint8Array, info: readonly Uint8Array[]): Buffer {
  return createHash('sha512')
    .update(Buffer.concat([Uint8Array.of(0, 0, 0, 1), dataKey, ...info]))
    .digest()
}

function label(text: string): Uint8Array {
  return Buffer.concat([Uint8Array.of(text.length), Buffer.from(text)])
}
