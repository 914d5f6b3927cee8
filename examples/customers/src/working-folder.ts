import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { guardIo, makeFolder, writeFileAtomic } from '@parasol/core/files'
import { InputError } from './input-error.js'
import type { Table } from './table.js'

/** Where everything is that a run makes. What a former run left there is used again: its keys above all. */
export class WorkingFolder {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** @throws InputError that names the folder that cannot be made */
  static async open(path: string): Promise<WorkingFolder> {
    for (const folder of [path, join(path, 'secrets'), join(path, 'encrypted')]) {
      await makeOwnFolder(folder)
    }
    return new WorkingFolder(path)
  }

  get config(): string {
    return join(this.path, 'parasol.yaml')
  }

  get kmsStore(): string {
    return join(this.path, 'kms')
  }

  get kmsKeyFile(): string {
    return join(this.path, 'secrets', 'kms.key')
  }

  get kmsLog(): string {
    return join(this.path, 'kms.log')
  }

  get gpgKeyRing(): string {
    return join(this.path, 'gpg')
  }

  /** What the partner has: his secret key, which here is only for you to play his part. */
  get partner(): string {
    return join(this.path, 'partner')
  }

  secret(name: string): string {
    return join(this.path, 'secrets', name)
  }

  /** Makes a random secret unless there is one. */
  async ensureSecret(name: string): Promise<string> {
    const path = this.secret(name)
    if (!existsSync(path)) await writeFileAtomic(path, randomBytes(24).toString('base64url'))
    return guardIo(path, () => readFile(path, 'utf8'))
  }

  encrypted(file: string, suffix: string): string {
    const stem = suffix.endsWith('.gpg') ? basename(file) : basename(file, extname(file))
    return join(this.path, 'encrypted', `${stem}${suffix}`)
  }

  /** What was protected, so that another process can read it back. */
  async writeTable(table: Table): Promise<void> {
    await writeFileAtomic(join(this.path, 'job.json'), `${JSON.stringify(table, null, 2)}\n`)
  }

  /** @throws InputError if nothing was protected here */
  async readTable(): Promise<Table> {
    const text = await readFile(join(this.path, 'job.json'), 'utf8').catch(() => '{}')
    const table = JSON.parse(text) as Partial<Table>
    if (table.file !== undefined && table.rows !== undefined && table.fields && table.columns) return table as Table
    throw new InputError(`"${this.path}" holds nothing to read back: run the demo without --check first`)
  }
}

async function makeOwnFolder(path: string): Promise<void> {
  try {
    await makeFolder(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InputError(`Cannot make the folder "${path}" (${code}): choose another by --out`)
  }
}
