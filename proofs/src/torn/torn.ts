import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { HEADER, type Kept, type KeptStore, LOG, makeStore, openKms } from './kept-store.js'

/** Flips at random places of the last record, of the log and of the header. */
const FLIPS = { short: 60, full: 10_000 } as const

export const torn: Proof = {
  name: 'torn',
  claim:
    'A store of the local KMS whose last write was cut at any byte opens with all that was acknowledged; one with a damaged byte says where, or is whole',
  goal: 'lost = 0, undetected = 0',

  async measure(context) {
    const total: Tally = { cuts: 0, lost: 0, flips: 0, undetected: 0 }
    for (const last of ['key', 'alias'] as const) {
      using folder = new TemporaryFolder()
      const store = await makeStore(join(folder.path, 'kms'), last)
      await cutEverywhere(store, join(folder.path, 'kms'), total)
      await flip(store, join(folder.path, 'kms'), total, context)
    }
    return { figures: { ...total }, holds: total.lost + total.undetected === 0 }
  },

  async control(context): Promise<Finding> {
    const { flips, undetected } = flipWithoutChecksums(context)
    return { figures: { flips, undetected }, holds: undetected === 0 }
  },
}

interface Tally {
  cuts: number
  /** Cuts after which something that was acknowledged is not there. */
  lost: number
  flips: number
  /** Flips after which something is not there, or not what it was, and nothing says so. */
  undetected: number
}

type State = 'whole' | 'named' | 'silent'

/** The log, cut at each byte of its last record. */
async function cutEverywhere(store: KeptStore, folder: string, total: Tally): Promise<void> {
  const log = fileOf(store, LOG)
  for (let length = store.logBytesBefore; length <= log.length; length++) {
    const state = await stateOf(
      folder,
      store,
      LOG,
      log.subarray(0, length),
      length < log.length ? store.before : store.kept,
    )
    total.cuts++
    if (state !== 'whole') total.lost++
  }
}

/** One bit of a byte of the last record, of any record, of the header: as often each. */
async function flip(
  store: KeptStore,
  folder: string,
  total: Tally,
  { scale, seed, progress }: ProofContext,
): Promise<void> {
  const random = randomFrom(seed)
  const logBytes = fileOf(store, LOG).length
  const places = [
    () => [LOG, store.logBytesBefore + random.below(logBytes - store.logBytesBefore)] as const,
    () => [LOG, random.below(logBytes)] as const,
    () => [HEADER, random.below(fileOf(store, HEADER).length)] as const,
  ]
  const flips = FLIPS[scale] * places.length
  for (let index = 0; index < flips; index++) {
    const [name, at] = random.pick(places)()
    const bytes = Buffer.from(fileOf(store, name))
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    total.flips++
    if ((await stateOf(folder, store, name, bytes, store.kept)) === 'silent') total.undetected++
    progress(index, flips)
  }
}

/** Opens a store of which one file was changed, and compares what it has with what it was told to keep. */
async function stateOf(
  folder: string,
  { files }: KeptStore,
  name: string,
  changed: Uint8Array,
  kept: Kept,
): Promise<State> {
  rmSync(join(folder, 'lock'), { force: true })
  for (const [file, bytes] of files) writeFileSync(join(folder, file), file === name ? changed : bytes)
  await using kms = openKms(folder)
  try {
    const { damage, aliases } = await kms.open()
    const named = damage.every(({ message }) => /^Record \d+ at byte \d+ of /.test(message))
    if (damage.length > 0) return named ? 'named' : 'silent'
    const there = new Map(aliases.map(({ name, keyId }) => [name, keyId]))
    const aliasesThere = [...kept.aliases].every(([alias, keyId]) => there.get(alias) === keyId)
    return aliasesThere && (await areReadable(kms, kept)) ? 'whole' : 'silent'
  } catch (error) {
    const refused = CryptoError.is(error) && ['STORE_DAMAGED', 'WRONG_PASSPHRASE'].includes(error.code)
    return refused ? 'named' : 'silent'
  }
}

async function areReadable(kms: ReturnType<typeof openKms>, { blobs }: Kept): Promise<boolean> {
  for (const [id, blob] of blobs) {
    const opened = await kms.decrypt(blob, {}).catch(() => undefined)
    if (!opened || Buffer.from(opened).toString() !== id) return false
  }
  return true
}

function fileOf({ files }: KeptStore, name: string): Buffer {
  return files.get(name) ?? Buffer.alloc(0)
}

/** A store as one would write it in an afternoon: a line of JSON for each key, without a checksum; bad lines are skipped. */
function flipWithoutChecksums({ seed }: ProofContext): { flips: number; undetected: number } {
  const random = randomFrom(seed)
  const lines = Array.from({ length: 5 }, (_, id) =>
    JSON.stringify({ id, key: Buffer.from(random.bytes(32)).toString('hex') }),
  )
  const file = Buffer.from(lines.join('\n'))
  const flips = 200
  let undetected = 0
  for (let trial = 0; trial < flips; trial++) {
    const bytes = Buffer.from(file)
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    if (readLines(bytes.toString()).join('\n') !== lines.join('\n')) undetected++
  }
  return { flips, undetected }
}

function readLines(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.stringify(JSON.parse(line))]
    } catch {
      return []
    }
  })
}
