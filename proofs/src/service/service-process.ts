import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApiKey, findBackups, hashApiKey, type LogSource, logFiles, logNames } from '@parasol/service'
import { type Reply, send, type Target } from './load.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))

/** `honest` is the program itself; the others are controls, which acknowledge too early, keep something of each request or print it. */
export type Mode = 'honest' | 'early' | 'leaking' | 'talkative'

const MOST_SAID = 20_000_000

export interface Place {
  readonly folder: string
  readonly key: string
}

export interface PlaceOptions {
  readonly kms?: string
  readonly dataKeys?: string
  /** The value of `backupLog` and `auditLog`, for the name of each. */
  readonly log?: (name: string) => string
  /** What a further caller signs with, `signer`. */
  readonly secret?: { readonly env: string }
  /** Further lines of the section `service`. */
  readonly more?: string
}

const OWN_KMS = '{ use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/proof] }'

/** A configuration in a folder, with one caller. */
export function makePlace(folder: string, options: PlaceOptions = {}): Place {
  const { kms = OWN_KMS, dataKeys = 'per-record', log = (name) => `{ folder: ./${name} }`, more = '', secret } = options
  const key = createApiKey()
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'parasol.yaml'),
    `version: 1
kms: { own: ${kms} }
schemes: { envelope: { kms: own, keyId: alias/proof, dataKeys: ${dataKeys} } }
useCases: { customer: { scheme: envelope } }
service:
  port: 0
  callers:
    proof: { keyHashes: [${hashApiKey(key)}], useCases: [customer], operations: [encrypt, decrypt, rewrap, metrics] }
${secret ? `    signer: { secrets: [{ env: ${secret.env} }], useCases: [customer], operations: [encrypt, decrypt] }` : ''}
  backupLog: ${log('backup')}
  auditLog: ${log('audit')}
${more}
`,
  )
  return { folder, key }
}

export interface Memory {
  readonly heapBytes: number
  readonly rssBytes: number
}

/** The service in a process of its own. */
export class ServiceProcess implements AsyncDisposable {
  readonly child: ChildProcess
  readonly target: Target
  /** The beginning of what it printed. */
  readonly said: () => string
  readonly #closed: Promise<unknown>

  private constructor(child: ChildProcess, closed: Promise<unknown>, target: Target, said: () => string) {
    this.child = child
    this.#closed = closed
    this.target = target
    this.said = said
  }

  /** @throws Error with what it said, if it does not come to listen */
  static async start(
    { folder, key }: Place,
    { mode = 'honest', env = {} }: { readonly mode?: Mode; readonly env?: NodeJS.ProcessEnv } = {},
  ): Promise<ServiceProcess> {
    const child = spawn(process.execPath, [CHILD, mode], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    const closed = once(child, 'close')
    const listening = new Promise<number>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          // What comes later is read by whoever asked for it.
          if (said.length < MOST_SAID) said += chunk
          const [, port] = /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(said) ?? []
          if (port !== undefined) resolve(Number(port))
        })
      }
    })
    const port = await Promise.race([listening, closed.then(() => undefined)])
    if (port === undefined) throw new Error(`The service did not start: ${said}`)
    return new ServiceProcess(child, closed, { host: '127.0.0.1', port, key }, () => said)
  }

  /** Whether it calls itself ready. */
  async isReady(): Promise<boolean> {
    const { host, port } = this.target
    return fetch(`http://${host}:${port}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    )
  }

  /** What the process holds after its garbage was collected. */
  async memory(): Promise<Memory> {
    const { stdout } = this.child
    return new Promise((resolve) => {
      let text = ''
      const read = (chunk: Buffer): void => {
        text += chunk
        const [line] = /\{[^\n]*"message":"memory"[^\n]*\n/.exec(text) ?? []
        if (line === undefined) return
        stdout?.off('data', read)
        resolve(JSON.parse(line))
      }
      stdout?.on('data', read)
      this.child.kill('SIGUSR2')
    })
  }

  decrypt(record: object): Promise<Reply | undefined> {
    return send(this.target, '/v1/customer/decrypt', record)
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.child.kill(signal)
    await this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}

export interface Audit {
  /** Records that were acknowledged and are not in the backup log as they were answered. */
  readonly lost: number
  /** Places at which a log does not verify. */
  readonly damaged: number
}

/** Looks for what was acknowledged in the logs of a service that has ended. */
export async function examine(
  acknowledged: ReadonlyMap<string, object>,
  source: (name: string) => LogSource,
): Promise<Audit> {
  const missing = new Map(acknowledged)
  for await (const { requestId, record } of findBackups(source('backup'), {})) {
    if (JSON.stringify(missing.get(requestId)) === JSON.stringify(record)) missing.delete(requestId)
  }
  let damaged = 0
  for (const name of logNames) damaged += (await source(name).verify()).damage.length
  return { lost: missing.size, damaged }
}

export function filesOf(folder: string): (name: string) => LogSource {
  return (name) => logFiles({ folder: join(folder, name), name })
}
