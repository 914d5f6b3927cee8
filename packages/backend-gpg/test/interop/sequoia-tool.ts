import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { PASSPHRASE, run, type Tool, ToolFolder } from './tool.js'

const SCRIPT = fileURLToPath(new URL('sequoia2.py', import.meta.url))
/** Where `.ci/run` puts what it takes from PyPI. */
const ENVIRONMENT = { PYTHONPATH: fileURLToPath(new URL('../../../../.cache/python', import.meta.url)) }

/** Whether Sequoia 2 is there, which Debian 12 does not have. */
export function hasSequoia2(): boolean {
  const env = { ...process.env, ...ENVIRONMENT }
  return spawnSync('python3', ['-c', 'import pysequoia'], { env }).status === 0
}

/** Sequoia 2, which reads and writes RFC 9580, through its Python module. Its keys are of version 6. */
export class SequoiaTool implements Tool {
  readonly #folder = new ToolFolder()

  makeKey(): Promise<Buffer> {
    return this.#run('make-key', [])
  }

  extractCertificate(key: Buffer): Promise<Buffer> {
    return this.#run('extract', [], key)
  }

  encrypt(data: Buffer, to: readonly Buffer[], signWith: Buffer, options: { armor: boolean }): Promise<Buffer> {
    const recipients = to.map((each) => this.#file('to', each))
    return this.#run('encrypt', [...recipients, this.#file('sign', signWith), ...armor(options)], data)
  }

  decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer> {
    const word = this.#file('word', Buffer.from(PASSPHRASE))
    return this.#run('decrypt', [this.#file('key', key), this.#file('verify', verifyWith), word], message)
  }

  encryptToPassword(data: Buffer, password: string): Promise<Buffer> {
    return this.#run('encrypt-to-password', [this.#file('password', Buffer.from(password))], data)
  }

  decryptByPassword(message: Buffer, password: string): Promise<Buffer> {
    return this.#run('decrypt', [this.#file('password', Buffer.from(password))], message)
  }

  sign(data: Buffer, key: Buffer, options: { armor: boolean }): Promise<Buffer> {
    return this.#sign('detached', data, key, options)
  }

  async verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void> {
    await this.#run('verify', [this.#file('signature', signature), this.#file('verify', certificate)], data)
  }

  signInline(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#sign('inline', data, key, { armor: true })
  }

  signCleartext(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#sign('clear', data, key, { armor: true })
  }

  verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    return this.#run('verify', [this.#file('verify', certificate)], message)
  }

  #sign(mode: string, data: Buffer, key: Buffer, options: { armor: boolean }): Promise<Buffer> {
    return this.#run('sign', [`mode=${mode}`, this.#file('sign', key), ...armor(options)], data)
  }

  #file(name: string, content: Buffer): string {
    return `${name}=${this.#folder.file(content)}`
  }

  #run(operation: string, args: readonly string[], input?: Buffer): Promise<Buffer> {
    return run('python3', [SCRIPT, operation, ...args], input, ENVIRONMENT)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

function armor(options: { armor: boolean }): string[] {
  return options.armor ? ['armor='] : []
}
