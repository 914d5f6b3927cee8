import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Finding, Proof, ProofContext } from '../proof.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const CHECKPOINTS = 12
const OPERATIONS = { short: 8_000, full: 5_000_000 } as const
/** A key that is kept costs some 250 bytes with its object; in so few operations V8 itself may cost 20. */
const MAX_BYTES_AN_OPERATION = { short: 64, full: 1 } as const

/** What a process holds after its garbage was collected. */
export interface Checkpoint {
  readonly operations: number
  /** Of V8's heap, and the memory outside it that JavaScript objects own. */
  readonly heapBytes: number
  readonly rssBytes: number
  /** Timers, sockets and files that are open. */
  readonly resources: number
}

export const soak: Proof = {
  name: 'soak',
  claim: 'Memory stays flat over time, whatever is done: every policy, failures, aborts, streams and ever new tenants',
  goal: 'bytes an operation at most 64 in the short form and 1 in the full one, resident memory too in the full one; no more resources at the end than at the beginning',
  measure: (context) => judge('parasol', context),
  /** The same with a list that keeps one key of 32 bytes of each round. */
  control: (context) => judge('leaking', { ...context, scale: 'short' }),
}

async function judge(mode: 'parasol' | 'leaking', context: ProofContext): Promise<Finding> {
  const { scale } = context
  const checkpoints = await watch(mode, context)
  const heap = slope(checkpoints, ({ heapBytes }) => heapBytes)
  const resident = slope(checkpoints, ({ rssBytes }) => rssBytes)
  const more = (checkpoints.at(-1)?.resources ?? 0) - (checkpoints[0]?.resources ?? 0)
  const limit = MAX_BYTES_AN_OPERATION[scale]
  const figures = {
    operations: checkpoints.at(-1)?.operations ?? 0,
    bytesAnOperation: rounded(heap),
    residentBytesAnOperation: rounded(resident),
    moreResources: more,
  }
  return { figures, holds: heap <= limit && more <= 0 && (scale === 'short' || resident <= limit) }
}

async function watch(mode: string, { scale, seed, progress }: ProofContext): Promise<readonly Checkpoint[]> {
  const total = OPERATIONS[scale]
  const args = ['--expose-gc', CHILD, mode, String(total), String(CHECKPOINTS), String(seed)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const checkpoints: Checkpoint[] = []
  child.on('message', (checkpoint: Checkpoint) => {
    checkpoints.push(checkpoint)
    progress(checkpoint.operations, total)
  })
  const [code] = await once(child, 'close')
  if (code !== 0 || checkpoints.length < CHECKPOINTS) throw new Error(`The process to watch ended with ${code}`)
  return checkpoints
}

/** The median of the slopes between all pairs (Theil and Sen), which a few odd values do not move. */
function slope(checkpoints: readonly Checkpoint[], value: (checkpoint: Checkpoint) => number): number {
  const slopes = checkpoints.flatMap((later, index) =>
    checkpoints
      .slice(0, index)
      .map((earlier) => (value(later) - value(earlier)) / (later.operations - earlier.operations)),
  )
  slopes.sort((a, b) => a - b)
  return slopes[slopes.length >> 1] ?? 0
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
