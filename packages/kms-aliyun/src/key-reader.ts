import { type CallOptions, CryptoError, type KeyFacts } from '@parasol/core'
import { fieldsUnder, readField, readList, readPage, textOf } from './answer-fields.js'
import type { ServiceCalls } from './service-calls.js'
import type { Answer, Parameters } from './transport.js'
import { malformedAnswer } from './transport-errors.js'

type Fields = Readonly<Record<string, unknown>>

/** So few that the longest entries fit into an answer. */
const PAGE_SIZE = 50
/** More than an account has keys or aliases; a service that never ends its list is not followed for ever. */
const MAX_PAGES = 2_000

/** Finds out what a service knows of its keys. */
export class KeyReader {
  readonly #calls: ServiceCalls

  constructor(calls: ServiceCalls) {
    this.#calls = calls
  }

  /** One key after the other, since a service limits such questions to some dozens a second. */
  async list(options?: CallOptions): Promise<readonly KeyFacts[]> {
    const keys = await this.#pages('ListKeys', {}, ['Keys', 'Key'], options)
    const aliases = await this.#pages('ListAliases', {}, ['Aliases', 'Alias'], options)
    const found: KeyFacts[] = []
    for (const id of new Set(keys.map((key) => textOf('ListKeys', key, 'KeyId')))) {
      const names = aliases.filter(({ KeyId }) => KeyId === id)
      found.push(...(await this.#describeIfThere(id, names, options)))
    }
    return found.sort((a, b) => compare(a.created, b.created) || compare(a.keyId, b.keyId))
  }

  async describe(key: string, options?: CallOptions): Promise<KeyFacts> {
    const id = await this.idOf(key, options)
    const names = await this.#pages('ListAliasesByKeyId', { KeyId: id }, ['Aliases', 'Alias'], options)
    return this.#factsOf(id, names, options)
  }

  /** The id of a key: operations that change one do not all take an alias. */
  idOf(key: string, options?: CallOptions): Promise<string> {
    if (!/(^|:)alias\//.test(key)) return Promise.resolve(key)
    return this.#field(key, 'KeyId', options)
  }

  arnOf(key: string, options?: CallOptions): Promise<string> {
    return this.#field(key, 'Arn', options)
  }

  #field(key: string, name: string, options: CallOptions | undefined): Promise<string> {
    const read = readField('KeyMetadata', name)
    return this.#calls.ask('DescribeKey', { KeyId: key }, (answer) => read('DescribeKey', answer), options)
  }

  /** Nothing of a key that was destroyed meanwhile. */
  async #describeIfThere(id: string, aliases: readonly Fields[], options?: CallOptions): Promise<readonly KeyFacts[]> {
    try {
      return [await this.#factsOf(id, aliases, options)]
    } catch (error) {
      if (CryptoError.is(error) && error.code === 'KEY_NOT_FOUND') return []
      throw error
    }
  }

  async #factsOf(id: string, aliases: readonly Fields[], options?: CallOptions): Promise<KeyFacts> {
    const parameters = { KeyId: id }
    const [metadata, versions, tags] = await Promise.all([
      this.#calls.ask('DescribeKey', parameters, ({ fields }) => fieldsUnder(fields, ['KeyMetadata']), options),
      this.#calls.ask('ListKeyVersions', { ...parameters, PageSize: '1' }, readVersions, options),
      this.#calls.ask('ListResourceTags', parameters, ({ fields }) => readTags(fields), options),
    ])
    return { ...readMetadata(metadata), aliases: namesOf(aliases), versions, tags }
  }

  async #pages(
    action: string,
    parameters: Parameters,
    path: readonly [string, string],
    options: CallOptions | undefined,
  ): Promise<readonly Fields[]> {
    const all: Fields[] = []
    for (let page = 1; page <= MAX_PAGES; page++) {
      const wanted = { ...parameters, PageNumber: String(page), PageSize: String(PAGE_SIZE) }
      const { total, entries } = await this.#calls.ask(
        action,
        wanted,
        (answer) => readPage(action, answer, path),
        options,
      )
      all.push(...entries)
      if (entries.length === 0 || all.length >= total) return all
    }
    throw malformedAnswer(action, 'a list without an end')
  }
}

function readMetadata(fields: Fields): Omit<KeyFacts, 'aliases' | 'versions' | 'tags'> {
  const text = (name: string): string => textOf('DescribeKey', fields, name)
  const optional = (name: string): string | undefined => (fields[name] === undefined ? undefined : text(name))
  return {
    keyId: text('KeyId'),
    state: text('KeyState'),
    spec: text('KeySpec'),
    usage: text('KeyUsage'),
    origin: text('Origin'),
    created: text('CreationDate'),
    description: optional('Description') ?? '',
    deleteAt: optional('DeleteDate'),
    nextRotation: optional('NextRotationDate'),
    isProtected: optional('DeletionProtection') === 'Enabled',
  }
}

function readVersions(answer: Answer): number {
  return readPage('ListKeyVersions', answer, ['KeyVersions', 'KeyVersion']).total
}

function readTags(fields: Fields): Readonly<Record<string, string>> {
  const action = 'ListResourceTags'
  const entries = readList(action, fields, ['Tags', 'Tag'])
  return Object.fromEntries(entries.map((tag) => [textOf(action, tag, 'TagKey'), textOf(action, tag, 'TagValue')]))
}

function namesOf(aliases: readonly Fields[]): readonly string[] {
  return aliases.map((alias) => textOf('ListAliases', alias, 'AliasName')).sort()
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
