import { setTimeout as delay } from 'node:timers/promises'
import { MessageChannel, Worker } from 'node:worker_threads'
import { CryptoError, type Kms } from '@parasol/core'
import type { ConvertedBlock } from '../block-converter.js'
import type { Block } from '../row-source.js'
import { errorFrom } from './error-data.js'
import { serveKms } from './serve-kms.js'
import { type BlockAnswer, type BlockMessage, CLOSE, type WorkerSetup } from './serve-rows.js'

/** The same from source and when built: a thread does not read TypeScript. */
const PROGRAM = new URL('../../../dist/records/workers/row-worker.js', import.meta.url)
/** Room for young objects, of which a third is used at a time. What comes of a few rows fits. */
const YOUNG_MIB = 12
const CLOSING_MS = 5000

export interface RowThreadOptions {
  readonly setup: Omit<WorkerSetup, 'kmsPort'>
  readonly kmsOf: (name: string) => Kms
  readonly signal: AbortSignal
}

interface Waiting {
  readonly resolve: (rows: ConvertedBlock) => void
  readonly reject: (error: unknown) => void
}

/** A thread that converts blocks. The end of the scope lets it zero its keys, and ends it. */
export class RowThread implements AsyncDisposable {
  readonly #thread: Worker
  readonly #exited: Promise<unknown>
  readonly #waiting: Waiting[] = []
  readonly #signal: AbortSignal
  readonly #giveUp = (): void => this.#fail(new CryptoError('ABORTED', 'The operation was aborted'))
  #failure: unknown

  constructor({ setup, kmsOf, signal }: RowThreadOptions) {
    const { port1, port2 } = new MessageChannel()
    serveKms(port1, kmsOf, signal)
    const workerData: WorkerSetup = { ...setup, kmsPort: port2 }
    this.#thread = new Worker(PROGRAM, {
      workerData,
      transferList: [port2],
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    })
    this.#thread.on('message', (answer: BlockAnswer) => this.#settle(answer))
    this.#thread.on('error', (error) => this.#fail(error))
    this.#exited = new Promise((resolve) => this.#thread.once('exit', resolve))
    this.#thread.on('exit', () => this.#fail(Object.assign(new Error('A thread ended'), { code: 'ERR_WORKER_ENDED' })))
    this.#signal = signal
    signal.addEventListener('abort', this.#giveUp)
  }

  get underWay(): number {
    return this.#waiting.length
  }

  convert(block: Block, memory: ArrayBuffer): Promise<ConvertedBlock> {
    const rows = new Promise<ConvertedBlock>((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      this.#waiting.push({ resolve, reject })
      this.#thread.postMessage({ block, memory } satisfies BlockMessage, [memory])
    })
    // It is looked at in its turn.
    rows.catch(() => undefined)
    return rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#giveUp)
    this.#thread.postMessage(CLOSE)
    const inTime = new AbortController()
    await Promise.race([this.#exited, delay(CLOSING_MS, undefined, { signal: inTime.signal }).catch(() => undefined)])
    inTime.abort()
    await this.#thread.terminate()
  }

  #settle(answer: BlockAnswer): void {
    if ('error' in answer) {
      this.#fail(errorFrom(answer.error))
      return
    }
    const waiting = this.#waiting.shift()
    waiting?.resolve(answer)
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
