import { join } from 'node:path'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Failure, SmallDisk } from './disks.js'
import { Load } from './load.js'
import { examine, filesOf, type Mode, makePlace, type Place, ServiceProcess } from './service-process.js'

const ROUNDS = { short: 1, full: 20 } as const
const FAILURES = [0, 1, 2] as const
const CLIENTS = 8
/** So small that logs begin files while the proof runs. */
const LOG = { log: (name: string) => `{ folder: ./${name}, segmentBytes: 65536, keepBytes: 1500000 }` }

export const serviceFull: Proof = {
  name: 'service-full',
  claim:
    'While the disk of its logs is full, read-only or gone the service answers nothing that is not durable, says so, and goes on by itself when the disk is back',
  goal: 'lost = 0, damaged = 0, odd = 0, silent = 0, stuck = 0, refused > 0, acknowledged > 0',
  platforms: ['linux'],

  async measure(context) {
    const total = await sufferAll('honest', context)
    const { lost, damaged, odd, silent, stuck, refused, acknowledged } = total
    return { figures: total, holds: lost + damaged + odd + silent + stuck === 0 && refused > 0 && acknowledged > 0 }
  },

  async control(context): Promise<Finding> {
    const { lost, acknowledged } = await sufferAll('early', { ...context, scale: 'short' })
    return { figures: { lost, acknowledged }, holds: lost === 0 }
  },
}

const nothing = { failures: 0, acknowledged: 0, refused: 0, lost: 0, damaged: 0, odd: 0, silent: 0, stuck: 0 }
type Tally = typeof nothing

async function sufferAll(mode: Mode, { scale, progress }: ProofContext): Promise<Tally> {
  using folder = new TemporaryFolder()
  let total = nothing
  for (let round = 0; round < ROUNDS[scale]; round++) {
    for (const index of FAILURES) {
      // A disk of its own for each.
      using disk = new SmallDisk(join(folder.path, `${round}-${index}`))
      const failure = disk.failures[index]
      if (failure) total = add(total, await suffer(mode, makePlace(disk.path, LOG), failure))
    }
    progress(round, ROUNDS[scale])
  }
  return total
}

async function suffer(mode: Mode, place: Place, failure: Failure): Promise<Tally> {
  await using service = await ServiceProcess.start(place, { mode })
  const pid = service.child.pid ?? 0
  await using load = new Load(() => service.target, CLIENTS)
  await load.until(/^200$/, 20, 30_000)
  failure.break(place.folder, pid)
  // Who acknowledges early never refuses: then there is nothing to wait for.
  const saidSo = mode === 'early' ? await load.until(/^200$/, 50, 10_000) : await load.until(/^503 /, 50, 30_000)
  const wasReady = mode === 'honest' && (await service.isReady())
  failure.mend(place.folder, pid)
  const goesOn = await load.until(/^200$/, 50, 30_000)
  await load.stop()
  await service.end()
  const { lost, damaged } = await examine(load.acknowledged, filesOf(place.folder))
  return {
    failures: 1,
    acknowledged: load.acknowledged.size,
    refused: load.count(/^503 LOG_UNAVAILABLE$/),
    odd: load.count(/^(?!200$|503 LOG_UNAVAILABLE$)/),
    silent: saidSo && !wasReady ? 0 : 1,
    stuck: goesOn ? 0 : 1,
    lost,
    damaged,
  }
}

function add(one: Tally, other: Tally): Tally {
  const entries = Object.entries(one) as [keyof Tally, number][]
  return Object.fromEntries(entries.map(([name, value]) => [name, value + other[name]])) as Tally
}
