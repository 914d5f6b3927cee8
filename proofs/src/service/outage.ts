import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '../faulty-proxy.js'
import { kmsFaults } from '../kms-faults.js'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { Cloud } from './cloud.js'
import { Load } from './load.js'
import { examine, filesOf, makePlace, ServiceProcess } from './service-process.js'

const AWAY_MS = { short: 1_000, full: 60_000 } as const
const CLIENTS = 8
/** The KMS has 1.5 seconds for a call with its retries; what is more is slack for a busy machine. */
const SLOWEST_MS = 8_000

/** Ways for a KMS to be away; without a fault nothing listens. */
const absences: readonly (Fault | undefined)[] = [undefined, kmsFaults.hanging, kmsFaults.unavailable]
const TRY_AGAIN = /^50[34] (KMS_UNAVAILABLE|THROTTLED|TIMEOUT|ABORTED)$|^502 KMS_PROTOCOL$/

export const serviceOutage: Proof = {
  name: 'service-outage',
  claim:
    'While the KMS is away the service says so in time, or goes on with the data keys that its policy lets it keep; when the KMS is back it recovers by itself',
  goal: `odd = 0, stuck = 0, lost = 0, damaged = 0, refused > 0, failedWithKeptKeys = 0, slowestMs <= ${SLOWEST_MS}`,

  async measure(context) {
    const without = await endure('per-record', context)
    const kept = await endure('{ reuse: { maxRecords: 10000000, maxAgeSeconds: 3600 } }', context)
    const figures = { ...without, servedWithKeptKeys: kept.acknowledged, failedWithKeptKeys: kept.refused + kept.odd }
    const isInOrder = without.odd + without.stuck + without.lost + without.damaged === 0 && without.refused > 0
    const goesOn = figures.failedWithKeptKeys + kept.lost + kept.damaged + kept.stuck === 0 && kept.acknowledged > 0
    return { figures, holds: isInOrder && goesOn && without.slowestMs <= SLOWEST_MS }
  },

  /** Without kept keys nothing can go on. */
  async control(context): Promise<Finding> {
    const { refused } = await endure('per-record', { ...context, scale: 'short' })
    return { figures: { failed: refused }, holds: refused === 0 }
  },
}

async function endure(dataKeys: string, { scale, progress }: ProofContext) {
  using folder = new TemporaryFolder()
  await using cloud = await Cloud.start()
  const place = makePlace(folder.path, { kms: cloud.section, dataKeys })
  await using service = await ServiceProcess.start(place, { env: cloud.env })
  await using load = new Load(() => service.target, CLIENTS)
  let stuck = 0
  for (const [index, absence] of absences.entries()) {
    await load.until(/^200$/, 50, 30_000)
    await cloud.leave(absence)
    await delay(AWAY_MS[scale])
    await cloud.comeBack()
    if (!(await load.until(/^200$/, 50, 15_000))) stuck += 1
    progress(index, absences.length)
  }
  await load.stop()
  const isReady = await service.isReady()
  await service.end()
  const { lost, damaged } = await examine(load.acknowledged, filesOf(folder.path))
  const refused = load.count(TRY_AGAIN)
  return {
    outages: absences.length,
    acknowledged: load.acknowledged.size,
    refused,
    odd: load.count(/^(?!200$)/) - refused,
    stuck: stuck + (isReady ? 0 : 1),
    slowestMs: Math.round(load.slowest),
    lost,
    damaged,
  }
}
