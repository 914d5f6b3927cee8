import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Line, LineSplitter } from '../src/lines/line-splitter.js'

function split(chunks: readonly Uint8Array[], maxBytes: number): readonly (string | undefined)[] {
  const splitter = new LineSplitter(maxBytes)
  const lines: Line[] = chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))])
  return [...lines, ...splitter.end()].map((line) => line?.toString('latin1'))
}

it('finds the same lines however they arrive', () => {
  const chunks = fc.array(fc.uint8Array({ min: 8, max: 12, maxLength: 20 }), { maxLength: 20 })
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 30 }), (chunks, maxBytes) => {
      const parts = Buffer.concat(chunks).toString('latin1').split('\n')
      const lines = parts.at(-1) === '' ? parts.slice(0, -1) : parts
      expect(split(chunks, maxBytes)).toEqual(lines.map((line) => (line.length > maxBytes ? undefined : line)))
    }),
  )
})

it('puts together a line that arrives byte by byte', () => {
  const bytes = Array.from({ length: 5_000 }, (_, index) => Uint8Array.of(97 + (index % 26)))
  expect(split([...bytes, Uint8Array.of(10)], 5_000)).toEqual([Buffer.concat(bytes).toString()])
})

it('keeps nothing of a line that never ends, which no buffer could hold', () => {
  const splitter = new LineSplitter(1_000_000)
  const chunk = Buffer.alloc(1_048_576, 'x')
  for (let round = 0; round < 5_000; round += 1) expect([...splitter.push(chunk)]).toEqual([])
  expect([...splitter.push(Buffer.from('\na\n'))]).toEqual([undefined, Buffer.from('a')])
})
