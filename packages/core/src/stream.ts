import { CryptoError } from './errors.js'

/** For schemes without streams: gathers at most `limit` bytes, then yields what the work makes of them. */
export async function* collect(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  work: (bytes: Uint8Array) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of source) {
    total += chunk.length
    if (total > limit) {
      throw new CryptoError('PLAINTEXT_TOO_LARGE', `This scheme does not stream and takes at most ${limit} bytes`)
    }
    // A source may read into the same memory again.
    chunks.push(Uint8Array.from(chunk))
  }
  yield await work(Buffer.concat(chunks))
}
