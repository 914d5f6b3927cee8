import { cpus, loadavg, totalmem } from 'node:os'

/** Where figures come from. */
export interface Machine {
  readonly node: string
  readonly openssl: string
  readonly cpu: string
  readonly cpus: number
  readonly memoryMiB: number
  readonly system: string
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
    system: `${process.platform} ${process.arch}`,
    load: loadavg()[0] ?? 0,
  }
}

/** In one line. */
export function describeMachine({ node, openssl, cpu, cpus: count, memoryMiB, system, load }: Machine): string {
  const memory = `${Math.round(memoryMiB / 1024)} GiB`
  return `Node ${node}, OpenSSL ${openssl}, ${count} x ${cpu}, ${memory}, ${system}, load ${load.toFixed(2)} before`
}
