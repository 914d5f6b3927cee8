import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cellText, formatCell, scanCells } from '../src/records/csv-cells.js'
import { csvFormat } from '../src/records/csv-format.js'
import { jsonFormat, ndjsonFormat } from '../src/records/json-formats.js'
import { membersOf } from '../src/records/json-scan.js'
import { toRaw, toText } from '../src/records/latin1.js'
import { type RecordFormat, RowError } from '../src/records/row.js'
import { RowSource } from '../src/records/row-source.js'

const terminal = { env: {} } as Parameters<typeof csvFormat>[0]
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', ',', '\n', '\r', ' ', "'", '号', '\\', '{', '}', '[', ']'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
  maxLength: 8,
})
const table = fc
  .integer({ min: 2, max: 5 })
  .chain((width) => fc.array(fc.array(text, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }))

it('reads of a row what csv-parse reads', () => {
  fc.assert(
    // Beside line ends of one kind, csv-stringify leaves those of another kind in cells without quotes.
    fc.property(table, fc.constantFrom('\n', '\r\n'), fc.boolean(), (rows, lineEnd, quoted) => {
      const raw = toRaw(
        stringify(rows, {
          record_delimiter: lineEnd,
          quoted: quoted || lineEnd === '\r\n' || rows.flat().some(hasReturn),
        }),
      )
      const expected = parse(toText(raw) as string, { record_delimiter: lineEnd, relax_column_count: true })
      expect(readAll(raw)).toEqual(expected)
    }),
  )
})

it('writes a cell that csv-parse reads', () => {
  fc.assert(
    fc.property(text, (cell) => {
      const raw = `${formatCell(cell, ',')},${formatCell(`x${cell}`, ',')}\n`
      expect(parse(toText(raw) as string)).toEqual([[cell, `x${cell}`]])
      expect(readAll(raw)).toEqual([[cell, `x${cell}`]])
    }),
  )
})

it('finds the members that JSON.parse finds, and leaves their bytes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.constantFrom(0, 1, 2), (object, indent) => {
      const raw = toRaw(JSON.stringify(object, null, indent))
      const members = membersOf(raw).map(({ name, valueAt, end }) => [
        JSON.parse(toText(name) as string),
        JSON.parse(toText(raw.slice(valueAt, end)) as string),
      ])
      expect(members).toEqual(Object.entries(JSON.parse(toText(raw) as string)))
    }),
  )
})

it.each([
  [
    'csv',
    csvFormat(terminal, ','),
    (rows: string[][]) => stringify([rows[0]?.map((_, index) => `c${index}`) ?? [], ...rows]),
  ],
  ['ndjson', ndjsonFormat(), (rows: string[][]) => rows.map((row) => `${JSON.stringify({ ...row })}\n`).join('')],
  ['json', jsonFormat(terminal), (rows: string[][]) => JSON.stringify(rows.map((row) => ({ ...row })))],
] as const)('reads the same rows of %s however it is cut', async (_name, format, write) => {
  const property = fc.asyncProperty(table, fc.integer({ min: 1, max: 20 }), async (rows, size) => {
    const raw = toRaw(write(rows))
    const whole = await rowsOf(format, raw, raw.length)
    const cut = await rowsOf(format, raw, size)
    expect(cut).toEqual(whole)
    expect(whole.filter((row) => row.startsWith('error'))).toEqual([])
    expect(whole.length).toBeLessThanOrEqual(rows.length)
  })
  await fc.assert(property, { numRuns: 50 })
})

it.each([
  ['csv', csvFormat(terminal, ','), 'a,b\n'],
  ['ndjson', ndjsonFormat(), ''],
] as const)(
  'hands on rows of %s, whatever they are, that end where they end when they are read',
  (_name, format, head) => {
    const hostile = fc.array(fc.oneof(text, fc.constantFrom('\n', '\r\n', '"\n', '\n"', 'x"', ',')), { maxLength: 20 })
    fc.assert(
      fc.property(hostile, fc.boolean(), (parts, isLast) => {
        const raw = head + toRaw(parts.join(''))
        const [read, skipped] = [format.open(raw, true)?.reader, format.open(raw, true)?.reader]
        for (let at = head.length; at < raw.length; ) {
          const row = read?.next(raw, at, isLast)
          const skip = skipped?.skip(raw, at, isLast)
          expect(skip && { ...skip }).toEqual(row && { end: row.end, lines: row.lines, isBlank: row.row === undefined })
          if (!row) break
          at = row.end
        }
      }),
    )
  },
)

function hasReturn(cell: string): boolean {
  return cell.includes('\r')
}

function readAll(raw: string): readonly (readonly (string | undefined)[])[] {
  const rows: (string | undefined)[][] = []
  for (let at = 0; at < raw.length; ) {
    const bounds: number[] = []
    const found = scanCells(raw, at, 44, bounds, true)
    expect(found?.end).toBeGreaterThan(at)
    at = found?.end as number
    rows.push(
      bounds.flatMap((start, index) => (index % 2 === 0 ? [cellText(raw.slice(start, bounds[index + 1]))] : [])),
    )
  }
  return rows
}

async function rowsOf(format: RecordFormat, raw: string, size: number): Promise<readonly string[]> {
  const bytes = Buffer.from(raw, 'latin1')
  async function* chunks(from: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  await using source = await RowSource.open({ chunks }, format, () => new Error('too long'))
  const rows: string[] = []
  for await (const batch of source.batches()) {
    for (const { row } of batch.rows)
      rows.push(row instanceof RowError ? `error ${row.reason}` : row.seal({ fields: {} }, 'without'))
  }
  return rows
}
