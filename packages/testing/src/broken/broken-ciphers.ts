import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { CryptoError, decryptionFailed, encodeContext } from '@parasol/core'

import { concat, equalBytes, toHex } from '../bytes.js'
import { type Aead, aesGcm, NONCE_BYTES, TAG_BYTES } from '../reference/aead.js'
import { type BrokenProvider, withMethods, withParts } from './variant.js'

const ANY_FLIP = 'refuses a ciphertext with a bit flipped in any byte'
const ZERO_KEY = new Uint8Array(32)
const ALGORITHM = 'aes-256-gcm'
const TAG = { authTagLength: TAG_BYTES }

/** Providers whose cryptography has a hole. */
export const brokenCiphers: readonly BrokenProvider[] = [
  {
    fault: 'does not encrypt',
    caughtBy: 'shows nothing of the plaintext in the ciphertext',
    make: withBodyAead({ seal: (_key, plaintext) => plaintext, open: (_key, sealed) => sealed }),
  },
  {
    fault: 'takes base64 for encryption',
    caughtBy: 'shows nothing of the plaintext in the ciphertext',
    make: withMethods(() => ({
      encrypt: async (plaintext) => Buffer.from(Buffer.from(plaintext).toString('base64')),
      decrypt: async (ciphertext) => Buffer.from(Buffer.from(ciphertext).toString(), 'base64'),
    })),
  },
  {
    fault: 'has the same key everywhere',
    caughtBy: 'refuses what other keys encrypted',
    make: withParts(() => ({ masterKey: ZERO_KEY })),
  },
  {
    fault: 'does not look at the tag',
    caughtBy: ANY_FLIP,
    make: withBodyAead({
      ...aesGcm,
      open: (key, sealed, aad) => {
        if (sealed.length < NONCE_BYTES + TAG_BYTES) throw decryptionFailed()
        const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), TAG).setAAD(aad)
        return decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
      },
    }),
  },
  {
    fault: 'looks at four bytes of the tag only',
    caughtBy: ANY_FLIP,
    make: withBodyAead({ ...aesGcm, open: openWithShortTag }),
  },
  {
    fault: 'accepts whatever length the tag has',
    caughtBy: 'refuses a ciphertext cut off at any length',
    make: withBodyAead({ seal: sealWithLength, open: openWithAnyTag }),
  },
  {
    fault: 'encrypts the same plaintext to the same ciphertext',
    caughtBy: 'encrypts the same plaintext differently each time',
    make: withMethods((sound) => {
      const made = new Map<string, Promise<Uint8Array>>()
      return {
        encrypt: async (plaintext, context, options) => {
          const seen = `${toHex(plaintext)} ${toHex(encodeContext(context))}`
          const ciphertext = made.get(seen) ?? sound.encrypt(plaintext, context, options)
          made.set(seen, ciphertext)
          return Uint8Array.from(await ciphertext)
        },
      }
    }),
  },
  {
    fault: 'makes a nonce and does not use it',
    caughtBy: 'never uses a key stream twice',
    make: withParts(() => ({ dataKey: () => ZERO_KEY.slice(), aead: withoutNonce })),
  },
  {
    fault: 'ignores trailing bytes',
    caughtBy: 'refuses trailing bytes',
    make: withBodyAead({
      seal: (key, plaintext, aad) => {
        const sealed = aesGcm.seal(key, plaintext, aad)
        return concat(length(sealed), sealed)
      },
      open: (key, sealed, aad) => {
        if (sealed.length < 4) throw decryptionFailed()
        return aesGcm.open(key, sealed.subarray(4, 4 + Buffer.from(sealed).readUInt32BE()), aad)
      },
    }),
  },
  {
    fault: 'gives the empty plaintext for what is too short to be a ciphertext',
    caughtBy: 'refuses the empty ciphertext',
    make: withMethods((sound) => ({
      decrypt: async (ciphertext, context, options) =>
        ciphertext.length < 88 ? new Uint8Array(0) : sound.decrypt(ciphertext, context, options),
    })),
  },
  {
    fault: 'gives back as it is what it did not encrypt',
    caughtBy: 'refuses a plaintext for a ciphertext',
    make: withMethods((sound) => ({
      decrypt: async (ciphertext, context, options) =>
        equalBytes(ciphertext.subarray(0, 6), Buffer.from('机密'))
          ? ciphertext
          : sound.decrypt(ciphertext, context, options),
    })),
  },
  {
    fault: 'believes a length field and runs out of bounds',
    caughtBy: 'refuses greatest lengths for a ciphertext',
    make: withMethods((sound) => ({
      encrypt: async (...args) => {
        const ciphertext = await sound.encrypt(...args)
        return concat(length(ciphertext), ciphertext)
      },
      decrypt: async (ciphertext, context, options) => {
        const body = new Uint8Array(2 * Buffer.from(ciphertext).readUInt32BE() * 2 ** 22)
        body.set(ciphertext.subarray(4))
        return sound.decrypt(body.subarray(0, ciphertext.length - 4), context, options)
      },
    })),
  },
  {
    fault: 'cannot encrypt the empty plaintext',
    caughtBy: 'gives back the empty plaintext',
    make: withMethods((sound) => ({
      encrypt: async (plaintext, ...rest) => {
        if (plaintext.length === 0) throw new CryptoError('INVALID_INPUT', 'The plaintext is empty')
        return sound.encrypt(plaintext, ...rest)
      },
    })),
  },
  {
    fault: 'takes every plaintext for text',
    caughtBy: 'gives back every value of a byte',
    make: withMethods((sound) => ({
      encrypt: (plaintext, ...rest) => sound.encrypt(Buffer.from(Buffer.from(plaintext).toString()), ...rest),
    })),
  },
  {
    fault: 'strips the zeros at the end, as padding',
    caughtBy: 'gives back zeros',
    make: withMethods((sound) => ({
      decrypt: async (...args) => {
        const plaintext = await sound.decrypt(...args)
        return plaintext.subarray(0, plaintext.findLastIndex((byte) => byte !== 0) + 1)
      },
    })),
  },
]

