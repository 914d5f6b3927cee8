import { randomBytes } from 'node:crypto'
import { CryptoError, DataKey, type EncryptionContext, type Kms, type ReEncryptingKms } from '@parasol/core'

import { FakeKms } from './fake-kms.js'
import { ReEncryptingFakeKms } from './re-encrypting-fake-kms.js'

/** A KMS with one fault, and the case of `kmsCases` that catches it. */
export interface BrokenKms {
  readonly fault: string
  readonly caughtBy: string
  make(): Kms
}

const MOVED = 'refuses a ciphertext moved to another row'
const STRANGER = 'refuses what other keys encrypted'
const KEY_BYTES = 'makes data keys of 32 bytes, which decrypt opens from their wrapped form'
const sharedByAll = new FakeKms()

/** KMS with one fault each, by which the kit proves that it catches it. Never use one of them. */
export const brokenKms: readonly BrokenKms[] = [
  {
    fault: 'ignores the context',
    caughtBy: MOVED,
    make: bindingAs(() => ({})),
  },
  {
    fault: 'binds the context in the order in which it comes',
    caughtBy: 'decrypts whatever the order of the keys of the context',
    make: bindingAs((context) => ({ json: JSON.stringify(context).slice(0, 8000) })),
  },
  {
    fault: 'turns what is not a string into one',
    caughtBy: 'makes no data key under a number for a value',
    make: bindingAs((context) => Object.fromEntries(Object.entries(context).map(([key, value]) => [key, `${value}`]))),
  },
  {
    fault: 'ignores the context of data keys',
    caughtBy: 'refuses a wrapped key moved to another row',
    make: withMethods((sound) => ({
      generateDataKey: (keyId, _context, options) => sound.generateDataKey(keyId, {}, options),
      decrypt: (ciphertext, context, options) =>
        sound.decrypt(ciphertext, context, options).catch(() => sound.decrypt(ciphertext, {}, options)),
    })),
  },
  {
    fault: 'takes base64 for encryption',
    caughtBy: 'shows nothing of the plaintext in the ciphertext',
    make: withMethods(() => ({
      encrypt: async (_keyId, plaintext) => Buffer.from(Buffer.from(plaintext).toString('base64')),
      decrypt: async (ciphertext) => Buffer.from(Buffer.from(ciphertext).toString(), 'base64'),
    })),
  },
  {
    fault: 'has the same keys in every instance',
    caughtBy: STRANGER,
    make: () => sharedByAll,
  },
  {
    fault: 'says KEY_NOT_FOUND of a ciphertext of unknown keys',
    caughtBy: STRANGER,
    make: withMethods((sound) => ({
      decrypt: (...args) =>
        sound.decrypt(...args).catch(() => Promise.reject(new CryptoError('KEY_NOT_FOUND', 'No key'))),
    })),
  },
  {
    fault: 'makes a key when it does not know the one that is asked for',
    caughtBy: 'knows no key that does not exist',
    make: withMethods((sound) => ({
      encrypt: (keyId, ...rest) => sound.encrypt(`${keyId}!`, ...rest),
    })),
  },
  {
    fault: 'makes data keys of 16 bytes',
    caughtBy: KEY_BYTES,
    make: generating((sound) => (keyId, context) => wrap(sound, keyId, randomBytes(16), context)),
  },
  {
    fault: 'wraps another key than it gives out',
    caughtBy: KEY_BYTES,
    make: generating((sound) => async (keyId, context, options) => {
      using key = await sound.generateDataKey(keyId, context, options)
      return new DataKey(key.wrapped, randomBytes(32))
    }),
  },
  {
    fault: 'makes the same data key again and again',
    caughtBy: 'makes a new data key each time',
    make: generating((sound) => (keyId, context) => wrap(sound, keyId, new Uint8Array(32).fill(7), context)),
  },
  {
    fault: 'gives the data key itself for its wrapped form',
    caughtBy: 'shows nothing of a data key in its wrapped form or in its print',
    make: generating(() => async () => {
      const key = randomBytes(32)
      return new DataKey(Uint8Array.from(key), key)
    }),
  },
  {
    fault: 'leaves a data key in memory that is disposed of',
    caughtBy: 'zeroes a data key that is disposed of',
    make: generating((sound) => async (...args) => {
      const { plaintext, wrapped } = await sound.generateDataKey(...args)
      return Object.assign(new DataKey(wrapped, Uint8Array.from(plaintext)), { [Symbol.dispose]: () => undefined })
    }),
  },
  {
    fault: 'prints a data key',
    caughtBy: 'shows nothing of a data key in its wrapped form or in its print',
    make: generating((sound) => async (...args) => {
      const key = await sound.generateDataKey(...args)
      return Object.assign(key, { toJSON: () => Buffer.from(key.plaintext).toString('base64') })
    }),
  },
  {
    fault: 'does not encrypt the empty plaintext',
    caughtBy: 'gives back the empty plaintext',
    make: withMethods((sound) => ({
      encrypt: async (keyId, plaintext, ...rest) => {
        if (plaintext.length === 0) throw new CryptoError('INVALID_INPUT', 'The plaintext is missing')
        return sound.encrypt(keyId, plaintext, ...rest)
      },
    })),
  },
  {
    fault: 'cuts off a plaintext that is too long',
    caughtBy: 'refuses a plaintext above the greatest length',
    make: withMethods((sound) => ({
      encrypt: (keyId, plaintext, ...rest) => sound.encrypt(keyId, plaintext.subarray(0, 4608), ...rest),
    })),
  },
  {
    fault: 'repeats its request in the cause of an error',
    caughtBy: 'knows no key that does not exist',
    make: withMethods((sound) => ({
      encrypt: (keyId, plaintext, ...rest) =>
        sound.encrypt(keyId, plaintext, ...rest).catch(() => {
          const url = `https://kms/?Plaintext=${encodeURIComponent(Buffer.from(plaintext).toString('base64'))}`
          throw new CryptoError('KEY_NOT_FOUND', 'No such key', { cause: new Error(`POST ${url} failed`) })
        }),
    })),
  },
  {
    fault: 'ignores the signal when it makes data keys',
    caughtBy: 'makes no data key when the signal was aborted before the call',
    make: generating((sound) => (keyId, context) => sound.generateDataKey(keyId, context)),
  },
  {
    fault: 'leaves its listener on the signal',
    caughtBy: 'leaves no listener on the signal of a call that is over',
    make: withMethods((sound) => ({
      decrypt: (ciphertext, context, options) => {
        options?.signal?.addEventListener('abort', () => undefined)
        return sound.decrypt(ciphertext, context, options)
      },
    })),
  },
  {
    fault: 're-encrypts to what it was given',
    caughtBy: 're-encrypts to another ciphertext of the same plaintext, and under another key',
    make: reEncrypting((sound) => async (ciphertext, keyId, context, options) => {
      await sound.reEncrypt(ciphertext, keyId, context, options)
      return ciphertext
    }),
  },
  {
    fault: 're-encrypts under whatever context is asked for',
    caughtBy: 're-encrypts nothing under another context',
    make: reEncrypting((sound) => async (ciphertext, keyId, context, options) => {
      const plaintext = await sound.decrypt(ciphertext, context).catch(() => new Uint8Array(1))
      return sound.encrypt(keyId, plaintext, context, options)
    }),
  },
  {
    fault: 'gives back what it cannot re-encrypt',
    caughtBy: 're-encrypts nothing that other keys encrypted',
    make: reEncrypting(
      (sound) =>
        (ciphertext, ...rest) =>
          sound.reEncrypt(ciphertext, ...rest).catch(() => ciphertext),
    ),
  },
  {
    fault: 'ignores the signal when it re-encrypts',
    caughtBy: 're-encrypts nothing when the signal was aborted before the call',
    make: reEncrypting((sound) => (ciphertext, keyId, context) => sound.reEncrypt(ciphertext, keyId, context)),
  },
]

