import { spawnSync } from 'node:child_process'
import { ImportedKeys } from './imported-keys.js'
import { PASSPHRASE, run, type Tool, ToolFolder } from './tool.js'

/** gpg, with a home of its own. */
export class GpgTool implements Tool {
  readonly #folder = new ToolFolder()
  readonly #keys = new ImportedKeys((key) => this.#gpg(['--import'], key))
  readonly #base = [
    ...['--homedir', this.#folder.path, '--batch', '--no-tty', '--quiet', '--yes'],
    ...['--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE, '--trust-model', 'always'],
  ]

  async makeKey(): Promise<Buffer> {
    const name = 'Peer <peer@example.com>'
    await this.#gpg(['--passphrase', '', '--quick-generate-key', name, 'default', 'default', '1y'])
    return this.#gpg(['--export-secret-keys', name])
  }

  async extractCertificate(key: Buffer): Promise<Buffer> {
    return this.#gpg(['--export', await this.#keys.add(key)])
  }

  async encrypt(data: Buffer, to: readonly Buffer[], signWith: Buffer, { armor }: { armor: boolean }): Promise<Buffer> {
    const names = [...(await this.#keys.recipients(to)), '--local-user', await this.#keys.add(signWith)]
    return this.#gpg([...(armor ? ['--armor'] : []), ...names, '--sign', '--encrypt'], data)
  }

  async decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer> {
    await this.#keys.add(key)
    return this.#verified(['--decrypt'], message, verifyWith)
  }

  encryptToPassword(data: Buffer, password: string): Promise<Buffer> {
    return this.#gpg(['--passphrase', password, '--symmetric'], data)
  }

  decryptByPassword(message: Buffer, password: string): Promise<Buffer> {
    return this.#gpg(['--passphrase', password, '--decrypt'], message)
  }

  async sign(data: Buffer, key: Buffer, { armor }: { armor: boolean }): Promise<Buffer> {
    return this.#gpg([...(armor ? ['--armor'] : []), '--local-user', await this.#keys.add(key), '--detach-sign'], data)
  }

  async verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void> {
    await this.#verified(['--verify', this.#folder.file(signature), this.#folder.file(data)], undefined, certificate)
  }

  async signInline(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#gpg(['--local-user', await this.#keys.add(key), '--sign'], data)
  }

  async signCleartext(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#gpg(['--local-user', await this.#keys.add(key), '--clear-sign'], data)
  }

  verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    return this.#verified(['--decrypt'], message, certificate)
  }

  async #verified(args: readonly string[], input: Buffer | undefined, certificate: Buffer): Promise<Buffer> {
    const fingerprint = await this.#keys.add(certificate)
    const status = this.#folder.fresh()
    const output = await this.#gpg(['--status-file', status, ...args], input)
    if (new RegExp(`VALIDSIG .* ${fingerprint}$`, 'm').test(this.#folder.read(status).toString())) return output
    throw new Error(`No valid signature by ${fingerprint}`)
  }

  #gpg(args: readonly string[], input?: Buffer): Promise<Buffer> {
    return run('gpg', [...this.#base, ...args], input)
  }

  [Symbol.dispose](): void {
    spawnSync('gpgconf', ['--homedir', this.#folder.path, '--kill', 'all'])
    this.#folder[Symbol.dispose]()
  }
}
