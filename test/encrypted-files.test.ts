import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { createCrypto } from '@parasol/core'
import { decryptFile, encryptFile, InputFile, rewrapFile } from '@parasol/core/files'
import { FakeKms } from '@parasol/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CONTEXT = { customerId: '7' }
const MIB = 1024 * 1024
const failing = (code: string, rest = {}) => expect.objectContaining({ code, ...rest })

const kms = new FakeKms()
const options = { kms, keyId: 'alias/test' }
const crypto = createCrypto([new EnvelopeProvider(options), new KmsDirectProvider(options)], {
  archive: { scheme: 'envelope', reads: ['kms-direct'] },
  note: { scheme: 'kms-direct' },
})
const cipher = crypto.for('archive')

let folder = ''
let source = ''
let target = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parasol-files-'))
  source = join(folder, 'source')
  target = join(folder, 'target')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a file', () => {
  it.each([0, 1, 65_536, MIB, MIB + 1, 3 * MIB - 1])('of %i bytes comes back', async (length) => {
    const plaintext = await write(length)
    await encryptFile(cipher, source, target, CONTEXT)
    await decryptFile(cipher, target, join(folder, 'again'), CONTEXT)
    expect((await readFile(join(folder, 'again'))).equals(plaintext)).toBe(true)
    expect((await stat(target)).mode & 0o777).toBe(0o600)
    expect((await readdir(folder)).sort()).toEqual(['again', 'source', 'target'])
  })

  it('comes back under a scheme without streams, up to its limit', async () => {
    const plaintext = await write(2000)
    await encryptFile(crypto.for('note'), source, target, {})
    await decryptFile(crypto.for('note'), target, join(folder, 'again'), {})
    expect((await readFile(join(folder, 'again'))).equals(plaintext)).toBe(true)
    await write(100_000)
    const tooLarge = encryptFile(crypto.for('note'), source, join(folder, 'large'), {})
    await expect(tooLarge).rejects.toThrow(failing('PLAINTEXT_TOO_LARGE'))
    expect((await readdir(folder)).sort()).toEqual(['again', 'source', 'target'])
  })

  it('can be encrypted in its place', async () => {
    const plaintext = await write(200_000)
    await encryptFile(cipher, source, source, CONTEXT, { overwrite: true })
    expect((await readFile(source)).includes(plaintext.subarray(0, 16))).toBe(false)
    await decryptFile(cipher, source, source, CONTEXT, { overwrite: true })
    expect((await readFile(source)).equals(plaintext)).toBe(true)
  })

  it('is not replaced unless that is asked for', async () => {
    await write(10)
    await writeFile(target, 'kept')
    const refused = {
      reason: 'EEXIST',
      message: `"${target}" already exists: it is replaced only if "overwrite" is true`,
    }
    await expect(encryptFile(cipher, source, target, CONTEXT)).rejects.toThrow(failing('IO', refused))
    expect(await readFile(target, 'utf8')).toBe('kept')
    await symlink(join(folder, 'nowhere'), join(folder, 'link'))
    await expect(encryptFile(cipher, source, join(folder, 'link'), CONTEXT)).rejects.toThrow(failing('IO'))
    await encryptFile(cipher, source, target, CONTEXT, { overwrite: true, mode: 0o640 })
    expect((await stat(target)).mode & 0o777).toBe(0o640)
  })

  it('is not replaced by one that was begun before it was there', async () => {
    await write(3 * MIB)
    const appear = async (done: number) => done === 0 && writeFile(target, 'kept')
    const work = encryptFile(cipher, source, target, CONTEXT, { progress: appear })
    await expect(work).rejects.toThrow(failing('IO', { reason: 'EEXIST' }))
    expect(await readFile(target, 'utf8')).toBe('kept')
    expect((await readdir(folder)).sort()).toEqual(['source', 'target'])
  })

  it('tells its progress from nothing to all', async () => {
    await write(3 * MIB + 5)
    const calls: [number, number][] = []
    await encryptFile(cipher, source, target, CONTEXT, { progress: (done, total) => calls.push([done, total]) })
    const total = 3 * MIB + 5
    expect(calls.at(0)).toEqual([0, total])
    expect(calls.at(-1)).toEqual([total, total])
    expect(calls.map(([done]) => done)).toEqual(calls.map(([done]) => done).sort((a, b) => a - b))
    await write(0)
    await encryptFile(cipher, source, target, CONTEXT, {
      overwrite: true,
      progress: (done, total) => calls.push([done, total]),
    })
    expect(calls.at(-1)).toEqual([0, 0])
  })

  it('leaves nothing behind when it is aborted in the middle', async () => {
    await write(5 * MIB)
    const controller = new AbortController()
    const progress = (done: number) => done > 2 * MIB && controller.abort()
    const work = encryptFile(cipher, source, target, CONTEXT, { progress, signal: controller.signal })
    await expect(work).rejects.toThrow(failing('ABORTED'))
    expect(await readdir(folder)).toEqual(['source'])
  })

  it('leaves nothing behind when its ciphertext was changed at the very end, or cut off', async () => {
    await write(3 * MIB)
    await encryptFile(cipher, source, target, CONTEXT)
    const ciphertext = await readFile(target)
    const opening = () => decryptFile(cipher, target, join(folder, 'again'), CONTEXT)
    await truncate(target, ciphertext.length - 1)
    await expect(opening()).rejects.toThrow(failing('DECRYPTION_FAILED'))
    await writeFile(target, Buffer.concat([ciphertext.subarray(0, -1), Buffer.from([(ciphertext.at(-1) ?? 0) ^ 1])]))
    await expect(opening()).rejects.toThrow(failing('DECRYPTION_FAILED'))
    expect((await readdir(folder)).sort()).toEqual(['source', 'target'])
  })

  it('leaves what was there when the work fails', async () => {
    await write(100)
    await writeFile(target, 'kept')
    await expect(decryptFile(cipher, source, target, CONTEXT, { overwrite: true })).rejects.toThrow(
      failing('DECRYPTION_FAILED'),
    )
    expect(await readFile(target, 'utf8')).toBe('kept')
  })

  it('names what cannot be read or written', async () => {
    await expect(encryptFile(cipher, source, target, CONTEXT)).rejects.toThrow(
      failing('IO', { message: `Cannot read "${source}" (ENOENT)`, reason: 'ENOENT' }),
    )
    await mkdir(source)
    await expect(encryptFile(cipher, source, target, CONTEXT)).rejects.toThrow(
      failing('IO', { message: `Cannot read "${source}": it is not a file` }),
    )
    const missing = join(folder, 'missing', 'target')
    const file = join(folder, 'file')
    await writeFile(file, 'x')
    await expect(encryptFile(cipher, file, missing, CONTEXT)).rejects.toThrow(failing('IO', { reason: 'ENOENT' }))
  })

  it.skipIf(!has('prlimit'))('leaves nothing behind when the disk is full (needs prlimit)', async () => {
    await write(4 * MIB)
    const limit = (bytes: string) => execFileSync('prlimit', ['--pid', `${process.pid}`, `--fsize=${bytes}:`])
    limit(`${2 * MIB}`)
    try {
      const work = encryptFile(cipher, source, target, CONTEXT)
      await expect(work).rejects.toThrow(failing('IO', { message: `Cannot write "${target}" (EFBIG)` }))
    } finally {
      limit('unlimited')
    }
    expect(await readdir(folder)).toEqual(['source'])
  })

  it('keeps its data and its mode through a rewrap', async () => {
    const plaintext = await write(3 * MIB)
    await encryptFile(cipher, source, target, CONTEXT)
    await chmod(target, 0o640)
    const before = await readFile(target)
    await rewrapFile(cipher, target, CONTEXT)
    const after = await readFile(target)
    expect(after.equals(before)).toBe(false)
    expect(after.subarray(-3 * MIB).equals(before.subarray(-3 * MIB))).toBe(true)
    expect((await stat(target)).mode & 0o777).toBe(0o640)
    await decryptFile(cipher, target, join(folder, 'again'), CONTEXT)
    expect((await readFile(join(folder, 'again'))).equals(plaintext)).toBe(true)
  })

  it('is as it was when its rewrap fails', async () => {
    await write(100_000)
    await encryptFile(cipher, source, target, CONTEXT)
    const before = await readFile(target)
    await expect(rewrapFile(cipher, target, {})).rejects.toThrow(failing('DECRYPTION_FAILED'))
    await expect(rewrapFile(crypto.for('note'), target, {})).rejects.toThrow(failing('UNSUPPORTED'))
    expect((await readFile(target)).equals(before)).toBe(true)
    expect((await readdir(folder)).sort()).toEqual(['source', 'target'])
  })

  it('is decrypted in parts', async () => {
    const plaintext = await write(3 * MIB)
    await encryptFile(cipher, source, target, CONTEXT)
    await using file = await InputFile.open(target)
    using archive = await cipher.openSeekable(file, CONTEXT)
    expect(archive.size).toBe(3 * MIB)
    expect(Buffer.compare(await archive.read(MIB - 10, 200_000), plaintext.subarray(MIB - 10, MIB + 199_990))).toBe(0)
    await expect(crypto.for('note').openSeekable(file, {})).rejects.toThrow(failing('UNSUPPORTED'))
  })
})

