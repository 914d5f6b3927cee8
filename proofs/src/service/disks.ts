import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A way for a disk to fail, and to be as before. */
export interface Failure {
  readonly name: string
  break(folder: string, pid: number): void
  mend(folder: string, pid: number): void
}

const TMPFS_BYTES = 3 * 1024 * 1024

/** A small disk of its own in a folder, if this process may mount one; else the folder is one of the disk below. */
export class SmallDisk implements Disposable {
  readonly path: string
  readonly isMounted: boolean

  constructor(path: string) {
    mkdirSync(path)
    this.path = path
    this.isMounted = tries(() => run('mount', '-t', 'tmpfs', '-o', `size=${TMPFS_BYTES},mode=0700`, 'tmpfs', path))
  }

  /** What can be made of it here. */
  get failures(): readonly Failure[] {
    return this.isMounted ? [full, readOnly, gone] : [noMore, gone]
  }

  [Symbol.dispose](): void {
    if (this.isMounted) tries(() => run('umount', '-l', this.path))
  }
}

const full: Failure = {
  name: 'full',
  break: (folder) => {
    for (const bytes of [1024 * 1024, 4096]) {
      for (
        let index = 0;
        tries(() => writeFileSync(join(folder, `filler-${bytes}-${index}`), Buffer.alloc(bytes)));
        index++
      ) {}
    }
  },
  mend: (folder) => {
    for (const bytes of [1024 * 1024, 4096]) {
      for (let index = 0; existsSync(join(folder, `filler-${bytes}-${index}`)); index++) {
        rmSync(join(folder, `filler-${bytes}-${index}`))
      }
    }
  },
}

/** No file of the process may grow: for those who may not mount. */
const noMore: Failure = {
  name: 'no file may grow',
  break: (_, pid) => run('prlimit', '--pid', String(pid), '--fsize=20000:unlimited'),
  mend: (_, pid) => run('prlimit', '--pid', String(pid), '--fsize=unlimited:unlimited'),
}

/** What is open stays writable until the next file is begun, as bind mounts have it. */
const readOnly: Failure = {
  name: 'read-only',
  break: (folder) => {
    for (const name of ['backup', 'audit']) mountReadOnly(join(folder, name))
  },
  mend: (folder) => {
    for (const name of ['backup', 'audit']) run('umount', '-l', join(folder, name))
  },
}

const gone: Failure = {
  name: 'gone',
  break: (folder) => renameSync(join(folder, 'backup'), join(folder, 'backup.away')),
  mend: (folder) => renameSync(join(folder, 'backup.away'), join(folder, 'backup')),
}

/** Again if the service opened a file through the mount before that was read-only: it is busy for as long as that is open. */
function mountReadOnly(log: string, attempts = 20): void {
  run('mount', '--bind', log, log)
  if (tries(() => run('mount', '-o', 'remount,bind,ro', log))) return
  run('umount', '-l', log)
  if (attempts === 1) throw new Error('The mount was busy every time')
  mountReadOnly(log, attempts - 1)
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: 'ignore' })
}

function tries(work: () => void): boolean {
  try {
    work()
    return true
  } catch {
    return false
  }
}
