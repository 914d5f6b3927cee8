import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface MemoryMiB {
  /** Objects and buffers that are still reachable. */
  readonly live: number
  /** What the system counts for the process. */
  readonly rss: number
}

/** Looks at memory after everything that can be collected was collected. */
export function memoryLook(): () => MemoryMiB {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    // What has a finalizer is freed by a second collection.
    collect()
    collect()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { live: (heapUsed + external) / 2 ** 20, rss: rss / 2 ** 20 }
  }
}
