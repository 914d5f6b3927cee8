import { type EncryptionContext, FIELD_KEY } from '@parasol/core'

import { associateSoundly } from '../reference/reference-provider.js'
import { type BrokenProvider, withMethods, withParts } from './variant.js'

/** Providers whose records can be rearranged, or come back otherwise than they were. */
export const brokenRecords: readonly BrokenProvider[] = [
  {
    fault: 'does not bind a field to its name',
    caughtBy: 'refuses a record whose fields were swapped',
    make: withParts(() => ({ fieldLabel: () => 'field' })),
  },
  {
    fault: 'takes names in upper case for names in lower case',
    caughtBy: 'refuses a record with a field under a name in another case',
    make: withParts(() => ({ fieldLabel: (name) => `field ${name.toLowerCase()}` })),
  },
  {
    fault: 'takes names that UTF-8 cannot hold for the same',
    caughtBy: 'does not confuse field names that are not well-formed Unicode',
    make: withParts(() => ({ fieldLabel: (name) => `field ${name}` })),
  },
  {
    fault: 'encrypts each field on its own, so that it fits every record of the context',
    caughtBy: 'refuses a record with a field of another record',
    make: withMethods((sound) => ({
      encryptRecord: async (fields, context, options) => {
        const sealed = [...fields].map(async ([name, value]): Promise<[string, Uint8Array]> => {
          return [name, await sound.encrypt(value, fieldContext(context, name), options)]
        })
        return { key: Uint8Array.of(1), fields: new Map(await Promise.all(sealed)) }
      },
      decryptRecord: async (record, context, options) => {
        const opened = [...record.fields].map(async ([name, sealed]): Promise<[string, Uint8Array]> => {
          return [name, await sound.decrypt(sealed, fieldContext(context, name), options)]
        })
        return new Map(await Promise.all(opened))
      },
    })),
  },
  {
    fault: 'has one data key for all records',
    caughtBy: 'refuses a record with the key of another record',
    make: withParts(() => ({ dataKey: () => new Uint8Array(32) })),
  },
  {
    fault: 'gives the fields that decrypt and leaves out the others',
    caughtBy: 'refuses a record with a field added that was never encrypted',
    make: withMethods((sound) => ({
      decryptRecord: async ({ key, fields }, context, options) => {
        const opened = new Map<string, Uint8Array>()
        for (const field of fields) {
          const single = { key, fields: new Map([field]) }
          const [entry] = await sound.decryptRecord(single, context, options).catch(() => [])
          if (entry) opened.set(...entry)
        }
        return opened
      },
    })),
  },
  {
    fault: 'gives fields back as they are that are too short to be ciphertexts',
    caughtBy: 'refuses a record with a field added that is empty',
    make: withMethods((sound) => ({
      decryptRecord: async ({ key, fields }, context, options) => {
        const entries = [...fields]
        const sealed = entries.filter(([, { length }]) => length >= 28)
        const opened = await sound.decryptRecord({ key, fields: new Map(sealed) }, context, options)
        return new Map([...entries.filter(([, { length }]) => length < 28), ...opened])
      },
    })),
  },
  {
    fault: 'opens a record only as a whole',
    caughtBy: 'opens any of the fields of a record alone',
    make: withMethods((sound) => ({
      encryptRecord: (fields, context, options) => {
        return sound.encryptRecord(fields, { ...context, fields: [...fields.keys()].sort().join() }, options)
      },
      decryptRecord: (record, context, options) => {
        return sound.decryptRecord(record, { ...context, fields: [...record.fields.keys()].sort().join() }, options)
      },
    })),
  },
  {
    fault: 'opens the fields of a record only in the order in which they were encrypted',
    caughtBy: 'opens the fields of a record in any order',
    make: withMethods((sound) => ({
      encryptRecord: (fields, context, options) => {
        return sound.encryptRecord(fields, { ...context, fields: [...fields.keys()].join() }, options)
      },
      decryptRecord: (record, context, options) => {
        return sound.decryptRecord(record, { ...context, fields: [...record.fields.keys()].join() }, options)
      },
    })),
  },
  {
    fault: 'zeroes the values of a record that it encrypted',
    caughtBy: 'leaves the record of the caller as it was',
    make: withMethods((sound) => ({
      encryptRecord: async (fields, context, options) => {
        const record = await sound.encryptRecord(fields, context, options)
        for (const value of fields.values()) value.fill(0)
        return record
      },
    })),
  },
  {
    fault: 'loses a field that has the name of a prototype',
    caughtBy: 'gives back a record with the names of prototypes',
    make: withMethods((sound) => ({
      decryptRecord: async (...args) => {
        const plain: Record<string, Uint8Array> = {}
        for (const [name, value] of await sound.decryptRecord(...args)) plain[name] = value
        return new Map(Object.entries(plain))
      },
    })),
  },
  {
    fault: 'loses a field whose value is empty',
    caughtBy: 'gives back a record with an empty value',
    make: withMethods((sound) => ({
      encryptRecord: (fields, context, options) => {
        return sound.encryptRecord(new Map([...fields].filter(([, { length }]) => length > 0)), context, options)
      },
    })),
  },
  {
    fault: 'opens the parts of a record as if they were a single ciphertext',
    caughtBy: 'refuses the parts of a record for a single ciphertext',
    make: withParts(() => ({
      fieldLabel: () => 'single',
      associate: (label, context) => associateSoundly(label.replace('record', 'key'), context),
    })),
  },
  {
    fault: 'ignores the signal when it works on records',
    caughtBy: 'does nothing for a record when the signal was aborted before the call',
    make: withMethods((sound) => ({
      encryptRecord: (fields, context) => sound.encryptRecord(fields, context),
    })),
  },
]

function fieldContext(context: EncryptionContext, name: string): EncryptionContext {
  return { ...context, [FIELD_KEY]: name }
}
