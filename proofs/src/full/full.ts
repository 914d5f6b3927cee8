import { CryptoError } from '@parasol/core'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Errno, FailingDisk } from './failing-disk.js'
import { careless, kinds, type Writer, type WriterKind } from './writers.js'

const ERRNOS: readonly Errno[] = ['ENOSPC', 'EIO']
/** How many writes are tried while the disk fails. */
const TRIES = { short: 2, full: 5 } as const
/** More calls than any of the writes makes. */
const MAX_CALLS = 200

export const full: Proof = {
  name: 'full',
  claim:
    'From whichever call on the disk is full or fails, what was acknowledged is there, nothing half-written passes for whole, and writing goes on when there is space again',
  goal: 'lost = damaged = untyped = stuck = 0, for every call of every write',
  measure: (context) => failEverywhere(kinds, context),
  control: (context) => failEverywhere([careless], { ...context, scale: 'short' }),
}

interface Tally {
  /** Places at which the disk failed. */
  places: number
  /** Writes that were refused, as they should be. */
  refused: number
  lost: number
  damaged: number
  untyped: number
  /** Writers that did not write again although there was space. */
  stuck: number
  where: string
}

async function failEverywhere(subjects: readonly WriterKind[], { scale, progress }: ProofContext): Promise<Finding> {
  const tally: Tally = { places: 0, refused: 0, lost: 0, damaged: 0, untyped: 0, stuck: 0, where: '' }
  using disk = await FailingDisk.create()
  let done = 0
  for (const kind of subjects) {
    for (const errno of ERRNOS) {
      let failed = true
      for (let calls = 0; failed && calls < MAX_CALLS; calls++) {
        const before = JSON.stringify(tally)
        failed = await failFrom(kind, disk, calls, errno, TRIES[scale], tally)
        if (isWorse(JSON.parse(before), tally)) tally.where ||= `${kind.name}, ${errno} after ${calls} calls`
      }
      progress(done++, subjects.length * ERRNOS.length)
    }
  }
  const { lost, damaged, untyped, stuck, places } = tally
  return { figures: { ...tally }, holds: lost + damaged + untyped + stuck === 0 && places > 0 }
}

/** One life of a writer: a good write, writes while the disk fails, a good write. Whether a call failed in it. */
async function failFrom(
  kind: WriterKind,
  disk: FailingDisk,
  calls: number,
  errno: Errno,
  tries: number,
  tally: Tally,
): Promise<boolean> {
  using folder = new TemporaryFolder()
  const acknowledged: string[] = []
  {
    await using writer = await kind.open(folder.path)
    await writer.write('first')
    acknowledged.push('first')
    disk.breakAfter(calls, errno)
    for (let attempt = 0; attempt < tries; attempt++)
      await attemptWrite(writer, `while-${attempt}`, acknowledged, tally)
    disk.repair()
    if (disk.failed === 0) return false
    tally.places++
    await writeAgain(writer, acknowledged, tally)
  }
  await compare(kind, folder.path, acknowledged, tally)
  return true
}

async function attemptWrite(writer: Writer, name: string, acknowledged: string[], tally: Tally): Promise<void> {
  try {
    await writer.write(name)
    acknowledged.push(name)
  } catch (error) {
    tally.refused++
    if (!CryptoError.is(error)) tally.untyped++
  }
}

async function writeAgain(writer: Writer, acknowledged: string[], tally: Tally): Promise<void> {
  try {
    await writer.write('last')
    acknowledged.push('last')
  } catch {
    tally.stuck++
  }
}

async function compare(kind: WriterKind, folder: string, acknowledged: readonly string[], tally: Tally): Promise<void> {
  try {
    const found = await kind.read(folder)
    const wanted = kind.replaces ? acknowledged.slice(-1) : acknowledged
    if (!wanted.every((name) => found.includes(name))) tally.lost++
  } catch {
    tally.damaged++
  }
}

function isWorse(before: Tally, after: Tally): boolean {
  return (['lost', 'damaged', 'untyped', 'stuck'] as const).some((name) => after[name] > before[name])
}
