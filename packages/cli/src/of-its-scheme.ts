import type { Cipher } from '@parasol/core'
import { RECOGNIZED_BY_BYTES } from '@parasol/core/files'

type Chunks = AsyncIterable<Uint8Array>

/**
 * Decrypts a pipe by the scheme that is named, else by that as which it begins. What has gone by cannot be tried again, so
 * that of several that begin so it is the first.
 */
export async function* ofItsScheme(
  cipher: Cipher,
  chunks: Chunks,
  named: string | undefined,
  decrypt: (chunks: Chunks, scheme: string) => Chunks,
): AsyncGenerator<Uint8Array> {
  if (named !== undefined) return yield* decrypt(chunks, named)
  const rest = chunks[Symbol.asyncIterator]()
  try {
    const head: Uint8Array[] = []
    for (let length = 0; length < RECOGNIZED_BY_BYTES; ) {
      const { done, value } = await rest.next()
      if (done) break
      // A copy: the memory of a chunk is used again for the next one.
      head.push(Uint8Array.from(value))
      length += value.length
    }
    const [scheme = cipher.scheme] = cipher.schemesOf(Buffer.concat(head))
    yield* decrypt(after(head, rest), scheme)
  } finally {
    await rest.return?.()
  }
}

async function* after(head: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}
