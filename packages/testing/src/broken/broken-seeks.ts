import { type BrokenProvider, withMethods } from './variant.js'

/** Providers that seek in streams wrongly, or rewrap them so. */
export const brokenSeeks: readonly BrokenProvider[] = [
  {
    fault: 'takes a stream in which it cannot seek for an empty one',
    caughtBy: 'refuses to seek in a stream that was cut off or lengthened',
    make: withMethods((sound) => ({
      openSeekable: (source, context, options) =>
        sound.openSeekable(source, context, options).catch(() => ({
          size: 0,
          read: async () => new Uint8Array(0),
          [Symbol.dispose]: () => undefined,
        })),
    })),
  },
  {
    fault: 'seeks to the wrong segment',
    caughtBy: 'gives any part of a stream, and fewer bytes only at its end',
    make: withMethods((sound) => ({
      async openSeekable(source, context, options) {
        const reader = await sound.openSeekable(source, context, options)
        const read = (offset: number, length: number) => reader.read(Math.max(0, offset - (offset % 4096)), length)
        return { size: reader.size, read, [Symbol.dispose]: () => reader[Symbol.dispose]() }
      },
    })),
  },
  {
    fault: 'reads all of a stream to give a part of it',
    caughtBy: 'reads for a part of a stream little more than that part',
    make: withMethods((sound) => ({
      async openSeekable(source, context, options) {
        await source.read(0, source.size)
        return sound.openSeekable(source, context, options)
      },
    })),
  },
  {
    fault: 'keeps the key of a stream that was closed',
    caughtBy: 'gives nothing more when it was closed, or the signal was aborted',
    make: withMethods((sound) => ({
      async openSeekable(source, context, options) {
        const reader = await sound.openSeekable(source, context, options)
        return { ...reader, [Symbol.dispose]: () => undefined }
      },
    })),
  },
  {
    fault: 'ignores the context where it seeks',
    caughtBy: 'refuses to seek under another context, or with other keys',
    make: withMethods((sound) => ({
      encryptStream: (source, _context, options) => sound.encryptStream(source, {}, options),
      openSeekable: (source, _context, options) => sound.openSeekable(source, {}, options),
    })),
  },
  {
    fault: 'passes a stream through as it is instead of rewrapping it',
    caughtBy: 'rewraps a stream without touching its data, whatever the size of its chunks',
    make: withMethods(() => ({
      async *rewrapStream(source) {
        yield* source
      },
    })),
  },
  {
    fault: 'rewraps a stream for whoever asks',
    caughtBy: 'does not rewrap a stream of another context or of other keys',
    make: withMethods(() => ({
      async *rewrapStream(source) {
        yield* source
      },
    })),
  },
]
