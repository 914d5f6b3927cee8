import { setTimeout as delay } from 'node:timers/promises'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { Load } from './load.js'
import { examine, filesOf, type Mode, makePlace, ServiceProcess } from './service-process.js'

const KILLS = { short: 6, full: 100 } as const
const CONTROL_KILLS = 2
const CLIENTS = 16
const LONGEST_MS = 150

export const serviceKill: Proof = {
  name: 'service-kill',
  claim:
    'What the service has answered is in its backup log after kill -9 at any moment under load, and it starts again by itself',
  goal: 'lost = 0, damaged = 0, unreadable = 0, acknowledged > 0',

  async measure(context) {
    const { figures, holds } = await killAgainAndAgain('honest', KILLS[context.scale], context)
    return { figures, holds }
  },

  async control(context): Promise<Finding> {
    const { figures } = await killAgainAndAgain('early', CONTROL_KILLS, context)
    return { figures, holds: figures.lost === 0 }
  },
}

async function killAgainAndAgain(mode: Mode, kills: number, { seed, progress }: ProofContext) {
  using folder = new TemporaryFolder()
  const place = makePlace(folder.path)
  const random = randomFrom(seed)
  const acknowledged = new Map<string, Readonly<Record<string, string>>>()
  for (let round = 0; round < kills; round++) {
    await using service = await ServiceProcess.start(place, { mode })
    await using load = new Load(() => service.target, CLIENTS)
    if (!(await load.until(/^200$/, 1, 30_000))) throw new Error('The service answered nothing')
    await delay(random.below(LONGEST_MS))
    await service.end('SIGKILL')
    await load.stop()
    for (const [id, record] of load.acknowledged) acknowledged.set(id, record)
    progress(round, kills)
  }
  const { lost, damaged } = await examine(acknowledged, filesOf(folder.path))
  const unreadable = await countUnreadable([...acknowledged.values()].slice(-20), place)
  const figures = { kills, acknowledged: acknowledged.size, lost, damaged, unreadable }
  return { figures, holds: lost + damaged + unreadable === 0 && acknowledged.size > 0 }
}

/** A restart without help still reads what was encrypted before. */
async function countUnreadable(records: readonly object[], place: ReturnType<typeof makePlace>): Promise<number> {
  await using service = await ServiceProcess.start(place)
  const replies = await Promise.all(records.map((record) => service.decrypt(record)))
  return replies.filter((reply) => reply?.json['name'] !== '张三').length
}
