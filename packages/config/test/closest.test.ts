import fc from 'fast-check'
import { expect, it } from 'vitest'
import { closest } from '../src/closest.js'

const names = ['envelope', 'kms-direct', 'gpg']

it.each([
  ['envelop', 'envelope'],
  ['evnelope', 'envelope'],
  ['Envelope', 'envelope'],
  ['kms-direkt', 'kms-direct'],
  ['kmsdirect', 'kms-direct'],
  ['gpgp', 'gpg'],
  ['aes', undefined],
  ['', undefined],
  ['x'.repeat(200), undefined],
])('finds for %s what was probably meant', (given, meant) => {
  expect(closest(given, names)).toBe(meant)
})

it('finds a name of eight letters through any one slip', () => {
  const slips = fc.tuple(fc.nat(7), fc.constantFrom('drop', 'double', 'replace', 'swap'))
  fc.assert(
    fc.property(slips, ([at, slip]) => {
      const letters = [...'envelope']
      const [letter = '', next = ''] = letters.slice(at)
      const edited = { drop: [], double: [letter, letter], replace: ['z'], swap: [next, letter] }[slip]
      letters.splice(at, slip === 'swap' && next ? 2 : 1, ...edited)
      const given = letters.join('')
      expect(closest(given, names)).toBe(given === 'envelope' ? undefined : 'envelope')
    }),
  )
})
