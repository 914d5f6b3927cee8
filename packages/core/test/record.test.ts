import { flattenRecord, unflattenRecord } from '@parasol/core'
import { expect, it } from 'vitest'

it('puts the wrapped key beside the fields as kms_encrypt_key, and takes it out again', () => {
  const record = { fields: { phone: 'enc1.x.AAAA' }, key: 'enc1.x.BBBB' }
  expect(flattenRecord(record)).toEqual({ phone: 'enc1.x.AAAA', kms_encrypt_key: 'enc1.x.BBBB' })
  expect(unflattenRecord(flattenRecord(record))).toEqual(record)
})

it('leaves a record without a wrapped key as it is', () => {
  expect(unflattenRecord(flattenRecord({ fields: { phone: 'enc1.x.AAAA' } }))).toEqual({
    fields: { phone: 'enc1.x.AAAA' },
  })
})

it('refuses a field with the name of the wrapped key', () => {
  expect(() => flattenRecord({ fields: { kms_encrypt_key: 'enc1.x.AAAA' } })).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  )
})

it('keeps a field that is named like a part of every object', () => {
  const record = { fields: JSON.parse('{"__proto__":"enc1.x.AAAA"}'), key: 'enc1.x.BBBB' }
  expect(Object.keys(unflattenRecord(flattenRecord(record)).fields)).toEqual(['__proto__'])
})
