import { parseToken } from '@parasol/core'
import type { Facts } from '../print.js'
import type { RecordOptions } from '../records/record-options.js'
import { recordsTexts } from '../records/records-texts.js'
import { RowError } from '../records/row.js'
import { openRowInput } from '../records/row-input.js'
import { RowSource } from '../records/row-source.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'
import { envelopeFacts } from './ciphertext-facts.js'

/** What all rows of a file say of themselves, in one pass. */
export async function rowFacts(
  terminal: Terminal,
  path: string,
  options: Pick<RecordOptions, 'format' | 'delimiter'>,
): Promise<Facts> {
  const { source, format } = await openRowInput(terminal, path, options)
  const tooLong = (row: number): Error => new UsageError(recordsTexts(terminal).tooLong(row))
  await using rows = await RowSource.open(source, format, tooLong)
  const seen = new Census()
  for await (const batch of rows.batches()) {
    terminal.signal.throwIfAborted()
    for (const { row } of batch.rows) {
      if (row instanceof RowError) seen.unreadable++
      else seen.add(row.encrypted())
    }
  }
  return { format: format.name, ...seen.facts() }
}

class Census {
  unreadable = 0
  #rows = 0
  #encrypted = 0
  readonly #fields = new Map<string, number>()
  readonly #schemes = new Map<string, number>()
  readonly #suites = new Map<string, number>()
  readonly #keyIds = new Map<string, number>()
  readonly #keyVersions = new Map<string, number>()

  add({ fields, key }: { readonly fields: Readonly<Record<string, string>>; readonly key?: string }): void {
    this.#rows++
    const names = Object.keys(fields)
    if (names.length > 0) this.#encrypted++
    for (const name of names) count(this.#fields, name)
    // The key of a row speaks for all of it.
    for (const token of key === undefined ? Object.values(fields) : [key]) this.#addToken(token)
  }

  facts(): Facts {
    const { unreadable } = this
    return {
      rows: this.#rows + unreadable,
      encryptedRows: this.#encrypted,
      unreadableRows: unreadable > 0 ? unreadable : undefined,
      fields: toObject(this.#fields),
      schemes: toObject(this.#schemes),
      suites: toObject(this.#suites),
      keyIds: toObject(this.#keyIds),
      keyVersions: toObject(this.#keyVersions),
    }
  }

  #addToken(token: string): void {
    const parsed = parse(token)
    count(this.#schemes, parsed?.scheme ?? 'damaged')
    const facts = parsed && envelopeFacts(parsed.ciphertext, parsed.ciphertext.length)
    if (!facts) return
    count(this.#suites, String(facts['suite']))
    for (const keyId of facts['keyIds'] as readonly string[]) count(this.#keyIds, keyId)
    for (const version of (facts['keyVersions'] ?? []) as readonly string[]) count(this.#keyVersions, version)
  }
}

const MAX_NAMES = 1000

/** A hostile file has any number of names: the rest of them counts as one. */
function count(counts: Map<string, number>, name: string): void {
  const known = counts.has(name) || counts.size < MAX_NAMES ? name : '…'
  counts.set(known, (counts.get(known) ?? 0) + 1)
}

function parse(token: string) {
  try {
    return parseToken(token)
  } catch {
    return undefined
  }
}

function toObject(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> | undefined {
  return counts.size === 0 ? undefined : Object.fromEntries(counts)
}