function reEncrypting(change: (sound: ReEncryptingKms) => ReEncryptingKms['reEncrypt']): () => Kms {
  return () => {
    const sound = new ReEncryptingFakeKms()
    return Object.assign(new ReEncryptingFakeKms(), {
      encrypt: sound.encrypt.bind(sound),
      decrypt: sound.decrypt.bind(sound),
      reEncrypt: change(sound),
    })
  }
}

/** `FakeKms` with some of its methods replaced. */
function withMethods(change: (sound: Kms) => Partial<Kms>): () => Kms {
  return () => {
    const fake = new FakeKms()
    const sound: Kms = {
      maxPlaintextBytes: fake.maxPlaintextBytes,
      encrypt: (...args) => fake.encrypt(...args),
      decrypt: (...args) => fake.decrypt(...args),
      generateDataKey: (...args) => fake.generateDataKey(...args),
    }
    return { ...sound, ...change(sound) }
  }
}

function generating(generate: (sound: Kms) => Kms['generateDataKey']): () => Kms {
  return withMethods((sound) => ({ generateDataKey: generate(sound) }))
}

/** Changes the context before it is bound. */
function bindingAs(change: (context: EncryptionContext) => EncryptionContext): () => Kms {
  return withMethods((sound) => ({
    encrypt: async (keyId, plaintext, context, options) => sound.encrypt(keyId, plaintext, change(context), options),
    decrypt: async (ciphertext, context, options) => sound.decrypt(ciphertext, change(context), options),
    generateDataKey: async (keyId, context, options) => sound.generateDataKey(keyId, change(context), options),
  }))
}

async function wrap(kms: Kms, keyId: string, key: Uint8Array, context: EncryptionContext): Promise<DataKey> {
  return new DataKey(await kms.encrypt(keyId, key, context), key)
}
