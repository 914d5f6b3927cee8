import { CryptoError, type EncryptionContext } from '@parasol/core'

import { associateSoundly } from '../reference/reference-provider.js'
import { type BrokenProvider, withMethods, withParts } from './variant.js'

const MOVED = 'refuses a ciphertext moved to another row'

/** Providers that bind the context badly or not at all. */
export const brokenContexts: readonly BrokenProvider[] = [
  {
    fault: 'ignores the context',
    caughtBy: MOVED,
    make: joining(() => ''),
  },
  {
    fault: 'binds the keys of the context and not its values',
    caughtBy: MOVED,
    make: joining((entries) => entries.map(([key]) => key).join('\0')),
  },
  {
    fault: 'binds the values of the context and not its keys',
    caughtBy: 'refuses a ciphertext with a key renamed',
    make: joining((entries) => entries.map(([, value]) => value).join('\0')),
  },
  {
    fault: 'concatenates the context without lengths',
    caughtBy: 'does not take the context {"a":"bc"} for {"ab":"c"}',
    make: joining((entries) => entries.flat().join('')),
  },
  {
    fault: 'joins the context as a query without escapes',
    caughtBy: 'does not take the context {"a":"1&b=2"} for {"a":"1","b":"2"}',
    make: joining((entries) => entries.map((entry) => entry.join('=')).join('&')),
  },
  {
    fault: 'writes the lengths of the context in one byte',
    caughtBy: 'does not confuse contexts whose values are longer than 255 bytes',
    make: joining((entries) =>
      entries
        .flat()
        .map((text) => String.fromCharCode(text.length % 256) + text)
        .join(''),
    ),
  },
  {
    fault: 'depends on the order of the context',
    caughtBy: 'decrypts whatever the order of the keys of the context',
    make: changing((context) => ({ json: JSON.stringify(context).slice(0, 4000) })),
  },
  {
    fault: 'takes upper case for lower case',
    caughtBy: 'refuses a ciphertext with a value in another case',
    make: mapping((text) => text.toLowerCase()),
  },
  {
    fault: 'trims the context',
    caughtBy: 'refuses a ciphertext with a space after a value',
    make: mapping((text) => text.trim()),
  },
  {
    fault: 'normalises the Unicode of the context',
    caughtBy: String.raw`does not take the context {"a":"\u00e9"} for {"a":"e\u0301"}`,
    make: mapping((text) => text.normalize('NFC')),
  },
  {
    fault: 'loses keys that have the names of prototypes',
    caughtBy: 'binds keys that have the names of prototypes',
    make: changing((context) => {
      const copy: Record<string, string> = {}
      for (const [key, value] of Object.entries(context)) copy[key] = value
      return copy
    }),
  },
  {
    fault: 'leaves out values that are empty',
    caughtBy: 'refuses a ciphertext with a key added whose value is empty',
    make: changing((context) => Object.fromEntries(Object.entries(context).filter(([, value]) => value !== ''))),
  },
  {
    fault: 'turns what is not a string into one',
    caughtBy: 'refuses a number for a value',
    make: changing((context) =>
      Object.fromEntries(Object.entries(context ?? {}).map(([key, value]) => [key, `${value}`])),
    ),
  },
  {
    fault: 'takes no context for the empty one',
    caughtBy: 'refuses undefined for a context',
    make: changing((context) => context ?? {}),
  },
  {
    fault: 'fails to take long contexts',
    caughtBy: 'binds a context of 8,192 bytes',
    make: changing((context) => {
      if (JSON.stringify(context).length > 4096) throw new CryptoError('INVALID_INPUT', 'The context is too long')
      return context
    }),
  },
  {
    fault: 'says that it binds no context and takes one nevertheless',
    caughtBy: 'refuses a context, which it cannot bind',
    make: withMethods((sound) => ({
      traits: { ...sound.traits, bindsContext: false },
      encrypt: (plaintext, _context, options) => sound.encrypt(plaintext, {}, options),
      decrypt: (ciphertext, _context, options) => sound.decrypt(ciphertext, {}, options),
    })),
  },
  {
    fault: 'binds the context to the key and not to the record',
    caughtBy: 'refuses a record of another context',
    make: withMethods((sound) => ({
      encryptRecord: (fields, _context, options) => sound.encryptRecord(fields, {}, options),
      decryptRecord: (record, _context, options) => sound.decryptRecord(record, {}, options),
    })),
  },
]

type Entries = readonly (readonly [string, string])[]

/** Encodes the context to text in a way of its own. */
function joining(encode: (entries: Entries) => string): BrokenProvider['make'] {
  const sorted = (context: EncryptionContext): Entries => Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
  return withParts(() => ({
    associate: (label, context) => Buffer.from(`${label}\0${encode(sorted(context))}`, 'latin1'),
  }))
}

/** Changes the context before it is bound. */
function changing(change: (context: EncryptionContext) => EncryptionContext): BrokenProvider['make'] {
  return withParts(() => ({ associate: (label, context) => associateSoundly(label, change(context)) }))
}

/** Changes each key and value of the context before it is bound. */
function mapping(change: (text: string) => string): BrokenProvider['make'] {
  return changing((context) => Object.fromEntries(Object.entries(context).map((entry) => entry.map(change))))
}
