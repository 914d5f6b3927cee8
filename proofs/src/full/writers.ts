import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { createCrypto } from '@parasol/core'
import { decryptFile, encryptFile } from '@parasol/core/files'
import { LocalKms } from '@parasol/kms-local'
import { BackupLog, type Caller, findBackups, verifyLog } from '@parasol/service'
import { FakeKms } from '@parasol/testing'

/** Something that acknowledges writes. */
export interface Writer extends AsyncDisposable {
  /** Resolves when what has this name is durable. */
  write(name: string): Promise<void>
}

/** A kind of writer, over files in a folder. */
export interface WriterKind {
  readonly name: string
  /** Whether a write takes the place of the one before. */
  readonly replaces?: true
  open(folder: string): Promise<Writer>
  /** What is there, after the writer was closed. Rejects if that is damaged. */
  read(folder: string): Promise<readonly string[]>
}

const cipher = createCrypto([new EnvelopeProvider({ kms: new FakeKms(), keyId: 'alias/proof' })], {
  file: { scheme: 'envelope' },
}).for('file')

/** An encrypted file that is replaced. */
const file: WriterKind = {
  name: 'encrypted file',
  replaces: true,
  open: async (folder) => ({
    write: async (name) => {
      writeFileSync(join(folder, 'source'), name.repeat(50_000))
      await encryptFile(cipher, join(folder, 'source'), join(folder, 'target'), {}, { overwrite: true })
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  read: async (folder) => {
    const names = readdirSync(folder).filter((name) => !['source', 'target', 'plain'].includes(name))
    if (names.length > 0) throw new Error(`${names.length} files were left behind`)
    await decryptFile(cipher, join(folder, 'target'), join(folder, 'plain'), {}, { overwrite: true })
    const text = readFileSync(join(folder, 'plain'), 'utf8')
    const name = text.slice(0, text.length / 50_000)
    if (text !== name.repeat(50_000)) throw new Error('Two contents in one file')
    return [name]
  },
}

const openKms = (folder: string): LocalKms =>
  new LocalKms({
    folder: join(folder, 'kms'),
    rootKey: { keyFile: join(folder, 'root.key') },
    onDamage: () => undefined,
  })

/** New keys of the local KMS, each with an alias. */
const store: WriterKind = {
  name: 'local KMS',
  open: async (folder) => {
    const kms = openKms(folder)
    const service = await kms.open()
    return {
      write: async (name) => {
        await service.ensureAlias(`alias/${name}`)
      },
      [Symbol.asyncDispose]: () => kms[Symbol.asyncDispose](),
    }
  },
  read: async (folder) => {
    await using kms = openKms(folder)
    const service = await kms.open()
    const names = service.aliases.map(({ name }) => name)
    for (const name of names) await kms.decrypt(await kms.encrypt(name, Buffer.from(name), {}), {})
    return names.map((name) => name.slice('alias/'.length))
  },
}

const caller: Caller = { name: 'proof', keyHashes: [], useCases: ['any'], operations: ['encrypt'] }

/** The backup log of the service. */
const backup: WriterKind = {
  name: 'backup log',
  open: async (folder) => {
    const log = await BackupLog.open({ folder: join(folder, 'log') })
    return {
      write: (id) => log.append({ id, caller, useCase: 'any', operation: 'encrypt' }, {}, '{"a":"enc1.envelope.AA"}'),
      [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
    }
  },
  read: async (folder) => {
    const where = join(folder, 'log')
    // What was not written whole is removed by opening.
    await (await BackupLog.open({ folder: where }))[Symbol.asyncDispose]()
    const { damage } = await verifyLog({ folder: where, name: 'backup' })
    if (damage.length > 0) throw new Error(`${damage.length} damaged lines`)
    const ids: string[] = []
    for await (const { requestId } of findBackups(where, {})) ids.push(requestId)
    return ids
  },
}

export const kinds: readonly WriterKind[] = [file, store, backup]

/** As one finds it: acknowledges whatever came of the write. */
export const careless: WriterKind = {
  name: 'careless',
  open: async (folder) => ({
    write: async (name) => {
      await appendFile(join(folder, 'names'), `${name}\n`).catch(() => undefined)
    },
    [Symbol.asyncDispose]: async () => undefined,
  }),
  read: async (folder) => readFileSync(join(folder, 'names'), 'utf8').split('\n'),
}
