import { CryptoError, type CryptoProvider, type CryptoRouter, createCrypto, type UseCase } from '@parasol/core'
import { brokenProviders } from '@parasol/testing'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { openThreeSchemes } from '../three-schemes.js'
import { FIELDS, type StoredRow, storeRows } from './stored-rows.js'
import { type Misplaced, swaps } from './swaps.js'

/** OpenPGP takes milliseconds for what the others do in microseconds. */
const SWAPS = { short: { fast: 3_000, gpg: 400 }, full: { fast: 100_000, gpg: 10_000 } } as const
const REFUSALS: ReadonlySet<string> = new Set(['DECRYPTION_FAILED', 'SCHEME_NOT_ALLOWED', 'INVALID_INPUT'])
/** One of each way in which a value can be left unbound. */
const UNBOUND: ReadonlySet<string> = new Set([
  'ignores the context',
  'concatenates the context without lengths',
  'does not bind a field to its name',
  'has one data key for all records',
])

export const swap: Proof = {
  name: 'swap',
  claim:
    'A value opens where it was put and nowhere else: not in another row, field, use case or scheme, nor under another key',
  goal: 'opened = 0, wrongErrors = 0, lost = 0',

  async measure(context) {
    using folder = new TemporaryFolder()
    await using schemes = await openThreeSchemes(folder.path)
    const router = routerOf(schemes.providers)
    const rows = await storeRows(router)
    const total = { swaps: 0, opened: 0, wrongErrors: 0, lost: await countLost(rows) }
    for (const { scheme } of schemes.providers) {
      const count = SWAPS[context.scale][scheme === 'gpg' ? 'gpg' : 'fast']
      const result = await misplace(rows, (row) => row.cipher.scheme === scheme, count, context)
      for (const key of ['swaps', 'opened', 'wrongErrors'] as const) total[key] += result[key]
    }
    const holds = total.opened + total.wrongErrors + total.lost === 0
    return { figures: { schemes: schemes.providers.length, rows: rows.length, ...total }, holds }
  },

  async control(context): Promise<Finding> {
    const broken = brokenProviders.filter(({ fault }) => UNBOUND.has(fault))
    let caught = 0
    for (const { make } of broken) {
      const rows = await storeRows(routerOf([make()]))
      const { opened } = await misplace(rows, () => true, SWAPS.short.fast, context)
      if (opened > 0) caught++
    }
    return { figures: { brokenProviders: broken.length, caught }, holds: caught < UNBOUND.size }
  },
}

/** Two use cases for each scheme, which read all schemes, so that nothing is refused by its label alone. */
function routerOf(providers: readonly CryptoProvider[]): CryptoRouter {
  const reads = providers.map(({ scheme }) => scheme)
  const useCases = reads.flatMap((scheme): [string, UseCase][] => [
    [`${scheme}.customer`, { scheme, reads }],
    [`${scheme}.supplier`, { scheme, reads }],
  ])
  return createCrypto(providers, Object.fromEntries(useCases))
}

/** Rows that do not open where they belong. */
async function countLost(rows: readonly StoredRow[]): Promise<number> {
  let lost = 0
  for (const { cipher, context, record } of rows) {
    const opened = await cipher.decryptRecord(record, context).catch(() => undefined)
    if (JSON.stringify(opened) !== JSON.stringify(FIELDS)) lost++
  }
  return lost
}

async function misplace(
  rows: readonly StoredRow[],
  filter: (row: StoredRow) => boolean,
  count: number,
  { seed, progress }: ProofContext,
): Promise<{ swaps: number; opened: number; wrongErrors: number }> {
  const random = randomFrom(seed)
  const candidates = rows.filter(filter)
  const result = { swaps: 0, opened: 0, wrongErrors: 0 }
  for (let trial = 0; trial < count; trial++) {
    const misplaced = random.pick(Object.values(swaps))(random.pick(candidates), rows, random)
    if (!misplaced) continue
    result.swaps++
    const outcome = await outcomeOf(misplaced)
    if (outcome !== 'refused') result[outcome]++
    progress(trial, count)
  }
  return result
}

async function outcomeOf({ cipher, context, record }: Misplaced): Promise<'opened' | 'wrongErrors' | 'refused'> {
  try {
    await cipher.decryptRecord(record, context)
    return 'opened'
  } catch (error) {
    return CryptoError.is(error) && REFUSALS.has(error.code) ? 'refused' : 'wrongErrors'
  }
}
