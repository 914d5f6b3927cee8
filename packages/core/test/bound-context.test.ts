import { ContextBinder, contextValue, encodeContext, MAX_CONTEXT_BYTES, writeBoundContext } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('z', 'p', 'parasol', 'q', '\uffff', '😀', '__proto__', '7'),
)
const contexts = fc.dictionary(
  text.filter((key) => key !== ''),
  text,
  { maxKeys: 4 },
)

it('gives the bytes of the same context with the purpose in it, whichever contexts came before', () => {
  const binder = new ContextBinder('customer.phone')
  fc.assert(
    fc.property(contexts, (context) => {
      const target = Buffer.alloc(MAX_CONTEXT_BYTES + 3)
      const end = writeBoundContext(binder.bind(context), target, 3)
      const expected = encodeContext({ ...context, 'parasol:purpose': 'customer.phone' })
      expect(target.subarray(3, end).toString('hex')).toBe(Buffer.from(expected).toString('hex'))
    }),
    { numRuns: 300 },
  )
})

it('knows the values of a context, and the purpose', () => {
  const bound = new ContextBinder('p').bind({ tenant: '7', 'z z': '' })
  expect(contextValue(bound, 'tenant')).toBe('7')
  expect(contextValue(bound, 'z z')).toBe('')
  expect(contextValue(bound, 'toString')).toBeUndefined()
  expect(bound.purpose).toBe('p')
})

it('reads every value once, so that what is changed afterwards changes nothing', () => {
  const binder = new ContextBinder('p')
  const context = { row: '7' }
  const bound = binder.bind(context)
  context.row = '8'
  expect(contextValue(bound, 'row')).toBe('7')
})

it.each([
  ['a number', { row: 7 }],
  ['a lone surrogate', { row: '\ud800' }],
  ['an array', ['7']],
  ['a Map', new Map([['row', '7']])],
  ['nothing', undefined],
  ['a reserved key', { 'parasol:purpose': 'other' }],
  ['an empty key', { '': 'x' }],
])('refuses %s as a context, even after one with the same keys', (_, context) => {
  const binder = new ContextBinder('p')
  binder.bind({ row: '7' })
  const bind = () => binder.bind(context as unknown as Record<string, string>)
  expect(bind).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  expect(bind).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})

it('refuses a context that is too long together with the purpose', () => {
  const bound = new ContextBinder('p').bind({ row: 'x'.repeat(MAX_CONTEXT_BYTES - 38) })
  expect(() => writeBoundContext(bound, Buffer.alloc(2 * MAX_CONTEXT_BYTES), 0)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  )
})
