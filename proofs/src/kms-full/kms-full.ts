import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuditReader, LocalKms } from '@parasol/kms-local'
import { type Signer, signed } from '../kms-requests.js'
import type { Finding, Proof, Scale } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
/** How far a file may grow, as if the disk were full then. */
const LIMIT_BYTES = { short: 32 * 1024, full: 512 * 1024 } as const
const CONCURRENT = 8
/** After the first that fails, and after there is room again. */
const FURTHER = 40

export const kmsFull: Proof = {
  name: 'kms-full',
  claim:
    'When the disk is full, the local KMS refuses what it cannot keep and says so, loses nothing that it acknowledged, and goes on by itself when there is room',
  goal: 'lost = crashes = otherAnswers = 0; some requests refused, all served when there is room',
  platforms: ['linux'],

  async measure({ scale }) {
    const audited = await fillUp('audit', scale)
    const stored = await fillUp('store', scale)
    return {
      figures: { ...prefixed('audit', audited), ...prefixed('store', stored) },
      holds: isSound(audited) && isSound(stored),
    }
  },

  async control({ scale }): Promise<Finding> {
    const careless = await fillUp('careless', scale)
    return { figures: prefixed('careless', careless), holds: isSound(careless) }
  },
}

interface Tally {
  acknowledged: number
  /** With 503, ServiceUnavailableTemporary. */
  refused: number
  otherAnswers: number
  servedAfter: number
  lost: number
  crashes: number
}

/** A request that was answered with 200: its id, and that of the key that it made. */
interface Acknowledged {
  readonly requestId: string
  readonly keyId: string
}

function isSound({ refused, otherAnswers, servedAfter, lost, crashes }: Tally): boolean {
  return otherAnswers + lost + crashes === 0 && refused > 0 && servedAfter === FURTHER
}

async function fillUp(mode: 'audit' | 'store' | 'careless', scale: Scale): Promise<Tally> {
  using folder = new TemporaryFolder()
  const child = startLimited(mode, folder.path, LIMIT_BYTES[scale])
  const tally: Tally = { acknowledged: 0, refused: 0, otherAnswers: 0, servedAfter: 0, lost: 0, crashes: 0 }
  const acknowledged: Acknowledged[] = []
  try {
    const server = (await nextMessage(child)) as Signer & { readonly port: number }
    for (let left = FURTHER; left > 0 && tally.otherAnswers === 0; ) {
      const outcomes = await createKeys(server, CONCURRENT)
      count(outcomes, tally, acknowledged)
      if (tally.refused > 0) left -= CONCURRENT
    }
    execFileSync('prlimit', [`--pid=${child.pid}`, '--fsize=unlimited'])
    const after = await createKeys(server, FURTHER)
    tally.servedAfter = after.filter((outcome) => typeof outcome === 'object').length
    count(after, tally, acknowledged)
    if (child.exitCode !== null) tally.crashes++
  } finally {
    const ended = once(child, 'exit')
    if (child.exitCode === null && child.kill('SIGKILL')) await ended
  }
  tally.lost = await countLost(folder.path, mode, acknowledged)
  return tally
}

/** `prlimit` is a part of util-linux; the limit can be raised while the program runs. */
function startLimited(mode: string, folder: string, bytes: number): ChildProcess {
  return spawn('prlimit', [`--fsize=${bytes}:`, process.execPath, CHILD, mode, folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The server ended with ${code}`)
  })
  const [message] = await Promise.race([once(child, 'message'), ended])
  return message
}

type Outcome = Acknowledged | 'refused' | 'other'

function createKeys(server: Signer & { readonly port: number }, number: number): Promise<Outcome[]> {
  return Promise.all(Array.from({ length: number }, () => createKey(server)))
}

async function createKey(server: Signer & { readonly port: number }): Promise<Outcome> {
  const body = new URLSearchParams([...signed({ Action: 'CreateKey' }, server)])
  const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body }).catch(() => undefined)
  const { RequestId, KeyMetadata, Code } = Object(await response?.json().catch(() => undefined))
  if (response?.status === 200) return { requestId: RequestId, keyId: KeyMetadata.KeyId }
  return response?.status === 503 && Code === 'ServiceUnavailableTemporary' ? 'refused' : 'other'
}

function count(outcomes: readonly Outcome[], tally: Tally, acknowledged: Acknowledged[]): void {
  for (const outcome of outcomes) {
    if (outcome === 'refused') tally.refused++
    else if (outcome === 'other') tally.otherAnswers++
    else acknowledged.push(outcome)
  }
  tally.acknowledged = acknowledged.length
}

/** Those whose key is not in the store, or whose event is not in the audit log. */
async function countLost(folder: string, mode: string, acknowledged: readonly Acknowledged[]): Promise<number> {
  const source = { folder: join(folder, 'kms'), rootKey: { keyFile: join(folder, 'root.key') } }
  const events = new Set<string>()
  using reader = await AuditReader.open(source.folder, source.rootKey)
  for await (const { requestId } of reader.search()) events.add(requestId)
  await using kms = new LocalKms(source)
  const keys = new Set((await kms.open()).keys.map(({ metadata }) => metadata.id))
  const isKept = ({ requestId, keyId }: Acknowledged): boolean =>
    keys.has(keyId) && (mode === 'store' || events.has(requestId))
  return acknowledged.filter((one) => !isKept(one)).length
}

function prefixed(prefix: string, tally: Tally): Record<string, number> {
  const entries = Object.entries(tally)
  return Object.fromEntries(
    entries.map(([name, value]) => [`${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`, value]),
  )
}
