import { cpus, loadavg, totalmem } from 'node:os'

/** Where figures come from. */
export interface Machine {
  readonly node: string
  readonly openssl: string
  readonly cpu: string
  readonly cpus: number
  readonly memoryMiB: number
  /** Of the last minute, before the run. */
  readonly load: number
}

export function machine(): Machine {
  return {
    node: process.versions.node,
    openssl: process.versions.openssl ?? '',
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    load: loadavg()[0] ?? 0,
  }
}
