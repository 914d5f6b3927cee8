import { type BrokenProvider, withMethods } from './variant.js'

/** Providers that rewrap nothing, too much, or for everyone. */
export const brokenRewraps: readonly BrokenProvider[] = [
  {
    fault: 'rewraps nothing',
    caughtBy: 'rewraps to another ciphertext of the same plaintext, again and again',
    make: withMethods(() => ({ rewrap: async (ciphertext) => ciphertext })),
  },
  {
    fault: 'encrypts the data again instead of rewrapping the key',
    caughtBy: 'rewraps without touching the data',
    make: withMethods((sound) => ({
      rewrap: async (ciphertext, context, options) => {
        return sound.encrypt(await sound.decrypt(ciphertext, context, options), context, options)
      },
    })),
  },
  {
    fault: 'moves a ciphertext to the context that it is rewrapped under',
    caughtBy: 'makes nothing readable under another context by rewrapping',
    make: withMethods((sound) => {
      const home = { any: 'context' }
      return {
        encrypt: (plaintext, _context, options) => sound.encrypt(plaintext, home, options),
        decrypt: (ciphertext, _context, options) => sound.decrypt(ciphertext, home, options),
        rewrap: (ciphertext, _context, options) => sound.rewrap(ciphertext, home, options),
      }
    }),
  },
  {
    fault: 'rewraps in the memory of the caller',
    caughtBy: 'leaves the rewrapped ciphertext of the caller as it was',
    make: withMethods((sound) => ({
      rewrap: async (ciphertext, context, options) => {
        ciphertext.set(await sound.rewrap(ciphertext, context, options))
        return ciphertext
      },
    })),
  },
  {
    fault: 'gives back what it cannot rewrap',
    caughtBy: 'does not rewrap what other keys encrypted',
    make: withMethods((sound) => ({
      rewrap: (ciphertext, context, options) => sound.rewrap(ciphertext, context, options).catch(() => ciphertext),
    })),
  },
  {
    fault: 'ignores the signal when it rewraps',
    caughtBy: 'does not rewrap when the signal was aborted before the call',
    make: withMethods((sound) => ({ rewrap: (ciphertext, context) => sound.rewrap(ciphertext, context) })),
  },
]
