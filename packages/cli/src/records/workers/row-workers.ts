import { throwIfAborted } from '@parasol/core'
import type { BlockConverter, ConvertedBlock } from '../block-converter.js'
import type { ConvertedRows } from '../row-converter.js'
import type { Block, Position, RowSource } from '../row-source.js'
import { RowThread, type RowThreadOptions } from './row-thread.js'

export interface RowWorkersOptions extends RowThreadOptions {
  /** How many beside this one. */
  readonly threads: number
  /** Does in this thread what the others do in theirs. */
  readonly here: BlockConverter
}

/** A thread works on one while the next one lies ready. */
const BLOCKS_OF_A_THREAD = 2
/** How many blocks that this thread has done may wait for those before them. */
const BLOCKS_OF_THIS_THREAD = 2

/**
 * Converts the rows of a file in several threads, each with a cipher and data keys of its own. This one reads, hands on
 * whole rows, and converts those for which no other is free. What comes back is in the order of the file.
 */
export class RowWorkers implements AsyncDisposable {
  readonly #threads: readonly RowThread[]
  readonly #here: BlockConverter
  readonly #signal: AbortSignal
  readonly #memory: ArrayBuffer[] = []

  constructor({ threads, here, ...options }: RowWorkersOptions) {
    this.#threads = Array.from({ length: threads }, () => new RowThread(options))
    this.#here = here
    this.#signal = options.signal
  }

  async *convert(source: RowSource, from?: Position): AsyncGenerator<ConvertedRows> {
    const most = BLOCKS_OF_A_THREAD * this.#threads.length + BLOCKS_OF_THIS_THREAD
    const underWay: UnderWay[] = []
    for await (const block of source.blocks(from)) {
      throwIfAborted(this.#signal)
      underWay.push({ position: block.position, converted: await this.#begin(block) })
      while (underWay.length >= most) yield* this.#next(underWay)
    }
    while (underWay.length > 0) yield* this.#next(underWay)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread[Symbol.asyncDispose]()))
  }

  /** In another thread, or at once in this one. */
  async #begin(block: Block): Promise<{ readonly result: Promise<ConvertedBlock> }> {
    const memory = this.#memory.pop() ?? new ArrayBuffer(0)
    const idlest = this.#threads.reduce((one, other) => (other.underWay < one.underWay ? other : one))
    if (idlest.underWay < BLOCKS_OF_A_THREAD) return { result: idlest.convert(block, memory) }
    const done = await this.#here.convert(block, memory)
    return { result: Promise.resolve(done) }
  }

  async *#next(underWay: UnderWay[]): AsyncGenerator<ConvertedRows> {
    const { position, converted } = underWay.shift() as UnderWay
    const rows = await converted.result
    yield { ...rows, position }
    this.#memory.push(rows.bytes.buffer)
  }
}

interface UnderWay {
  readonly position: Position
  readonly converted: { readonly result: Promise<ConvertedBlock> }
}
