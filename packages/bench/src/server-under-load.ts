import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { HttpLoad } from './http-load.js'
import type { Cost } from './scenario.js'
import type { Served } from './servers/served.js'
import type { ServerName } from './servers/servers.js'
import { type TemporaryFolder, temporaryFolder } from './temporary-folder.js'

/** Built, since a process of its own reads no TypeScript: also when this file runs from source. */
const CHILD = fileURLToPath(new URL('../dist/servers/server-process.js', import.meta.url))
export const CONNECTIONS = 32

interface Started {
  readonly ended: Promise<undefined>
  readonly folder: TemporaryFolder
  readonly load: HttpLoad
  readonly accessKey: Served['accessKey']
}

/** A server in a process of its own, so that its CPU time can be told from that of who calls it. */
export class ServerUnderLoad implements AsyncDisposable {
  readonly accessKey: Served['accessKey']
  readonly #child: ChildProcess
  readonly #ended: Promise<undefined>
  readonly #folder: TemporaryFolder
  readonly #load: HttpLoad

  private constructor(child: ChildProcess, { ended, folder, load, accessKey }: Started) {
    this.#child = child
    this.#ended = ended
    this.#folder = folder
    this.#load = load
    this.accessKey = accessKey
  }

  static async start(name: ServerName): Promise<ServerUnderLoad> {
    const folder = await temporaryFolder()
    const child = fork(CHILD, [name, folder.path], { execArgv: [] })
    const ended = once(child, 'exit').then(() => undefined)
    const started = await Promise.race([once(child, 'message'), ended])
    if (!started) throw new Error(`The server "${name}" did not start`)
    const { port, accessKey } = started[0] as Served
    const load = await HttpLoad.connect(port, CONNECTIONS)
    return new ServerUnderLoad(child, { ended, folder, load, accessKey })
  }

  /** Sends one request and gives the body of its answer. Rejects unless the status is 200. */
  ask(request: Buffer): Promise<string> {
    return this.#load.ask(request)
  }

  /** Sends all requests, over all connections at once, and says what one of them cost the server. */
  async serve(requests: readonly Buffer[]): Promise<Cost> {
    const [before, start] = [await this.#cpuUsage(), performance.now()]
    await this.#load.send(requests)
    const wall = performance.now() - start
    const { user, system } = await this.#cpuUsage()
    return {
      cpuMicros: (user + system - before.user - before.system) / requests.length,
      wallMicros: (wall * 1000) / requests.length,
    }
  }

  async #cpuUsage(): Promise<NodeJS.CpuUsage> {
    this.#child.send('cpu')
    const answer = await Promise.race([once(this.#child, 'message'), this.#ended])
    if (!answer) throw new Error('The server ended')
    return answer[0] as NodeJS.CpuUsage
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#load[Symbol.dispose]()
    if (this.#child.connected) this.#child.disconnect()
    await this.#ended
    await this.#folder[Symbol.asyncDispose]()
  }
}
