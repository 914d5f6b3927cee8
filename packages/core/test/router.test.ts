import { createCrypto, isUseCaseName } from '@parasol/core'
import { expect, it } from 'vitest'
import { AesProvider } from './aes-provider.js'

const aes = new AesProvider('aes')

it('finds the cipher of a use case', () => {
  const crypto = createCrypto([aes], { 'customer.phone': { scheme: 'aes' } })
  expect(crypto.useCases).toEqual(['customer.phone'])
  expect(crypto.for('customer.phone').scheme).toBe('aes')
})

it('gives the same cipher each time', () => {
  const crypto = createCrypto([aes], { phone: { scheme: 'aes' } })
  expect(crypto.for('phone')).toBe(crypto.for('phone'))
})

it('does not compile for a misspelt use case, and names those there are when it is run all the same', () => {
  const crypto = createCrypto([aes], { 'customer.phone': { scheme: 'aes' } })
  // @ts-expect-error the use case is misspelt
  expect(() => crypto.for('customer.fone')).toThrow(
    expect.objectContaining({
      code: 'UNKNOWN_USE_CASE',
      message: 'No use case "customer.fone" (have: customer.phone)',
    }),
  )
})

it.each(['constructor', '__proto__', 'toString'])('does not take %s for a use case', (name) => {
  expect(() => createCrypto([aes], {}).for(name as never)).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_USE_CASE' }),
  )
})

it('names the path and the remedy when a use case asks for a scheme that is not there', () => {
  const message = 'useCases["user.phone"].scheme: no provider for "envelop" (have: aes)'
  expect(() => createCrypto([aes], { 'user.phone': { scheme: 'envelop' } })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message }),
  )
  expect(() => createCrypto([aes], { x: { scheme: 'aes', reads: ['aes', 'gpg'] } })).toThrow(
    expect.objectContaining({ message: 'useCases["x"].reads[1]: no provider for "gpg" (have: aes)' }),
  )
})

it('refuses two providers of one name', () => {
  expect(() => createCrypto([aes, new AesProvider('aes')], {})).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining('two providers') }),
  )
})

it.each(['', 'a b', 'a&b', 'a=b', '-a', 'x'.repeat(129)])('refuses %j as the name of a use case', (name) => {
  expect(() => createCrypto([aes], { [name]: { scheme: 'aes' } })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }),
  )
})

it('takes names in any script', () => {
  expect(createCrypto([aes], { '客户.手机': { scheme: 'aes' } }).for('客户.手机').useCase).toBe('客户.手机')
})

it('refuses a scheme name that a token could not hold', () => {
  expect(() => createCrypto([new AesProvider('A.b')], {})).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})

it('says which names a use case may have', () => {
  for (const name of ['customer.phone', '客户.电话', '_x', 'a'.repeat(128)]) expect(isUseCaseName(name)).toBe(true)
  for (const name of ['', '.x', 'a b', 'a:b', 'a\n', 'a'.repeat(129)]) expect(isUseCaseName(name)).toBe(false)
})
