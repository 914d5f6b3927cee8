import { once } from 'node:events'
import { AtomicFile } from '@parasol/core/files'
import type { Terminal } from '../terminal.js'

/** Where rows go, and what is said of those that failed. */
export interface RowSink<State> extends AsyncDisposable {
  /** Where a stopped run was. */
  readonly resumed: State | undefined
  /** Whether another run can go on where this one stops. */
  readonly canGoOn: boolean
  /** Nothing is left to write. */
  readonly isWhole: boolean
  write(bytes: Uint8Array): Promise<void>
  report(bytes: Uint8Array): Promise<void>
  /** From here on the work can be gone on with. */
  save(state: State): Promise<void>
  commit(state: State): Promise<void>
  /** Nothing is kept of it. */
  discard(): Promise<void>
}

/** The standard output, which cannot be gone on with after a stop. */
export async function streamSink<State>({ stdout }: Terminal, report: string | undefined): Promise<RowSink<State>> {
  const file = report === undefined ? undefined : await AtomicFile.create(report)
  const close = async (): Promise<void> => file?.[Symbol.asyncDispose]()
  return {
    resumed: undefined,
    canGoOn: false,
    isWhole: false,
    async write(bytes) {
      // A copy: the memory is used again before a slow reader has taken it.
      if (!stdout.write(Buffer.from(bytes)) && !stdout.destroyed)
        await Promise.race([once(stdout, 'drain'), once(stdout, 'close')])
    },
    report: async (bytes) => file?.write(bytes),
    save: async () => undefined,
    commit: async () => file?.commit(),
    discard: close,
    [Symbol.asyncDispose]: close,
  }
}
