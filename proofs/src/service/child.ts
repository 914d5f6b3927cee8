// Run by the proofs in a process of its own, which is killed or robbed of its disk: the service of the parasol.yaml in its
// folder. In the mode `early` it acknowledges what is not on disk yet, as one would that does not wait for it; in the modes
// `leaking` and `talkative` it keeps something of every request, or prints it. SIGUSR2 makes it tell what it holds.
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadConfig, openConfig } from '@parasol/config'
import { ChainedLog } from '@parasol/core/files'
import { BackupLog, type KeptLog, OperatorLog, serve, serviceSection, startService } from '@parasol/service'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
const log = new OperatorLog(process.stdout)
process.on('SIGUSR2', tellMemory)
const leaked: unknown[] = []
if (process.argv[2] === 'leaking') subscribe('http.server.request.start', () => leaked.push(Buffer.alloc(1_024)))
if (process.argv[2] === 'talkative') {
  subscribe('http.server.request.start', (message) => {
    console.log((message as { request: IncomingMessage }).request.headers)
  })
}
await (process.argv[2] === 'early' ? serveEarly() : serve({ signal: stop.signal, output: process.stdout }))

async function serveEarly(): Promise<void> {
  const config = await loadConfig()
  const { callers } = config.section('service', serviceSection)
  if (callers === 'anyone') throw new Error('A proof has callers')
  await using crypto = await openConfig(config)
  await using backup = new BackupLog(early(await openLog('backup')))
  await using audit = await openLog('audit')
  await audit.append('{}')
  const known = Object.entries(callers).map(([name, { keyHashes, useCases, operations }]) => {
    return { name, keyHashes, useCases, operations }
  })
  await using service = await startService({ crypto: crypto.router, callers: known, backup })
  log.info('listening', { url: service.url })
  await new Promise((resolve) => stop.signal.addEventListener('abort', resolve))
}

/** What is held after the garbage was collected. */
function tellMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage()
  log.info('memory', { heapBytes: heapUsed + external + arrayBuffers, rssBytes: rss })
}

function openLog(name: string): Promise<ChainedLog> {
  return ChainedLog.open({ folder: join(process.cwd(), name), name })
}

function early(inner: ChainedLog): KeptLog {
  return new Proxy<KeptLog>(inner, {
    get: (_, name) => {
      if (name === 'append') return appendLater
      const value = Reflect.get(inner, name, inner)
      return typeof value === 'function' ? value.bind(inner) : value
    },
  })
  async function appendLater(content: string): Promise<void> {
    setTimeout(() => inner.append(content).catch(() => undefined), 50)
  }
}