/** The data key is wrapped soundly. */
function withBodyAead(aead: Aead): BrokenProvider['make'] {
  return withParts(() => ({ aead }))
}

function openWithShortTag(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  try {
    const nonce = sealed.subarray(0, NONCE_BYTES)
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: 4 }).setAAD(aad)
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES, 4 - TAG_BYTES))
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    throw decryptionFailed()
  }
}

/** The length of the ciphertext comes first, so that what follows it is the tag, however short. */
function sealWithLength(key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const sealed = aesGcm.seal(key, plaintext, aad)
  return concat(length(plaintext), sealed)
}

function openWithAnyTag(key: Uint8Array, sealed: Uint8Array, aad: Uint8Array): Uint8Array {
  try {
    const tagAt = 4 + NONCE_BYTES + Buffer.from(sealed).readUInt32BE()
    const tag = sealed.subarray(tagAt)
    const nonce = sealed.subarray(4, 4 + NONCE_BYTES)
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: tag.length }).setAAD(aad).setAuthTag(tag)
    return Buffer.concat([decipher.update(sealed.subarray(4 + NONCE_BYTES, tagAt)), decipher.final()])
  } catch {
    throw decryptionFailed()
  }
}

const withoutNonce: Aead = {
  seal: (key, plaintext, aad) => {
    const sealed = sealUnder(new Uint8Array(NONCE_BYTES), key, plaintext, aad)
    return concat(randomBytes(NONCE_BYTES), sealed.subarray(NONCE_BYTES))
  },
  open: (key, sealed, aad) => aesGcm.open(key, concat(new Uint8Array(NONCE_BYTES), sealed.subarray(NONCE_BYTES)), aad),
}

function sealUnder(nonce: Uint8Array, key: Uint8Array, plaintext: Uint8Array, aad: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, nonce, TAG).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function length(bytes: Uint8Array): Uint8Array {
  const encoded = Buffer.alloc(4)
  encoded.writeUInt32BE(bytes.length)
  return encoded
}
