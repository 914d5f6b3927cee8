import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startLocalKmsServer } from '../local-kms-server.js'
import type { Proof, Scale } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { KeyFinder } from './find-keys.js'
import { processMemory } from './process-memory.js'

const CHILD = fileURLToPath(new URL('./child.js', import.meta.url))
const KEY_BYTES = 32
const RECORDS = { short: 500, full: 10_000 } as const
/** Keys of the KMS, each of which is written to the disk. */
const KMS_KEYS = { short: 100, full: 1_000 } as const

export const redkey: Proof = {
  name: 'redkey',
  claim:
    'After use no data key is left in the memory of the process, neither of the local KMS nor over transport lean, and no key of the local KMS that was destroyed; over transport official, through the Alibaba client, whose strings cannot be zeroed, some are',
  goal: 'localFound = leanFound = destroyedFound = 0; officialFound is what that client leaves, and has no goal',
  platforms: ['linux'],

  async measure({ scale }) {
    const local = await lookInto('local', scale)
    const lean = await lookInto('lean', scale)
    const official = await lookInto('official', scale)
    const destroyed = await lookInto('destroyed', scale)
    const figures = {
      records: RECORDS[scale],
      localFound: local.found,
      leanFound: lean.found,
      destroyedFound: destroyed.found,
      officialFound: official.found,
      officialCopies: official.copies,
      scannedMb: local.scannedMb + lean.scannedMb + official.scannedMb + destroyed.scannedMb,
    }
    return { figures, holds: local.found + lean.found + destroyed.found === 0 }
  },

  /** The scan must see keys that were kept: else it would find none for being blind. */
  async control({ scale }) {
    const kept = await lookInto('kept', scale)
    const alive = await lookInto('alive', scale)
    return {
      figures: { keptAsText: kept.keys, found: kept.found, alive: alive.keys, aliveFound: alive.found },
      holds: kept.found < 0.99 * kept.keys || alive.found < 0.99 * alive.keys,
    }
  },
}

interface Look {
  readonly keys: number
  readonly found: number
  readonly copies: number
  readonly scannedMb: number
}

async function lookInto(mode: string, scale: Scale): Promise<Look> {
  if (mode === 'lean' || mode === 'official') {
    await using server = await startLocalKmsServer()
    const { id, secret } = server.accessKey
    return await look(mode, scale, [server.endpoint, id, secret])
  }
  using folder = new TemporaryFolder()
  return await look(mode, scale, [join(folder.path, 'kms')])
}

/** Runs the child, stops it when it has used its keys, and searches all of its memory for them. */
async function look(mode: string, scale: Scale, where: readonly string[]): Promise<Look> {
  const mask = randomBytes(KEY_BYTES)
  const child = spawn(process.execPath, [CHILD, mode, String(countOf(mode, scale)), mask.toString('hex'), ...where], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`The process to look into ended with ${code}`)
    })
    const [{ masked }] = (await Promise.race([once(child, 'message'), ended])) as [{ masked: string }]
    child.kill('SIGSTOP')
    const keys = unmask(Buffer.from(masked, 'hex'), mask)
    const finder = new KeyFinder(keys)
    let scanned = 0
    for await (const chunk of processMemory(child.pid ?? 0, KeyFinder.OVERLAP)) {
      finder.search(chunk)
      scanned += chunk.length
    }
    return {
      keys: keys.length,
      found: finder.found.size,
      copies: finder.copies,
      scannedMb: Math.round(scanned / 2 ** 20),
    }
  } finally {
    child.kill('SIGKILL')
  }
}

function countOf(mode: string, scale: Scale): number {
  return (mode === 'alive' || mode === 'destroyed' ? KMS_KEYS : RECORDS)[scale]
}

function unmask(masked: Uint8Array, mask: Uint8Array): Uint8Array[] {
  return Array.from({ length: masked.length / KEY_BYTES }, (_, index) =>
    masked.slice(index * KEY_BYTES, (index + 1) * KEY_BYTES).map((byte, at) => byte ^ (mask[at] ?? 0)),
  )
}
