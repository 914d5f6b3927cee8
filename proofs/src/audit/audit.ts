import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { type AuditEvent, AuditReader, LocalKms } from '@parasol/kms-local'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Tampering, tamperings } from './tamperings.js'

const TRIALS = { short: 150, full: 1_000 } as const
const EVENTS = 40
const LOG = 'audit.log'
const HEAD = 'audit.head'

export const audit: Proof = {
  name: 'audit',
  claim:
    'An event of the audit log that was changed, removed, moved, repeated, added or cut off shows, with its place; so do a log that is gone and one that was put back with its head, against a head kept elsewhere',
  goal: 'undetected = misplaced = 0; a log that is moved while it is written takes no further event',

  async measure(context) {
    using folder = new TemporaryFolder()
    const log = await makeLog(folder.path)
    const tally = await tamperAgainAndAgain(context, (tampering, random) => judge(log, tampering, random))
    const whole = await detection(log, log.lines)
    const takenAfterMove = await takenByMovedLog(folder.path)
    const figures = { ...tally, events: EVENTS, falseAlarms: whole === undefined ? 0 : 1, takenAfterMove }
    return { figures, holds: tally.undetected + tally.misplaced + figures.falseAlarms + takenAfterMove === 0 }
  },

  /** The same of a log whose lines are only JSON. */
  async control(context): Promise<Finding> {
    const lines = Array.from({ length: EVENTS }, (_, number) => JSON.stringify(event(number)))
    const tally = await tamperAgainAndAgain(context, async (tampering, random) => {
      const { lines: changed } = tampering(lines, random)
      return changed.every(isJson) ? 'undetected' : 'detected'
    })
    return { figures: { ...tally }, holds: tally.undetected === 0 }
  },
}

type Verdict = 'detected' | 'misplaced' | 'undetected'

interface Tally {
  trials: number
  detected: number
  misplaced: number
  undetected: number
}

interface WrittenLog {
  readonly store: string
  readonly keyFile: string
  readonly lines: readonly string[]
  /** A copy of the head that is kept elsewhere. */
  readonly head: string
}

async function tamperAgainAndAgain(
  { scale, seed, progress }: ProofContext,
  judge: (tampering: Tampering, random: Random) => Promise<Verdict>,
): Promise<Tally> {
  const random = randomFrom(seed)
  const tally: Tally = { trials: 0, detected: 0, misplaced: 0, undetected: 0 }
  for (; tally.trials < TRIALS[scale]; tally.trials++) {
    tally[await judge(tamperings[tally.trials % tamperings.length] as Tampering, random)]++
    progress(tally.trials, TRIALS[scale])
  }
  return tally
}

async function judge(log: WrittenLog, tampering: Tampering, random: Random): Promise<Verdict> {
  const { lines, line } = tampering(log.lines, random)
  const message = await detection(log, lines)
  if (message === undefined) return 'undetected'
  const isPlaced = line === undefined ? / ends before event \d+/.test(message) : message.endsWith(` at line ${line}`)
  return isPlaced ? 'detected' : 'misplaced'
}

/** What is said of the log with these lines; undefined if it passes for sound. */
async function detection({ store, keyFile, head }: WrittenLog, lines: readonly string[]): Promise<string | undefined> {
  writeFileSync(join(store, LOG), lines.map((line) => `${line}\n`).join(''))
  using reader = await AuditReader.open(store, { keyFile })
  return await reader.verify({ head }).then(
    () => undefined,
    (error: unknown) =>
      CryptoError.is(error) && error.code === 'STORE_DAMAGED' ? error.message : Promise.reject(error),
  )
}

/** A log that has an early head beside it, as after both were put back, and the last one kept elsewhere. */
async function makeLog(folder: string): Promise<WrittenLog> {
  const [store, keyFile] = [join(folder, 'kms'), join(folder, 'root.key')]
  await write(store, keyFile, 0, EVENTS / 4)
  const early = readFileSync(join(store, HEAD))
  await write(store, keyFile, EVENTS / 4, EVENTS)
  const head = readFileSync(join(store, HEAD), 'utf8')
  const lines = readFileSync(join(store, LOG), 'utf8').trimEnd().split('\n')
  writeFileSync(join(store, HEAD), early)
  return { store, keyFile, lines, head }
}

async function write(folder: string, keyFile: string, from: number, to: number): Promise<void> {
  await using kms = new LocalKms({ folder, rootKey: { keyFile } })
  await using log = await (await kms.open()).openAuditLog()
  for (let number = from; number < to; number++) await log.record(event(number))
}

/** Events that are acknowledged although the log's file was removed. */
async function takenByMovedLog(folder: string): Promise<number> {
  const store = join(folder, 'moved')
  await using kms = new LocalKms({ folder: store, rootKey: { keyFile: join(folder, 'root.key') } })
  await using log = await (await kms.open()).openAuditLog()
  await log.record(event(0))
  rmSync(join(store, LOG))
  const taken = await Promise.allSettled(Array.from({ length: 10 }, (_, number) => log.record(event(number))))
  return taken.filter(({ status }) => status === 'fulfilled').length
}

function event(number: number): AuditEvent {
  return {
    eventId: `${number}`,
    eventVersion: '1',
    eventTime: new Date(Date.UTC(2030, 0, 1, 0, 0, number)).toISOString(),
    eventType: 'ApiCall',
    eventCategory: 'Management',
    eventRW: 'Write',
    eventName: 'Encrypt',
    eventSource: 'kms.local',
    serviceName: 'Kms',
    apiVersion: '2016-01-20',
    acsRegion: 'local',
    requestId: randomBytes(16).toString('hex'),
    sourceIpAddress: '127.0.0.1',
    userAgent: '',
    userIdentity: { type: 'access-key', accessKeyId: 'LTAI' },
  }
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
