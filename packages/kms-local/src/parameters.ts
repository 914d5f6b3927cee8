import { CryptoError, type EncryptionContext, encodeContext } from '@parasol/core'
import { KmsFault } from './faults.js'

/** The parameters of a request, by their names; reading one checks it. */
export class Parameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  find(name: string): string | undefined {
    return this.#values.get(name)
  }

  /** @throws KmsFault MissingParameter; an empty value counts as given if `empty` allows it */
  text(name: string, { empty = false } = {}): string {
    const value = this.#values.get(name)
    if (value === undefined || (value === '' && !empty)) throw new KmsFault('MissingParameter', name)
    return value
  }

  optionalText(name: string, maxLength: number): string | undefined {
    const value = this.#values.get(name)
    if (value !== undefined && value.length > maxLength) throw new KmsFault('InvalidParameter', name)
    return value
  }

  /** For documented parameters that this service does not act on: to pass over them would do what was not asked. */
  refuse(...names: readonly string[]): void {
    const given = names.find((name) => this.#values.has(name))
    if (given !== undefined) throw new KmsFault('InvalidParameter', given)
  }

  /** An optional choice among values, of which the first is the default. */
  choice<const Values extends readonly [string, ...string[]]>(name: string, values: Values): Values[number] {
    const value = this.#values.get(name) ?? values[0]
    if (!values.includes(value)) throw new KmsFault('InvalidParameter', name)
    return value
  }

  /** A choice that has no default. */
  requiredChoice<const Values extends readonly [string, ...string[]]>(name: string, values: Values): Values[number] {
    this.text(name)
    return this.choice(name, values)
  }

  /** In any case, since Alibaba's SDK for Python writes `True`. @throws KmsFault MissingParameter if there is no fallback */
  flag(name: string, { fallback }: { fallback?: boolean } = {}): boolean {
    const value = this.#values.get(name)
    if (value === undefined && fallback !== undefined) return fallback
    const text = this.text(name).toLowerCase()
    if (text !== 'true' && text !== 'false') throw new KmsFault('InvalidParameter', name)
    return text === 'true'
  }

  /** @throws KmsFault InvalidParameter unless it is an integer in the range; MissingParameter if there is no fallback */
  integer(name: string, range: { min: number; max: number; fallback?: number }): number {
    const value = this.#values.get(name)
    if (value === undefined && range.fallback !== undefined) return range.fallback
    const text = this.text(name)
    const number = Number(text)
    if (!/^\d{1,9}$/.test(text) || number < range.min || number > range.max)
      throw new KmsFault('InvalidParameter', name)
    return number
  }

  /** The values of `name.1`, `name.2` and so on, without a gap. */
  list(name: string): readonly string[] {
    const values: string[] = []
    for (let index = 1; this.#values.has(`${name}.${index}`); index++) values.push(this.text(`${name}.${index}`))
    return values
  }

  /** The values of `name.1.A`, `name.1.B`, `name.2.A` and so on, without a gap. */
  records(name: string): readonly Readonly<Record<string, string>>[] {
    const records: Record<string, string>[] = []
    for (;;) {
      const prefix = `${name}.${records.length + 1}.`
      const fields = [...this.#values].filter(([key]) => key.startsWith(prefix))
      if (fields.length === 0 || records.length === MAX_RECORDS) return records
      records.push(Object.fromEntries(fields.map(([key, value]) => [key.slice(prefix.length), value])))
    }
  }

  /** Canonical base64 of at least one byte. */
  base64(name: string): Buffer {
    const text = this.text(name)
    const bytes = Buffer.from(text, 'base64')
    if (bytes.length === 0 || bytes.toString('base64') !== text) throw new KmsFault('InvalidParameter', name)
    return bytes
  }

  /** A JSON object of strings, of at most 8,192 characters; empty if it is not given. */
  context(name: string): EncryptionContext {
    const flattened = [...this.#values.keys()].some((key) => key.startsWith(`${name}.`))
    if (flattened) throw new KmsFault('InvalidParameter', name)
    const text = this.optionalText(name, MAX_CONTEXT_CHARACTERS)
    const context = text === undefined ? {} : parseStringMap(text)
    if (!context || !isBindable(context)) throw new KmsFault('InvalidParameter', name)
    return context
  }
}

const MAX_RECORDS = 100
const MAX_CONTEXT_CHARACTERS = 8192
const STRING = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
const PAIR = new RegExp(String.raw`\s*(${STRING})\s*:\s*(${STRING})\s*(,|$)`, 'y')

/** Unlike JSON.parse it refuses a key that stands twice, of which a signer and a reader might each take another. */
function parseStringMap(text: string): EncryptionContext | undefined {
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(text)?.[1]
  if (inner === undefined) return undefined
  const context = new Map<string, string>()
  if (inner.trim() === '') return {}
  PAIR.lastIndex = 0
  for (;;) {
    const match = PAIR.exec(inner)
    if (!match) return undefined
    const [key, value] = [JSON.parse(match[1] ?? ''), JSON.parse(match[2] ?? '')] as [string, string]
    if (context.has(key)) return undefined
    context.set(key, value)
    if (match[3] === '') return Object.fromEntries(context)
  }
}

function isBindable(context: EncryptionContext): boolean {
  try {
    encodeContext(context)
    return true
  } catch (error) {
    if (CryptoError.is(error)) return false
    throw error
  }
}
