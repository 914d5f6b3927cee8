import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { readCertificates } from '@parasol/backend-gpg/stateless'

/** How a tool writes. */
export interface WriteOptions {
  readonly armor: boolean
  /** As the tool itself calls them. */
  readonly flags?: readonly string[]
}

/**
 * Another OpenPGP program, with keys and data as bytes. Reading demands a valid signature by the certificate that is
 * given, and fails without one.
 */
export interface Tool extends Disposable {
  /** A new secret key, made as the tool likes, without a passphrase. */
  makeKey(): Promise<Buffer>
  extractCertificate(key: Buffer): Promise<Buffer>
  encrypt(data: Buffer, to: readonly Buffer[], signWith: Buffer, options: WriteOptions): Promise<Buffer>
  decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer>
  encryptToPassword(data: Buffer, password: string): Promise<Buffer>
  decryptByPassword(message: Buffer, password: string): Promise<Buffer>
  sign(data: Buffer, key: Buffer, options: WriteOptions): Promise<Buffer>
  verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void>
  signInline(data: Buffer, key: Buffer): Promise<Buffer>
  signCleartext(data: Buffer, key: Buffer): Promise<Buffer>
  /** Of both kinds. */
  verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer>
}

/** Whether a program is there; tests that need it say so in their names and are skipped without it. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined
}

/** Of the first key, in capital letters. */
export async function fingerprintOf(keys: Buffer): Promise<string> {
  const [first] = await readCertificates(keys)
  return first?.getFingerprint().toUpperCase() ?? ''
}

/** The passphrase of all our secret keys that a tool is given. */
export const PASSPHRASE = 'correct horse 电池'

/** A folder of files for a tool that wants files. */
export class ToolFolder implements Disposable {
  // Short: the sockets of gpg-agent are in there, and their names are limited.
  readonly path: string = mkdtempSync('/tmp/pi-')
  #files = 0

  file(content: Buffer | string): string {
    const path = join(this.path, `${++this.#files}`)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  /** A name for a file that does not exist yet. */
  fresh(): string {
    return join(this.path, `out${++this.#files}`)
  }

  read(path: string): Buffer {
    return readFileSync(path)
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** What a program writes. @throws Error with what it says, unless it ends with 0 */
export async function run(
  program: string,
  args: readonly string[],
  input: Buffer | string = '',
  environment: NodeJS.ProcessEnv = {},
): Promise<Buffer> {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] })
  const code = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, ended] = await Promise.all([buffer(child.stdout), buffer(child.stderr), code])
  if (ended === 0) return stdout
  throw new Error(`${program} ${args.slice(0, 1)} ended with ${ended}: ${stderr}`)
}