describe('a stream', () => {
  it('is a stage of a pipeline of Node streams', async () => {
    const plaintext = await write(3 * MIB)
    const encrypt = (bytes: AsyncIterable<Uint8Array>) => cipher.encryptStream(bytes, CONTEXT)
    await pipeline(createReadStream(source), encrypt, createWriteStream(target))
    const decrypted: Buffer[] = []
    const decrypt = (bytes: AsyncIterable<Uint8Array>) => cipher.decryptStream(bytes, CONTEXT)
    for await (const chunk of Readable.from(decrypt(createReadStream(target)))) decrypted.push(chunk)
    expect(Buffer.concat(decrypted).equals(plaintext)).toBe(true)
  })

  it('closes the Node stream that it reads when it fails', async () => {
    await write(3 * MIB)
    const input = createReadStream(source)
    const closed = new Promise<void>((resolve) => input.once('close', resolve))
    await expect(drain(cipher.decryptStream(input, CONTEXT))).rejects.toThrow(failing('DECRYPTION_FAILED'))
    await closed
    expect(input.destroyed).toBe(true)
  })

  it('takes and becomes a web stream', async () => {
    const plaintext = randomBytes(300_000)
    const encrypted = ReadableStream.from(cipher.encryptStream(new Blob([plaintext]).stream(), CONTEXT))
    const decrypted = ReadableStream.from(cipher.decryptStream(encrypted, CONTEXT))
    const answer = Buffer.from(await new Response(decrypted).arrayBuffer())
    expect(answer.equals(plaintext)).toBe(true)
  })

  it('cancels the web stream that it reads when the consumer leaves', async () => {
    let reason: unknown = 'none'
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => {
        reason = 'cancelled'
      },
    })
    for await (const _ of cipher.encryptStream(endless, CONTEXT)) break
    expect(reason).toBe('cancelled')
  })

  it('refuses text', async () => {
    const text = Readable.from(['text']) as AsyncIterable<Uint8Array>
    await expect(drain(cipher.encryptStream(text, CONTEXT))).rejects.toThrow(failing('INVALID_INPUT'))
  })
})

async function write(length: number): Promise<Buffer> {
  const bytes = randomBytes(length)
  await writeFile(source, bytes)
  return bytes
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of stream);
}

function has(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
