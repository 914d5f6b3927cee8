import { CryptoError } from '@parasol/core'
import { BackupLog, findBackups, verifyLog } from '@parasol/service'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { addBackups, changed, type Files, readFiles, segmentsOf, writeFiles } from './log-copies.js'

const ACKNOWLEDGED = 12
const LAST_WRITE = 2
const FLIPS = { short: 100, full: 5_000 } as const
/** A write of many sectors, of which a disk that loses its power has kept some. */
const LONG_WRITE = 40
const SECTOR = 512
const LOSSES = { short: 20, full: 500 } as const
/** What a power cut can leave after what was written: nothing, or zeros. */
const tails = { short: [0], full: [0, 1, 4_096] } as const

export const serviceTorn: Proof = {
  name: 'service-torn',
  claim:
    'A backup log whose last write was cut at any byte, or lost any of its sectors, opens with all that was acknowledged and goes on; one with a changed bit says where',
  goal: 'lost = 0, undetected = 0',

  async measure(context) {
    const { before, after } = await makeLog(LAST_WRITE)
    const total: Tally = { cuts: 0, losses: 0, lost: 0, flips: 0, undetected: 0 }
    using folder = new TemporaryFolder()
    await cutEverywhere(folder.path, before, after, total, context)
    await loseSectors(folder.path, await makeLog(LONG_WRITE), total, context)
    await flip(folder.path, after, total, context)
    return { figures: { ...total }, holds: total.lost + total.undetected === 0 }
  },

  /** Lines of JSON without a chain, of which those that do not parse are passed over. */
  async control(context): Promise<Finding> {
    const { after } = await makeLog(LAST_WRITE)
    const { flips, undetected } = flipWithoutChain(after, context)
    return { figures: { flips, undetected }, holds: undetected === 0 }
  },
}

interface Tally {
  cuts: number
  losses: number
  lost: number
  flips: number
  undetected: number
}

/** A log before and after its last write, as a power cut would find it: the head was noted before. */
async function makeLog(lastWrite: number): Promise<{ before: Files; after: Files }> {
  using folder = new TemporaryFolder()
  {
    await using log = await BackupLog.open({ folder: folder.path })
    await addBackups(log, 0, ACKNOWLEDGED)
  }
  const before = readFiles(folder.path)
  await using log = await BackupLog.open({ folder: folder.path })
  await addBackups(log, ACKNOWLEDGED, lastWrite)
  const after = readFiles(folder.path)
  return { before, after }
}

async function cutEverywhere(folder: string, before: Files, after: Files, total: Tally, context: ProofContext) {
  const [name = ''] = segmentsOf(after)
  const whole = after.get(name) ?? Buffer.alloc(0)
  const acknowledged = before.get(name)?.length ?? 0
  for (let length = acknowledged; length < whole.length; length++) {
    for (const zeros of tails[context.scale]) {
      writeFiles(folder, changed(before, name, Buffer.concat([whole.subarray(0, length), Buffer.alloc(zeros)])))
      total.cuts++
      if (!(await hasAll(folder))) total.lost++
    }
    context.progress(length - acknowledged, whole.length - acknowledged)
  }
}

/** Every sector of the last write stands there or is zeros still, as the next ones are. */
async function loseSectors(
  folder: string,
  { before, after }: { before: Files; after: Files },
  total: Tally,
  { scale, seed }: ProofContext,
): Promise<void> {
  const random = randomFrom(seed)
  const [name = ''] = segmentsOf(after)
  const whole = after.get(name) ?? Buffer.alloc(0)
  const acknowledged = before.get(name)?.length ?? 0
  for (let trial = 0; trial < LOSSES[scale]; trial++) {
    const left = Buffer.concat([whole, Buffer.alloc(SECTOR)])
    for (let start = acknowledged - (acknowledged % SECTOR); start < whole.length; start += SECTOR) {
      if (random.below(4) === 0) left.fill(0, Math.max(start, acknowledged), start + SECTOR)
    }
    writeFiles(folder, changed(before, name, left))
    total.losses++
    if (!(await hasAll(folder))) total.lost++
  }
}

/** Opens the log as a restart does, adds to it, and looks for all that was acknowledged. */
async function hasAll(folder: string): Promise<boolean> {
  try {
    {
      await using log = await BackupLog.open({ folder })
      await addBackups(log, 1_000, 1)
    }
    const found = new Set<string>()
    for await (const { requestId } of findBackups(folder, {})) found.add(requestId)
    const kept = Array.from({ length: ACKNOWLEDGED }, (_, number) => `request-${number}`)
    const { damage } = await verifyLog({ folder, name: 'backup' })
    return damage.length === 0 && [...kept, 'request-1000'].every((id) => found.has(id))
  } catch {
    return false
  }
}

async function flip(folder: string, files: Files, total: Tally, { scale, seed }: ProofContext): Promise<void> {
  const random = randomFrom(seed)
  const [name = ''] = segmentsOf(files)
  const sound = files.get(name) ?? Buffer.alloc(0)
  for (let trial = 0; trial < FLIPS[scale]; trial++) {
    // The last line feed is the one byte of which the loss is an interrupted write.
    const at = random.below(sound.length - 1)
    const bytes = Buffer.from(sound)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    writeFiles(folder, changed(files, name, bytes))
    total.flips++
    if (!(await isNamed(folder, sound.subarray(0, at).toString('latin1').split('\n').length))) total.undetected++
  }
}

/** Whether the verification names the line, and the log does not open. */
async function isNamed(folder: string, line: number): Promise<boolean> {
  const { damage } = await verifyLog({ folder, name: 'backup' })
  const refused = await BackupLog.open({ folder }).then(
    (log) => log[Symbol.asyncDispose]().then(() => false),
    (error: unknown) => CryptoError.is(error) && error.code === 'STORE_DAMAGED',
  )
  return refused && damage[0]?.line === line
}

function flipWithoutChain(files: Files, { seed }: ProofContext): { flips: number; undetected: number } {
  const random = randomFrom(seed)
  const sound = files.get(segmentsOf(files)[0] ?? '') ?? Buffer.alloc(0)
  const flips = 200
  let undetected = 0
  for (let trial = 0; trial < flips; trial++) {
    const bytes = Buffer.from(sound)
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    if (parsable(bytes) === parsable(sound)) undetected++
  }
  return { flips, undetected }
}

function parsable(bytes: Buffer): number {
  const lines = bytes.toString().split('\n').slice(0, -1)
  return lines.filter((line) => {
    try {
      return JSON.parse(line.slice(line.indexOf('{'))) !== undefined
    } catch {
      return false
    }
  }).length
}
