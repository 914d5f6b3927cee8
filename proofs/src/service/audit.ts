import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AuditLog, type LogHead, verifyLog } from '@parasol/service'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { send } from './load.js'
import { changed, type Files, readFiles, segmentsOf, writeFiles } from './log-copies.js'
import { makePlace, ServiceProcess } from './service-process.js'

const TRIALS = { short: 100, full: 1_000 } as const
const ENTRIES = 40

export const serviceAudit: Proof = {
  name: 'service-audit',
  claim:
    'Whatever is changed, removed, moved, added or cut off in the audit log shows against a head that was kept elsewhere; once its file is gone the service does nothing',
  goal: 'undetected = 0, answered = 0',

  async measure(context) {
    const { trials, undetected } = await tamper(context, true)
    const answered = await countAnswered()
    return { figures: { trials, undetected, answered }, holds: undetected + answered === 0 }
  },

  /** Without a head nobody can tell a log from a shorter one. */
  async control(context): Promise<Finding> {
    const { trials, undetected } = await tamper({ ...context, scale: 'short' }, false)
    return { figures: { trials, undetected }, holds: undetected === 0 }
  },
}

async function tamper({ scale, seed, progress }: ProofContext, withHead: boolean) {
  using folder = new TemporaryFolder()
  const { files, head } = await makeLog(folder.path)
  const random = randomFrom(seed)
  let undetected = 0
  for (let trial = 0; trial < TRIALS[scale]; trial++) {
    const attack = attacks[trial % attacks.length] as Attack
    writeFiles(folder.path, attack(files, random))
    const { damage } = await verifyLog({ folder: folder.path, name: 'audit' }, { heads: withHead ? [head] : [] })
    if (damage.length === 0) undetected++
    progress(trial, TRIALS[scale])
  }
  return { trials: TRIALS[scale], undetected }
}

/** Several files, and nothing that is noted beside them, which whoever changes them changes too. */
async function makeLog(folder: string): Promise<{ files: Files; head: LogHead }> {
  const log = await AuditLog.open({ folder, segmentBytes: 2_000 })
  for (let index = 0; index < ENTRIES; index++) {
    const facts = {
      requestId: `request-${index}`,
      caller: 'proof',
      operation: 'decrypt',
      useCase: 'customer',
      count: 1,
    }
    await log.append({ ...facts, outcome: index % 3 === 0 ? 'FORBIDDEN' : 'OK' })
  }
  const { head } = log.log
  await log[Symbol.asyncDispose]()
  const files = new Map([...readFiles(folder)].filter(([name]) => name.endsWith('.log')))
  return { files, head }
}

type Attack = (files: Files, random: Random) => Files

/** What somebody does who wants something not to have happened. */
const attacks: readonly Attack[] = [
  edit((lines, at) => lines.toSpliced(at, 1)),
  edit((lines, at) => lines.toSpliced(at, 0, lines[at] ?? '')),
  edit((lines, at) => lines.toSpliced(at, 1, (lines[at] ?? '').replace(/(request-\d*)\d"/, '$1x"'))),
  edit((lines, at) => lines.with(at, lines[at === 1 ? 2 : at - 1] ?? '').with(at === 1 ? 2 : at - 1, lines[at] ?? '')),
  edit((lines, at) => lines.toSpliced(at, 0, '{"time":"2030-01-01T00:00:00.000Z"}')),
  // The end: lines, then files.
  (files, random) => {
    const name = segmentsOf(files).at(-1) ?? ''
    const bytes = files.get(name) ?? Buffer.alloc(0)
    const ends = [...bytes.keys()].filter((index) => bytes[index] === 10).slice(0, -1)
    return changed(files, name, bytes.subarray(0, random.pick(ends) + 1))
  },
  (files, random) => without(files, segmentsOf(files).slice(1 + random.below(segmentsOf(files).length - 1))),
  // A file from the beginning or the middle.
  (files, random) => without(files, [segmentsOf(files)[random.below(segmentsOf(files).length - 1)] ?? '']),
  () => new Map(),
]

function edit(change: (lines: string[], at: number) => string[]): Attack {
  return (files, random) => {
    const name = random.pick(segmentsOf(files).filter((each) => linesOf(files, each).length > 2))
    const lines = linesOf(files, name)
    return changed(files, name, Buffer.from(`${change(lines, 1 + random.below(lines.length - 1)).join('\n')}\n`))
  }
}

function linesOf(files: Files, name: string): string[] {
  return (files.get(name) ?? Buffer.alloc(0)).toString().split('\n').slice(0, -1)
}

function without(files: Files, gone: readonly string[]): Files {
  return new Map([...files].filter(([name]) => !gone.includes(name)))
}

/** How many requests of a running service are answered in the moment after its audit log was removed. */
async function countAnswered(): Promise<number> {
  using folder = new TemporaryFolder()
  await using service = await ServiceProcess.start(makePlace(folder.path))
  const work = () => send(service.target, '/v1/customer/encrypt', { phone: '13800138000' })
  const sound = await work()
  if (sound?.status !== 200) throw new Error('The service does not answer')
  rmSync(join(folder.path, 'audit'), { recursive: true })
  const replies = await Promise.all(Array.from({ length: 10 }, work))
  return replies.filter((reply) => reply?.status !== 503).length
}
