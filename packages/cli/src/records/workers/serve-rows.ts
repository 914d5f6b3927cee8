import { on, setMaxListeners } from 'node:events'
import type { MessagePort } from 'node:worker_threads'
import { loadConfig, openConfig } from '@parasol/config'
import { withSchemeAsTarget } from '../../scheme-as-target.js'
import { BlockConverter, type ConvertedBlock } from '../block-converter.js'
import { type BoundOptions, boundColumns } from '../bound-columns.js'
import { conversionOf, type RowJob } from '../conversion.js'
import type { RowReader } from '../row.js'
import { type FormatChoice, rowFormat } from '../row-format.js'
import type { Block } from '../row-source.js'
import { type ErrorData, errorData } from './error-data.js'
import { KmsLink, type KmsTraits } from './kms-link.js'

/** What a thread has to know. */
export interface WorkerSetup {
  readonly job: RowJob
  readonly bound: BoundOptions
  readonly config: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly useCase: string
  readonly keys: 'with' | 'without'
  readonly format: FormatChoice
  /** What the file has before its rows. */
  readonly head: string
  readonly atOnce: number
  /** The KMS that there are. */
  readonly kms: ReadonlyMap<string, KmsTraits>
  readonly kmsPort: MessagePort
}

export interface BlockMessage {
  readonly block: Block
  /** For the answer. */
  readonly memory: ArrayBuffer
}

export type BlockAnswer = ConvertedBlock | { readonly error: ErrorData }

/** Tells a thread to zero its keys and to end. */
export const CLOSE = 'close'

/** Converts blocks of rows for another thread, one after the other, until that says `CLOSE`. */
export async function serveRows(setup: WorkerSetup, port: MessagePort): Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  setMaxListeners(0, signal)
  // From now on, since blocks come before everything is ready for them.
  const messages = on(port, 'message', { signal })
  port.on('message', (message) => message === CLOSE && stop.abort())
  try {
    await convertAll(setup, port, messages, signal)
  } catch (error) {
    if (!signal.aborted) port.postMessage({ error: errorData(error) } satisfies BlockAnswer)
  } finally {
    port.close()
  }
}

async function convertAll(
  { kms, kmsPort, config, env, ...setup }: WorkerSetup,
  port: MessagePort,
  messages: AsyncIterable<BlockMessage[]>,
  signal: AbortSignal,
): Promise<void> {
  await using link = new KmsLink(kmsPort)
  const options = { kms: (name: string) => link.kms(name, kms.get(name) as KmsTraits) }
  const loaded = await loadConfig(config, { env })
  const { job, useCase } = setup
  const target = 'to' in job ? withSchemeAsTarget({ env }, loaded, { to: job.to, useCase }) : loaded
  await using crypto = await openConfig(target, options)
  const seen = new Set<string>()
  const { keys, format, head } = setup
  const convert = conversionOf({ env }, job).converter({
    cipher: crypto.router.for(useCase),
    other: (name) => crypto.router.for(name),
    bound: boundColumns({ env }, setup.bound),
    keys,
    seen,
    signal,
  })
  const reader = rowFormat({ env }, format).open(head, true)?.reader as RowReader
  const converter = new BlockConverter(reader, convert, { atOnce: setup.atOnce, seen })
  for await (const [message] of messages) {
    const { block, memory } = message as BlockMessage
    const converted = await converter.convert(block, memory)
    port.postMessage(converted satisfies BlockAnswer, [converted.bytes.buffer])
  }
}
