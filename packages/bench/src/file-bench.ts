import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { CONTEXT, envelope } from './ciphers.js'
import { median } from './measure.js'
import { opensslCpuSeconds } from './openssl.js'

/** What a file costs. */
export interface FileMeasured {
  readonly name: string
  /** The median of all rounds. */
  readonly cpuSeconds: number
  /** How many times faster than openssl: the median of the ratios of each round. Undefined where there is no openssl. */
  readonly faster: number | undefined
  /** By how much the memory of this process grew meanwhile, at most; undefined for another process. */
  readonly memoryMiB: number | undefined
}

export interface FileBenchOptions {
  readonly mebibytes: number
  readonly rounds: number
}

const MIB = 2 ** 20

/** A file from memory to memory, against `openssl enc -aes-256-ctr`, which does not authenticate. */
export async function measureFiles({ mebibytes, rounds }: FileBenchOptions): Promise<FileMeasured[]> {
  const folder = await mkdtemp(join(memoryFolder(mebibytes), 'parasol-bench-'))
  try {
    const works = worksIn(folder)
    await writeRandom(join(folder, 'plain'), mebibytes)
    const costs: Cost[][] = []
    for (let round = 0; round < rounds; round++) {
      costs.push(await costsOf(works))
      await rm(join(folder, 'sealed'))
    }
    return works.map(({ name }, index) => summarize(name, costs, index))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface Cost {
  readonly cpuSeconds: number
  readonly memoryMiB?: number
}

interface Work {
  readonly name: string
  /** Removed afterwards: who writes to a new file pays for its pages. */
  readonly target: string
  run(): Promise<Cost>
}

function worksIn(folder: string): readonly Work[] {
  const [plain, sealed, target] = [join(folder, 'plain'), join(folder, 'sealed'), join(folder, 'target')]
  const { cipher, name } = envelope('aes-256-gcm', 'per-record', 'per-record')
  const encrypt = (): Promise<void> => encryptFile(cipher, plain, sealed, CONTEXT)
  const decrypt = (): Promise<void> => decryptFile(cipher, sealed, target, CONTEXT)
  return [
    { name: 'openssl enc -aes-256-ctr', target, run: () => opensslCpuSeconds(plain, target) },
    { name: `${name}, encrypt`, target, run: () => measured(encrypt) },
    { name: `${name}, decrypt`, target, run: () => measured(decrypt) },
  ]
}

async function costsOf(works: readonly Work[]): Promise<Cost[]> {
  const costs: Cost[] = []
  for (const { run, target } of works) {
    costs.push(await run())
    await rm(target, { force: true })
  }
  return costs
}

/** A folder in memory where there is one, so that no disk takes part. */
function memoryFolder(mebibytes: number): string {
  const folder = '/dev/shm'
  return existsSync(folder) && freemem() > 4 * mebibytes * MIB ? folder : tmpdir()
}

async function writeRandom(path: string, mebibytes: number): Promise<void> {
  await using file = await open(path, 'w')
  for (let written = 0; written < mebibytes; written++) await file.write(randomBytes(MIB))
}

async function measured(work: () => Promise<void>): Promise<Cost> {
  const idle = process.memoryUsage.rss()
  let peak = idle
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 10)
  const before = process.cpuUsage()
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
  const { user, system } = process.cpuUsage(before)
  return { cpuSeconds: (user + system) / 1e6, memoryMiB: (peak - idle) / MIB }
}

function summarize(name: string, costs: readonly (readonly Cost[])[], index: number): FileMeasured {
  const own = costs.map((round) => round[index] as Cost)
  const ratios = costs.map((round) => (round[0] as Cost).cpuSeconds / (round[index] as Cost).cpuSeconds)
  const memory = own.flatMap(({ memoryMiB }) => memoryMiB ?? [])
  const faster = median(ratios)
  return {
    name,
    cpuSeconds: median(own.map(({ cpuSeconds }) => cpuSeconds)),
    faster: Number.isNaN(faster) ? undefined : faster,
    memoryMiB: memory.length > 0 ? Math.max(...memory) : undefined,
  }
}
