import { setTimeout as delay } from 'node:timers/promises'
import { findLog, type LogName, type LogSource } from '@parasol/service'
import { findPostgres, PostgresServer } from '@parasol/testing'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { startBalancer } from './balancer.js'
import { Cloud } from './cloud.js'
import { Load } from './load.js'
import { examine, filesOf, makePlace, ServiceProcess } from './service-process.js'

const KILLS = { short: 3, full: 40 } as const
const CLIENTS = 16

export const instances: Proof = {
  name: 'instances',
  claim:
    'Two instances that keep their logs in PostgreSQL work as one behind a balancer: when one is killed the other goes on, and nothing that either has answered is lost',
  goal: 'lost = 0, damaged = 0, stopped = 0, acknowledged > 0',
  needs: findPostgres() === undefined ? 'PostgreSQL' : undefined,

  async measure(context) {
    const { figures, holds } = await killInTurn(context)
    return { figures, holds }
  },

  control: loseOnPurpose,
}

async function killInTurn({ scale, seed, progress }: ProofContext) {
  using folder = new TemporaryFolder()
  await using postgres = await PostgresServer.start({ fsync: true })
  await using cloud = await Cloud.start()
  const log = () => '{ postgres: { url: { env: PROOF_LOG_URL } } }'
  const place = makePlace(folder.path, { kms: cloud.section, log })
  const env = { ...cloud.env, PROOF_LOG_URL: postgres.url }
  const start = (): Promise<ServiceProcess> => ServiceProcess.start(place, { env })
  const running = [await start(), await start()]
  const random = randomFrom(seed)
  let stopped = 0
  await using balancer = await startBalancer(() => running.map(({ target }) => target.port))
  const { host, port } = balancer
  await using load = new Load(() => ({ host, port, key: place.key }), CLIENTS)
  for (let round = 0; round < KILLS[scale]; round++) {
    await load.until(/^200$/, 50, 30_000)
    await delay(random.below(100))
    const [victim] = running.splice(random.below(2), 1)
    await victim?.end('SIGKILL')
    // The other one alone answers as many as that.
    if (!(await load.until(/^200$/, 50, 15_000))) stopped += 1
    running.push(await start())
    progress(round, KILLS[scale])
  }
  await load.stop()
  for (const service of running) await service.end()
  const sources = await openSources(folder.path, env)
  const { lost, damaged } = await examine(load.acknowledged, (name) => sources[name as LogName])
  const figures = { kills: KILLS[scale], acknowledged: load.acknowledged.size, lost, damaged, stopped }
  return { figures, holds: lost + damaged + stopped === 0 && load.acknowledged.size > 0 }
}

async function openSources(directory: string, env: NodeJS.ProcessEnv): Promise<Record<LogName, LogSource>> {
  const options = { directory, env }
  return {
    backup: (await findLog('backup', undefined, options)).source,
    audit: (await findLog('audit', undefined, options)).source,
  }
}

/** An instance that acknowledges what is not written yet. */
async function loseOnPurpose(): Promise<Finding> {
  using folder = new TemporaryFolder()
  const place = makePlace(folder.path)
  await using service = await ServiceProcess.start(place, { mode: 'early' })
  await using load = new Load(() => service.target, CLIENTS)
  await load.until(/^200$/, 50, 30_000)
  await service.end('SIGKILL')
  await load.stop()
  const { lost } = await examine(load.acknowledged, filesOf(folder.path))
  return { figures: { lost }, holds: lost === 0 }
}
