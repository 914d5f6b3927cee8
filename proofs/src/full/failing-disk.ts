import fs, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { TemporaryFolder } from '../temporary-folder.js'

export type Errno = 'ENOSPC' | 'EIO'

// biome-ignore lint/suspicious/noExplicitAny: what is replaced has many forms
type Call = (...args: any[]) => Promise<any>
type Methods = Record<string, Call>

/** Of file handles, and of the module: what a full or broken disk makes fail. */
const HANDLE_CALLS = ['write', 'writev', 'appendFile', 'writeFile', 'sync', 'datasync', 'truncate'] as const
const MODULE_CALLS = ['writeFile', 'appendFile', 'rename', 'link', 'mkdir'] as const

/**
 * A disk that fails from one call on, as one that is full does, until it is repaired: in this process, all calls that write
 * through node:fs/promises. The call that fails first has written half of its bytes before.
 */
export class FailingDisk implements Disposable {
  readonly #undo: (() => void)[] = []
  #left = Number.POSITIVE_INFINITY
  #errno: Errno = 'ENOSPC'
  #failed = 0

  static async create(): Promise<FailingDisk> {
    const disk = new FailingDisk()
    const handle = await handlePrototype()
    for (const name of HANDLE_CALLS) disk.#replace(handle, name)
    for (const name of MODULE_CALLS) disk.#replace(fs as unknown as Methods, name)
    syncBuiltinESMExports()
    return disk
  }

  /** How many calls have failed since it was broken. */
  get failed(): number {
    return this.#failed
  }

  /** @param calls how many still succeed */
  breakAfter(calls: number, errno: Errno): void {
    this.#left = calls
    this.#errno = errno
    this.#failed = 0
  }

  repair(): void {
    this.#left = Number.POSITIVE_INFINITY
  }

  [Symbol.dispose](): void {
    for (const undo of this.#undo) undo()
    syncBuiltinESMExports()
  }

  #replace(holder: Methods, name: string): void {
    const original = holder[name]
    if (!original) return
    const disk = this
    holder[name] = async function (this: unknown, ...args: unknown[]) {
      if (disk.#left > 0) {
        disk.#left -= 1
        return original.apply(this, args)
      }
      disk.#failed += 1
      if (disk.#failed === 1) await writeHalf(name, args, (half: unknown[]) => original.apply(this, half))
      throw Object.assign(new Error(`${disk.#errno}: on purpose`), { code: disk.#errno })
    }
    this.#undo.push(() => {
      holder[name] = original
    })
  }
}

/** Of a call that writes bytes: the same call for the first half of them. */
async function writeHalf(name: string, args: readonly unknown[], call: Call): Promise<void> {
  const [bytes, offset = 0, length, position] = args
  if (!(bytes instanceof Uint8Array) || typeof offset !== 'number') return
  if (name === 'writeFile' || name === 'appendFile') await call([bytes.subarray(0, bytes.length >> 1)])
  if (name !== 'write') return
  const half = (typeof length === 'number' ? length : bytes.length - offset) >> 1
  if (half > 0) await call([bytes, offset, half, position ?? null])
}

async function handlePrototype(): Promise<Methods> {
  using folder = new TemporaryFolder()
  const handle: FileHandle = await fs.open(join(folder.path, 'any'), 'w')
  await handle.close()
  return Object.getPrototypeOf(handle) as Methods
}
