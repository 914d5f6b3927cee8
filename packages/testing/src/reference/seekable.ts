import { CryptoError, decryptionFailed, type RandomAccess, throwIfAborted } from '@parasol/core'

import { concat } from '../bytes.js'
import { type Aead, OVERHEAD_BYTES } from './aead.js'
import { SEGMENT_BYTES, segmentLabel } from './segments.js'

const SEALED_BYTES = SEGMENT_BYTES + OVERHEAD_BYTES

export interface SeekableOptions {
  readonly aead: Aead
  unwrap(wrapped: Uint8Array): Uint8Array
  readonly wrappedBytes: number
  associate(label: string): Uint8Array
  readonly signal: AbortSignal | undefined
}

/** Opens the segments that a part lies in, one by one; the last one first, because it says that it is the last. */
export async function openSeekable(
  ciphertext: RandomAccess,
  { aead, unwrap, wrappedBytes, associate, signal }: SeekableOptions,
): Promise<RandomAccess & Disposable> {
  throwIfAborted(signal)
  let key: Uint8Array | undefined = unwrap(await ciphertext.read(0, wrappedBytes))
  const sealedBytes = ciphertext.size - wrappedBytes
  const count = Math.max(1, Math.ceil(sealedBytes / SEALED_BYTES))
  const size = sealedBytes - count * OVERHEAD_BYTES
  const openSegment = async (index: number): Promise<Uint8Array> => {
    const sealed = await ciphertext.read(wrappedBytes + index * SEALED_BYTES, SEALED_BYTES)
    if (!key) throw new CryptoError('CLOSED', 'The stream was closed')
    return aead.open(key, sealed, associate(segmentLabel(index, index === count - 1)))
  }
  if ((await openSegment(count - 1)).length !== size - (count - 1) * SEGMENT_BYTES) throw decryptionFailed()
  return {
    size,
    async read(offset, length, options) {
      throwIfAborted(options?.signal)
      const end = Math.min(offset + length, size)
      const first = Math.floor(offset / SEGMENT_BYTES)
      let bytes: Uint8Array = new Uint8Array(0)
      for (let index = first; index * SEGMENT_BYTES < end; index += 1) bytes = concat(bytes, await openSegment(index))
      const start = offset - first * SEGMENT_BYTES
      return bytes.slice(start, Math.max(start, end - first * SEGMENT_BYTES))
    },
    [Symbol.dispose]: () => {
      key = undefined
    },
  }
}
