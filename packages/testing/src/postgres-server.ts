import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Debian keeps the server of each version out of the path. */
const VERSIONS = '/usr/lib/postgresql'

/** The folder of PostgreSQL's programs; undefined if it is not installed. */
export function findPostgres(): string | undefined {
  const debian = existsSync(VERSIONS) ? readdirSync(VERSIONS).map((version) => join(VERSIONS, version, 'bin')) : []
  const folders = [...debian.sort().reverse(), ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

export interface PostgresServerOptions {
  /** Whether it waits for the disk, as one that is not of a test does. */
  readonly fsync?: boolean
}

/** A real PostgreSQL of a test's own, on a socket in its folder, which can be stopped and started again. */
export class PostgresServer implements AsyncDisposable {
  readonly #bin: string
  readonly #folder: string
  readonly #fsync: boolean
  #child: ChildProcess | undefined

  private constructor(bin: string, folder: string, fsync: boolean) {
    this.#bin = bin
    this.#folder = folder
    this.#fsync = fsync
  }

  /** @throws Error if it is not installed or does not start */
  static async start({ fsync = false }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const bin = findPostgres()
    if (bin === undefined) throw new Error('PostgreSQL is not installed')
    const folder = mkdtempSync(join(tmpdir(), 'parasol-pg-'))
    const owner = unprivileged()
    if (owner) chownSync(folder, owner.uid, owner.gid)
    const server = new PostgresServer(bin, folder, fsync)
    try {
      const settings = ['--username=parasol', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync']
      execFileSync(join(bin, 'initdb'), [`--pgdata=${server.#data}`, ...settings], {
        ...owner,
        cwd: folder,
        stdio: 'ignore',
      })
      await server.up()
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  get url(): string {
    return `postgresql://parasol@/postgres?host=${encodeURIComponent(this.#folder)}`
  }

  /** Starts it after `down`. */
  async up(): Promise<void> {
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.#folder}`,
      `fsync=${this.#fsync ? 'on' : 'off'}`,
    ]
    const options = { ...unprivileged(), cwd: this.#folder, stdio: 'ignore' } as const
    const child = spawn(
      join(this.#bin, 'postgres'),
      ['-D', this.#data, ...settings.flatMap((one) => ['-c', one])],
      options,
    )
    this.#child = child
    while (!this.#answers()) {
      if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`)
      await delay(50)
    }
  }

  /** Ends it at once and cuts all connections; what was acknowledged is there when it is up again. */
  async down(signal: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down('SIGQUIT')
    rmSync(this.#folder, { recursive: true, force: true })
  }

  get #data(): string {
    return join(this.#folder, 'data')
  }

  #answers(): boolean {
    try {
      execFileSync(join(this.#bin, 'pg_isready'), ['-q', '-h', this.#folder], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  }
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined
}
