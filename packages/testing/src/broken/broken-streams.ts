import { decryptionFailed, type EncryptionContext } from '@parasol/core'

import { concat } from '../bytes.js'
import { chunked, drain, from, readAll } from '../provider/chunks.js'
import { associateSoundly, type ReferenceProvider } from '../reference/reference-provider.js'
import { type BrokenProvider, withMethods, withParts } from './variant.js'

const WRAPPED_BYTES = 60

/** Providers whose streams can be cut, rearranged, or fill the memory. */
export const brokenStreams: readonly BrokenProvider[] = [
  {
    fault: 'does not mark the last segment of a stream',
    caughtBy: 'refuses a long stream cut off anywhere',
    make: labelling((label) => label.replace(' last', '')),
  },
  {
    fault: 'does not number the segments of a stream',
    caughtBy: 'refuses a stream with two parts exchanged',
    make: labelling((label) => label.replace(/\d+/, '')),
  },
  {
    fault: 'numbers the segments of a stream in one bit',
    caughtBy: 'refuses a stream with two parts exchanged that are not neighbours',
    make: labelling((label) => label.replace(/\d+/, (index) => `${Number(index) % 2}`)),
  },
  {
    fault: 'encrypts all streams under one data key',
    caughtBy: 'refuses the beginning of one stream with the end of another',
    make: withParts(() => ({ dataKey: () => new Uint8Array(32) })),
  },
  {
    fault: 'ignores the context of streams',
    caughtBy: 'refuses a stream of another context',
    make: withMethods((sound) => ({
      encryptStream: (source, _context, options) => sound.encryptStream(source, {}, options),
      decryptStream: (source, _context, options) => sound.decryptStream(source, {}, options),
    })),
  },
  {
    fault: 'ends a stream quietly where it does not decrypt',
    caughtBy: 'refuses a short stream with a bit flipped in any byte',
    make: withMethods((sound) => ({
      async *decryptStream(source, context, options) {
        yield (await drain(sound.decryptStream(source, context, options))).bytes
      },
    })),
  },
  {
    fault: 'releases bytes before they are authenticated',
    caughtBy: 'refuses a short stream with a bit flipped in any byte',
    make: releasingEarly,
  },
  {
    fault: 'takes the end of a stream for the end of the data, and ignores the rest',
    caughtBy: 'refuses a stream with trailing bytes',
    make: withMethods((sound) => ({
      encryptStream: withEnd(sound),
      async *decryptStream(source, context, options) {
        const ciphertext = await readAll(source)
        if (ciphertext.length < 4) throw decryptionFailed()
        const end = 4 + Buffer.from(ciphertext).readUInt32BE()
        yield* sound.decryptStream(from([ciphertext.subarray(4, end)]), context, options)
      },
    })),
  },
  {
    fault: 'reads the whole source before it yields anything',
    caughtBy: 'takes from its source only what the consumer asks for, and closes it when the consumer leaves',
    make: withMethods((sound) => ({
      async *encryptStream(source, context, options) {
        const chunks: Uint8Array[] = []
        for await (const chunk of source) chunks.push(chunk)
        yield* sound.encryptStream(from(chunks), context, options)
      },
    })),
  },
  {
    fault: 'leaves its source open',
    caughtBy: 'takes from its source only what the consumer asks for, and closes it when the consumer leaves',
    make: withMethods((sound) => ({
      encryptStream: (source, context, options) => sound.encryptStream(neverClosed(source), context, options),
    })),
  },
  {
    fault: 'keeps a view of a chunk whose memory is used again',
    caughtBy: 'copies what it keeps of a chunk, whose memory may be used again',
    make: withMethods((sound) => ({
      async *encryptStream(source, context, options) {
        const chunks: Uint8Array[] = []
        for await (const chunk of source) chunks.push(chunk)
        yield* sound.encryptStream(from(chunks), context, options)
      },
    })),
  },
  {
    fault: 'takes the error of a source for the end of it',
    caughtBy: 'ends as its source ends, with the error of the source',
    make: withMethods((sound) => ({
      encryptStream: (source, context, options) => sound.encryptStream(untilError(source), context, options),
    })),
  },
  {
    fault: 'takes the error of a source for a failure to decrypt',
    caughtBy: 'ends as its source ends, with the error of the source',
    make: withMethods((sound) => ({
      async *decryptStream(source, context, options) {
        try {
          yield* sound.decryptStream(source, context, options)
        } catch {
          throw decryptionFailed()
        }
      },
    })),
  },
  {
    fault: 'takes an empty chunk for the end of the source',
    caughtBy: 'gives back a stream of no chunks and one with empty chunks',
    make: withMethods((sound) => ({
      encryptStream: (source, context, options) => sound.encryptStream(untilEmpty(source), context, options),
    })),
  },
  {
    fault: 'loses what does not fill a segment',
    caughtBy: 'gives back streams of every length about that of a segment',
    make: withMethods((sound) => ({
      async *encryptStream(source, context, options) {
        const plaintext = await readAll(source)
        const whole = plaintext.subarray(0, plaintext.length - (plaintext.length % 4096))
        yield* sound.encryptStream(chunked(whole, 4096), context, options)
      },
    })),
  },
  {
    fault: 'looks at the signal only when a stream begins',
    caughtBy: 'ends a stream when its signal is aborted in the middle',
    make: withMethods((sound) => ({
      encryptStream: (source, context, options) => {
        return sound.encryptStream(first(source, 100), context, options?.signal?.aborted ? options : {})
      },
    })),
  },
]

type Stream = AsyncIterable<Uint8Array>

/** Changes what a segment says of its place. */
function labelling(change: (label: string) => string): BrokenProvider['make'] {
  return withParts(() => ({
    associate: (label, context) => associateSoundly(label.startsWith('segment') ? change(label) : label, context),
  }))
}

/** Yields a segment that it cannot vouch for, then fails. */
function releasingEarly(): ReferenceProvider {
  return withMethods((sound) => ({
    async *decryptStream(source, context, options) {
      const ciphertext = await readAll(source)
      const { bytes, error } = await drain(sound.decryptStream(from([ciphertext]), context, options))
      yield bytes
      if (error === undefined) return
      yield ciphertext.subarray(WRAPPED_BYTES)
      throw error
    },
  }))()
}

/** Writes the length of a stream before it. */
function withEnd(sound: ReferenceProvider): ReferenceProvider['encryptStream'] {
  return async function* (source: Stream, context: EncryptionContext, options) {
    const ciphertext = await readAll(sound.encryptStream(source, context, options))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(ciphertext.length)
    yield concat(length, ciphertext)
  }
}

function neverClosed(source: Stream): Stream {
  const iterator = source[Symbol.asyncIterator]()
  return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) }
}

async function* untilError(source: Stream): AsyncGenerator<Uint8Array> {
  try {
    yield* source
  } catch {
    // That is the fault.
  }
}

async function* untilEmpty(source: Stream): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    if (chunk.length === 0) return
    yield chunk
  }
}

async function* first(source: Stream, count: number): AsyncGenerator<Uint8Array> {
  let left = count
  for await (const chunk of source) {
    yield chunk
    left -= 1
    if (left === 0) return
  }
}
