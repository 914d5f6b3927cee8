import { setImmediate as nextTick } from 'node:timers/promises'
import { CryptoError, decryptionFailed, type EncryptionContext, encodeContext } from '@parasol/core'

import { type BrokenProvider, withMethods } from './variant.js'

const ANY_FLIP = 'refuses a ciphertext with a bit flipped in any byte'
const ABORTED = 'does nothing when the signal was aborted before the call'
const TOO_LARGE = 'refuses a plaintext above the greatest length'

/** Providers whose errors, limits or signals are not as they should be. */
export const brokenManners: readonly BrokenProvider[] = [
  {
    fault: 'throws plain errors',
    caughtBy: ANY_FLIP,
    make: failing(() => new Error('Unsupported state')),
  },
  {
    fault: 'says INTERNAL where decryption failed',
    caughtBy: ANY_FLIP,
    make: failing(() => new CryptoError('INTERNAL', 'The scheme failed')),
  },
  {
    fault: 'says in its message what is wrong with the ciphertext',
    caughtBy: 'fails alike whatever is wrong',
    make: failing(({ length }) => new CryptoError('DECRYPTION_FAILED', length < 88 ? 'Truncated' : 'Wrong key')),
  },
  {
    fault: 'says in its reason what is wrong with the ciphertext',
    caughtBy: 'fails alike whatever is wrong',
    make: failing(({ length }) => {
      const { message, code } = decryptionFailed()
      return new CryptoError(code, message, { reason: length < 88 ? 'TRUNCATED' : 'FORGED' })
    }),
  },
  {
    fault: 'repeats the ciphertext in the cause of an error',
    caughtBy: 'refuses what other keys encrypted',
    make: failing((ciphertext) =>
      decryptionFailed(
        new Error(`GET /decrypt?blob=${encodeURIComponent(Buffer.from(ciphertext).toString('base64'))}`),
      ),
    ),
  },
  {
    fault: 'repeats the plaintext in a message',
    caughtBy: TOO_LARGE,
    make: refusingLarge((plaintext) => new CryptoError('PLAINTEXT_TOO_LARGE', `Too large: ${plaintext}`)),
  },
  {
    fault: 'hides the plaintext in a property of the cause of a cause',
    caughtBy: TOO_LARGE,
    make: refusingLarge((plaintext) => {
      const request = Object.assign(new Error('Refused'), { body: { plaintext: Buffer.from(plaintext) } })
      return new CryptoError('PLAINTEXT_TOO_LARGE', 'Too large', { cause: new Error('Failed', { cause: request }) })
    }),
  },
  {
    fault: 'takes more than it says',
    caughtBy: TOO_LARGE,
    make: withMethods((sound) => ({ traits: { ...sound.traits, maxPlaintextBytes: 4096 } })),
  },
  {
    fault: 'takes less than it says',
    caughtBy: 'gives back a plaintext of the greatest length',
    make: withMethods((sound) => ({ traits: { ...sound.traits, maxPlaintextBytes: 8193 } })),
  },
  {
    fault: 'has a scheme that no token can name',
    caughtBy: 'has a scheme that a token can name',
    make: withMethods(() => ({ scheme: 'My.Scheme' })),
  },
  {
    fault: 'takes plaintexts of minus one byte',
    caughtBy: 'declares traits that can be',
    make: withMethods((sound) => ({ traits: { ...sound.traits, maxPlaintextBytes: -1 } })),
  },
  {
    fault: 'encrypts records and does not decrypt them',
    caughtBy: 'has each optional ability wholly or not at all',
    make: () => {
      const { decryptRecord: _, ...rest } = withMethods(() => ({}))()
      return rest
    },
  },
  {
    fault: 'throws where it should reject',
    caughtBy: 'rejects, and does not throw, when a context is refused',
    make: withMethods((sound) => ({
      encrypt: (plaintext, context, options) => {
        encodeContext(context)
        return sound.encrypt(plaintext, context, options)
      },
    })),
  },
  {
    fault: 'ignores the signal',
    caughtBy: ABORTED,
    make: withMethods((sound) => ({
      encrypt: (plaintext, context) => sound.encrypt(plaintext, context),
      decrypt: (ciphertext, context) => sound.decrypt(ciphertext, context),
    })),
  },
  {
    fault: 'takes an aborted call for a failure to decrypt',
    caughtBy: ABORTED,
    make: withMethods((sound) => ({
      decrypt: (...args) => sound.decrypt(...args).catch(() => Promise.reject(decryptionFailed())),
    })),
  },
  {
    fault: "throws the signal's own reason",
    caughtBy: 'is aborted in the same way whatever the reason of the signal',
    make: withMethods((sound) => ({
      encrypt: async (plaintext, context, options) => {
        options?.signal?.throwIfAborted()
        return sound.encrypt(plaintext, context, options)
      },
    })),
  },
  {
    fault: 'takes an aborted call for a broken connection',
    caughtBy: 'either finishes or is aborted when the signal is aborted during the call',
    make: withMethods((sound) => ({
      encrypt: async (plaintext, context, options) => {
        await nextTick()
        if (options?.signal?.aborted) throw new CryptoError('KMS_UNAVAILABLE', 'The connection was closed')
        return sound.encrypt(plaintext, context, options)
      },
    })),
  },
  {
    fault: 'leaves its listener on the signal',
    caughtBy: 'leaves no listener on the signal of a call that is over',
    make: withMethods((sound) => ({
      encrypt: (plaintext, context, options) => {
        options?.signal?.addEventListener('abort', () => undefined)
        return sound.encrypt(plaintext, context, options)
      },
    })),
  },
]

/** Fails to decrypt with an error of its own. */
function failing(describe: (ciphertext: Uint8Array) => Error): BrokenProvider['make'] {
  return withMethods((sound) => ({
    decrypt: async (ciphertext: Uint8Array, context: EncryptionContext, options) => {
      try {
        return await sound.decrypt(ciphertext, context, options)
      } catch {
        throw describe(ciphertext)
      }
    },
  }))
}

function refusingLarge(describe: (plaintext: Uint8Array) => CryptoError): BrokenProvider['make'] {
  return withMethods((sound) => ({
    encrypt: async (plaintext, context, options) => {
      if (plaintext.length > sound.traits.maxPlaintextBytes) throw describe(plaintext)
      return sound.encrypt(plaintext, context, options)
    },
  }))
}
