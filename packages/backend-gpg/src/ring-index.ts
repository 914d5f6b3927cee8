import { CryptoError } from '@parasol/core'
import type { PublicKey } from 'openpgp'
import type { KeyFiles } from './key-files.js'
import { type KeySummary, summarize } from './key-summary.js'

const FILE = 'index.json'
const VERSION = 2

/** What is known of a file, and of the key in it. */
interface Entry {
  /** Changes with the file. */
  readonly stamp: string
  readonly summary: KeySummary
}

/**
 * Knows what is in the certificates of a ring without reading them again: two thousand take seconds to parse. It is kept in
 * `index.json`, which anybody may delete. A file that changed since, by whatever program, is read again; nothing is decided
 * by the index: keys that are used are read from their own files.
 */
export class RingIndex {
  readonly #files: KeyFiles

  constructor(files: KeyFiles) {
    this.#files = files
  }

  /** @param certificates the path of each, by its fingerprint */
  async summaries(
    certificates: ReadonlyMap<string, string>,
    read: (fingerprint: string) => Promise<PublicKey>,
  ): Promise<readonly KeySummary[]> {
    const former = await this.#read()
    const entries = new Map<string, Entry>()
    let changed = former.size !== certificates.size
    const stamps = await Promise.all([...certificates].map(async ([, path]) => (await this.#files.stamp(path)) ?? ''))
    for (const [index, fingerprint] of [...certificates.keys()].entries()) {
      const stamp = stamps[index] ?? ''
      const known = former.get(fingerprint)
      const isFresh = known !== undefined && stamp !== '' && known.stamp === stamp
      changed ||= !isFresh
      const entry = isFresh ? known : await makeEntry(stamp, () => read(fingerprint))
      if (entry) entries.set(fingerprint, entry)
    }
    if (changed) await this.#write(entries)
    return [...entries.values()].map(({ summary }) => summary)
  }

  async #read(): Promise<ReadonlyMap<string, Entry>> {
    const content = await this.#files.read(FILE).catch(() => undefined)
    if (!content) return new Map()
    try {
      const { version, entries } = JSON.parse(Buffer.from(content).toString())
      return new Map(version === VERSION ? (Object.entries(entries) as [string, Entry][]) : [])
    } catch {
      return new Map()
    }
  }

  /** A ring that may only be read does without. */
  async #write(entries: ReadonlyMap<string, Entry>): Promise<void> {
    if (entries.size === 0) return
    const text = JSON.stringify({ version: VERSION, entries: Object.fromEntries(entries) })
    await this.#files.write(FILE, Buffer.from(text)).catch((error) => {
      if (!CryptoError.is(error) || error.code !== 'IO') throw error
    })
  }
}

/** None for a damaged file, which is reported when its key is used. */
async function makeEntry(stamp: string, read: () => Promise<PublicKey>): Promise<Entry | undefined> {
  try {
    return { stamp, summary: await summarize(await read()) }
  } catch (error) {
    if (CryptoError.is(error) && error.code === 'STORE_DAMAGED') return undefined
    throw error
  }
}
