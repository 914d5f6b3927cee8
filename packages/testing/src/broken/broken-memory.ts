import { setImmediate as nextTick } from 'node:timers/promises'

import { toHex } from '../bytes.js'
import { type BrokenProvider, withMethods } from './variant.js'

const UNCHANGED = 'leaves the plaintext, the ciphertext and the context of the caller as they were'

/** Providers that write where they should not, or read what is no longer theirs. */
export const brokenMemory: readonly BrokenProvider[] = [
  {
    fault: "zeroes the caller's plaintext",
    caughtBy: UNCHANGED,
    make: withMethods((sound) => ({
      encrypt: async (plaintext, context, options) => {
        const ciphertext = await sound.encrypt(plaintext, context, options)
        plaintext.fill(0)
        return ciphertext
      },
    })),
  },
  {
    fault: "decrypts in the caller's memory",
    caughtBy: UNCHANGED,
    make: withMethods((sound) => ({
      decrypt: async (ciphertext, context, options) => {
        const plaintext = await sound.decrypt(ciphertext, context, options)
        ciphertext.set(plaintext)
        return ciphertext.subarray(0, plaintext.length)
      },
    })),
  },
  {
    fault: "adds a key to the caller's context",
    caughtBy: UNCHANGED,
    make: withMethods((sound) => ({
      encrypt: (plaintext, context, options) => {
        const ciphertext = sound.encrypt(plaintext, { ...context }, options)
        if (!Object.isFrozen(context)) Object.assign(context, { version: '1' })
        return ciphertext
      },
    })),
  },
  {
    fault: "keeps a view of the caller's plaintext and reads it later",
    caughtBy: 'keeps neither the plaintext nor the ciphertext of the caller',
    make: withMethods((sound) => {
      const cache = new Map<string, Uint8Array>()
      return {
        encrypt: async (plaintext, context, options) => {
          const ciphertext = await sound.encrypt(plaintext, context, options)
          cache.set(toHex(ciphertext), plaintext)
          return ciphertext
        },
        decrypt: async (ciphertext, context, options) =>
          cache.get(toHex(ciphertext)) ?? sound.decrypt(ciphertext, context, options),
      }
    }),
  },
  {
    fault: 'reads the whole buffer that the plaintext lies in',
    caughtBy: 'takes bytes that lie inside a larger buffer',
    make: withMethods((sound) => ({
      encrypt: (plaintext, context, options) => {
        const isWhole = plaintext.buffer.byteLength > 8000
        return sound.encrypt(isWhole ? plaintext : new Uint8Array(plaintext.buffer), context, options)
      },
    })),
  },
  {
    fault: 'forgets where in its buffer the ciphertext begins',
    caughtBy: 'takes bytes that lie inside a larger buffer',
    make: withMethods((sound) => ({
      decrypt: async (ciphertext, context, options) =>
        sound.decrypt(new Uint8Array(ciphertext.buffer, 0, ciphertext.length), context, options),
    })),
  },
  {
    fault: 'takes Buffers only',
    caughtBy: 'takes Buffers as well as other byte arrays',
    make: withMethods((sound) => ({
      decrypt: async (ciphertext, context, options) => {
        const text = ciphertext.toString()
        return sound.decrypt(Buffer.isBuffer(ciphertext) ? ciphertext : Buffer.from(text), context, options)
      },
    })),
  },
  {
    fault: 'writes every ciphertext to the same memory',
    caughtBy: 'returns ciphertexts that share no memory',
    make: withMethods((sound) => {
      const scratch = new Uint8Array(20_000)
      return {
        encrypt: async (plaintext, context, options) => {
          const ciphertext = await sound.encrypt(plaintext, context, options)
          scratch.set(ciphertext)
          return scratch.subarray(0, ciphertext.length)
        },
      }
    }),
  },
  {
    fault: 'writes every plaintext to the same memory',
    caughtBy: 'returns plaintexts that share no memory',
    make: withMethods((sound) => {
      const scratch = new Uint8Array(20_000)
      return {
        decrypt: async (ciphertext, context, options) => {
          const plaintext = await sound.decrypt(ciphertext, context, options)
          scratch.set(plaintext)
          return scratch.subarray(0, plaintext.length)
        },
      }
    }),
  },
  {
    fault: 'gives a plaintext out again that its caller may have changed',
    caughtBy: 'returns plaintexts that share no memory',
    make: withMethods((sound) => {
      const cache = new Map<string, Uint8Array>()
      return {
        decrypt: async (ciphertext, context, options) => {
          const plaintext = cache.get(toHex(ciphertext)) ?? (await sound.decrypt(ciphertext, context, options))
          cache.set(toHex(ciphertext), plaintext)
          return plaintext
        },
      }
    }),
  },
  {
    fault: 'mixes up calls that are made at once',
    caughtBy: 'does not mix up a hundred calls at once',
    make: withMethods((sound) => {
      let current: Uint8Array = new Uint8Array(0)
      return {
        encrypt: async (plaintext, context, options) => {
          current = plaintext
          await nextTick()
          return sound.encrypt(current, context, options)
        },
      }
    }),
  },
]
