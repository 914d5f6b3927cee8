import { type EncryptedRecord, WRAPPED_KEY_FIELD } from '@parasol/core'
import { type Member, membersOf } from './json-scan.js'
import { toRaw, toText } from './latin1.js'
import { type Row, RowError } from './row.js'
import { isToken } from './tokens.js'

/**
 * An object of NDJSON or of a JSON array. Members that are not touched keep their bytes: a number of twenty digits would
 * not survive being parsed. A text becomes a token; any other value becomes `{"json": token}`, of its JSON.
 */
export class JsonRow implements Row {
  readonly #text: string
  readonly #members: ReadonlyMap<string, Member>

  private constructor(raw: string, members: ReadonlyMap<string, Member>) {
    this.#text = raw
    this.#members = members
  }

  static parse(raw: string): JsonRow | RowError {
    const text = toText(raw)
    if (text === undefined) return new RowError('notUtf8')
    try {
      const value: unknown = JSON.parse(text)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return new RowError('notObject')
    } catch {
      return new RowError('notJson')
    }
    const members = new Map<string, Member>()
    for (const member of membersOf(raw)) {
      const name = parse(member.name) as string
      if (members.has(name)) return new RowError('keyTwice', name)
      members.set(name, member)
    }
    return new JsonRow(raw, members)
  }

  bound(column: string): string | undefined {
    const value = this.#value(column)
    if (value === undefined || value === null || value === '') return undefined
    if (typeof value === 'object') throw new RowError('notText', column)
    // As it is written: a long number is not what it is parsed to.
    return typeof value === 'string' ? value : this.#raw(column)
  }

  plaintexts(fields: readonly string[]): Record<string, string> {
    const texts: Record<string, string> = Object.create(null)
    for (const field of fields) {
      const value = this.#value(field)
      if (value === undefined || value === null || value === '') continue
      if (tokenOf(value) !== undefined) throw new RowError('alreadyEncrypted', field)
      texts[field] = typeof value === 'string' ? value : (toText(this.#raw(field)) as string)
    }
    return texts
  }

  encrypted(): EncryptedRecord {
    const fields: Record<string, string> = Object.create(null)
    let key: string | undefined
    for (const [name, { valueAt }] of this.#members) {
      // Most members cannot be one, which their first characters show.
      if (!MAY_BE_TOKEN.test(this.#text.slice(valueAt, valueAt + 40))) continue
      const token = tokenOf(this.#value(name))
      if (name === WRAPPED_KEY_FIELD) key = token
      else if (token !== undefined) fields[name] = token
    }
    return key === undefined ? { fields } : { fields, key }
  }

  seal({ fields, key }: EncryptedRecord): string {
    const values: Record<string, string> = Object.create(null)
    for (const name of Object.keys(fields)) {
      const isText = this.#text.charCodeAt(this.#member(name).valueAt) === QUOTE
      values[name] = isText ? `"${fields[name]}"` : this.#wrap(`"${fields[name]}"`)
    }
    if (key === undefined) return this.#splice(values, '', WRAPPED_KEY_FIELD)
    if (!this.#members.has(WRAPPED_KEY_FIELD)) return this.#splice(values, `"${WRAPPED_KEY_FIELD}":"${key}"`)
    values[WRAPPED_KEY_FIELD] = `"${key}"`
    return this.#splice(values)
  }

  open(texts: Readonly<Record<string, string>>): string {
    const values: Record<string, string> = Object.create(null)
    for (const name of Object.keys(texts)) {
      const text = texts[name] as string
      const isText = this.#text.charCodeAt(this.#member(name).valueAt) === QUOTE
      if (!isText && parse(toRaw(text)) === undefined) throw new RowError('notJson', name)
      values[name] = toRaw(isText ? JSON.stringify(text) : text)
    }
    return this.#splice(values, '', WRAPPED_KEY_FIELD)
  }

  #wrap(token: string): string {
    return `{"json":${token}}`
  }

  #splice(values: Readonly<Record<string, string>>, further = '', dropped?: string): string {
    const raw = this.#text
    let written = ''
    let from = 0
    let previousEnd: number | undefined
    for (const [name, { nameAt, valueAt, end }] of this.#members) {
      if (name === dropped) {
        written += raw.slice(from, previousEnd ?? nameAt)
        from = previousEnd === undefined ? afterComma(raw, end) : end
        continue
      }
      previousEnd = end
      if (!Object.hasOwn(values, name)) continue
      written += raw.slice(from, valueAt) + values[name]
      from = end
    }
    const last = previousEnd ?? raw.lastIndexOf('}')
    const comma = previousEnd === undefined ? '' : ','
    return further === ''
      ? written + raw.slice(from)
      : `${written}${raw.slice(from, last)}${comma}${further}${raw.slice(last)}`
  }

  #member(name: string): Member {
    const member = this.#members.get(name)
    if (!member) throw new RowError('notObject', name)
    return member
  }

  #raw(name: string): string {
    const { valueAt, end } = this.#member(name)
    return this.#text.slice(valueAt, end)
  }

  #value(name: string): unknown {
    return this.#members.has(name) ? parse(this.#raw(name)) : undefined
  }
}

const QUOTE = 34
const MAY_BE_TOKEN = /^("enc1\.|\{\s*"json")/

/** Of a value that was encrypted: a text is its token, any other value an object that holds it. */
function tokenOf(value: unknown): string | undefined {
  if (typeof value === 'string') return isToken(value) ? value : undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const [entry, ...others] = Object.entries(value)
  return entry?.[0] === 'json' && others.length === 0 && typeof entry[1] === 'string' && isToken(entry[1])
    ? entry[1]
    : undefined
}

/** @param raw UTF-8, one character a byte */
function parse(raw: string): unknown {
  try {
    return JSON.parse(toText(raw) ?? '')
  } catch {
    return undefined
  }
}

function afterComma(raw: string, at: number): number {
  const [skipped = ''] = /^\s*,?\s*/.exec(raw.slice(at)) ?? []
  return at + skipped.length
}
