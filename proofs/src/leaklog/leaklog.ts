import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Finding, Proof } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Canary, countHits } from './canary.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const MIN_FAILURES = 300

export const leaklog: Proof = {
  name: 'leaklog',
  claim: 'No plaintext, data key, token, access key secret or passphrase is in any error, output, store or access log',
  goal: `hits = 0 over at least ${MIN_FAILURES} failures with DEBUG=*, untyped = 0`,

  async measure() {
    const { canaries, searched, outcomes } = await run('parasol')
    const { hits, where } = search(searched, canaries)
    const figures = {
      canaries: canaries.length,
      ...outcomes,
      searchedKb: Math.round(searched.length / 1024),
      hits,
      where,
    }
    return { figures, holds: hits === 0 && outcomes.untyped === 0 && outcomes.failed >= MIN_FAILURES }
  },

  async control(): Promise<Finding> {
    const { canaries, searched } = await run('raw')
    const { hits, where } = search(searched, canaries)
    return { figures: { alibabaClientHits: hits, where }, holds: hits === 0 }
  },
}

interface Outcomes {
  readonly succeeded: number
  readonly failed: number
  readonly untyped: number
}

interface Run {
  readonly canaries: readonly Canary[]
  /** All that the process printed, and every file that it left. */
  readonly searched: string
  readonly outcomes: Outcomes
}

/** Runs the failures in a process of their own, which tells of the secrets that it makes through a channel of its own. */
async function run(mode: string): Promise<Run> {
  using folder = new TemporaryFolder()
  // Letters, so that they stand in UTF-8 as they are.
  const [plaintext, passphrase] = [randomBytes(15).toString('hex'), randomBytes(15).toString('hex')]
  const canaries: Canary[] = [
    { name: 'plaintext', bytes: Buffer.from(plaintext) },
    { name: 'passphrase', bytes: Buffer.from(passphrase) },
  ]
  let outcomes: Outcomes = { succeeded: 0, failed: 0, untyped: 0 }
  const child = spawn(process.execPath, [CHILD, mode, folder.path, plaintext, passphrase], {
    env: { PATH: process.env['PATH'], DEBUG: '*' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  child.on('message', (message: { canary?: { name: string; hex: string }; outcomes?: Outcomes }) => {
    if (message.canary) canaries.push({ name: message.canary.name, bytes: Buffer.from(message.canary.hex, 'hex') })
    if (message.outcomes) outcomes = message.outcomes
  })
  const output = collect(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`The process that meets every failure ended with ${code}:\n${output().slice(-2_000)}`)
  return { canaries, searched: [output(), ...readAll(folder.path)].join('\n'), outcomes }
}

function collect({ stdout, stderr }: ChildProcess): () => string {
  const chunks: Buffer[] = []
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('latin1')
}

function readAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => `${path}\n${readFileSync(path, 'latin1')}`)
}

function search(text: string, canaries: readonly Canary[]): { hits: number; where: string } {
  const found = [...countHits(text, canaries)].filter(([, hits]) => hits > 0)
  return { hits: found.reduce((all, [, hits]) => all + hits, 0), where: found.map(([name]) => name).join(', ') }
}
