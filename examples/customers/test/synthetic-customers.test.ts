import { readFileSync } from 'node:fs'
import { stringify } from 'csv-stringify/sync'
import { expect, it } from 'vitest'
import { CUSTOMER_COLUMNS, idCardCheckDigit, syntheticCustomers, withLuhnDigit } from '../src/synthetic-customers.js'

const customers = [...syntheticCustomers(1000)]
const column = (name: (typeof CUSTOMER_COLUMNS)[number]) =>
  customers.map((customer) => customer[CUSTOMER_COLUMNS.indexOf(name)] ?? '')

it('makes the file that is in the repository', () => {
  const file = readFileSync(new URL('../customers.csv', import.meta.url), 'utf8')
  expect(file).toBe(stringify([CUSTOMER_COLUMNS, ...customers]))
})

it('knows the check digits of published numbers', () => {
  expect(idCardCheckDigit('11010519491231002')).toBe('X')
  expect(idCardCheckDigit('44052418800101001')).toBe('4')
  expect(withLuhnDigit('7992739871')).toBe('79927398713')
})

it('gives ID cards the check digit of GB 11643', () => {
  for (const idCard of column('idCard')) {
    expect(idCard).toMatch(/^\d{6}190\d(0[1-9]|1[0-2])([01]\d|2[0-8])\d{3}[\dX]$/)
    expect(idCardCheckDigit(idCard.slice(0, 17))).toBe(idCard.slice(17))
  }
})

it('gives bank cards the check digit of Luhn', () => {
  for (const bankCard of column('bankCard')) {
    expect(bankCard).toMatch(/^62\d{17}$/)
    expect(withLuhnDigit(bankCard.slice(0, -1))).toBe(bankCard)
  }
})

it('gives phones eleven digits of a prefix that is not assigned, and mail a domain that nobody has', () => {
  for (const phone of column('phone')) expect(phone).toMatch(/^154\d{8}$/)
  for (const email of column('email')) expect(email).toMatch(/^customer\d+\.\d{4}@example\.com$/)
  expect(new Set(column('id')).size).toBe(1000)
})
