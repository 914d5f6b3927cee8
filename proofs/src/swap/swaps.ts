import type { Cipher, EncryptedRecord, EncryptionContext } from '@parasol/core'
import type { Random } from '../random.js'
import type { StoredRow } from './stored-rows.js'

/** A record where it does not belong, as somebody who writes to the database would put it there. */
export interface Misplaced {
  readonly cipher: Cipher
  readonly context: EncryptionContext
  readonly record: EncryptedRecord
}

/** Ways to misplace a row, by what is swapped. Each gives undefined where the choice of rows offers nothing to swap. */
export const swaps: Readonly<
  Record<string, (row: StoredRow, rows: readonly StoredRow[], random: Random) => Misplaced | undefined>
> = {
  row: (row, rows, random) => {
    const other = random.pick(rows.filter(({ context }) => context !== row.context))
    return { ...row, context: other.context }
  },

  useCase: (row, rows, random) => {
    const others = rows.filter(
      ({ cipher }) => cipher.useCase !== row.cipher.useCase && cipher.scheme === row.cipher.scheme,
    )
    return others.length === 0 ? undefined : { ...row, cipher: random.pick(others).cipher }
  },

  scheme: (row, rows, random) => {
    const others = rows.filter(({ cipher }) => cipher.scheme !== row.cipher.scheme)
    if (others.length === 0) return undefined
    const { cipher } = random.pick(others)
    const relabel =
      random.below(2) === 0 ? (token: string) => token : (token: string) => relabelled(token, cipher.scheme)
    return { ...row, cipher, record: mapTokens(row.record, relabel) }
  },

  field: (row, _rows, random) => {
    const [one, other] = shuffled(Object.keys(row.record.fields), random) as [string, string]
    const { [one]: first = '', [other]: second = '' } = row.record.fields
    const fields = random.below(2) === 0 ? { [one]: second, [other]: first } : { [one]: second }
    return { ...row, record: { ...row.record, fields } }
  },

  fieldName: (row, _rows, random) => {
    const [name, token] = random.pick(Object.entries(row.record.fields))
    const fields = { [random.pick([`${name} `, name.toUpperCase(), `x${name}`, ''])]: token }
    return { ...row, record: { ...row.record, fields } }
  },

  greenKey: (row, rows, random) => {
    const { key } = random.pick(rows.filter(({ record }) => record !== row.record && record.key !== undefined)).record
    return key === undefined ? undefined : { ...row, record: { ...row.record, key } }
  },

  /** The key of the row's twin: context, use case and scheme are the same. */
  twinKey: (row, rows) => {
    const twin = rows.find((other) => isTwin(row, other))
    const { key } = twin?.record ?? {}
    return key === undefined ? undefined : { ...row, record: { ...row.record, key } }
  },

  noKey: (row) => (row.record.key === undefined ? undefined : { ...row, record: { fields: row.record.fields } }),
}

function isTwin(row: StoredRow, other: StoredRow): boolean {
  return row !== other && row.cipher === other.cipher && row.context === other.context
}

function mapTokens({ fields, key }: EncryptedRecord, change: (token: string) => string): EncryptedRecord {
  const changed = Object.fromEntries(Object.entries(fields).map(([name, token]) => [name, change(token)]))
  return key === undefined ? { fields: changed } : { fields: changed, key: change(key) }
}

function relabelled(token: string, scheme: string): string {
  const [version, , ciphertext] = token.split('.')
  return [version, scheme, ciphertext].join('.')
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, order: random.below(2 ** 32) }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
