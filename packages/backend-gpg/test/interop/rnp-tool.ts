import { ImportedKeys } from './imported-keys.js'
import { PASSPHRASE, run, type Tool, ToolFolder, type WriteOptions } from './tool.js'

/** rnp, with a home of its own. */
export class RnpTool implements Tool {
  readonly #folder = new ToolFolder()
  readonly #keys = new ImportedKeys((key) => run('rnpkeys', [...this.#base, '--import-keys', this.#folder.file(key)]))
  readonly #base = ['--homedir', this.#folder.path, '--notty']

  async makeKey(): Promise<Buffer> {
    await run('rnpkeys', [...this.#base, '--password=', '--generate-key', '--userid', 'Peer <peer@example.com>'])
    const output = this.#folder.fresh()
    await run('rnpkeys', [...this.#base, '--export-key', '--secret', '--output', output, 'peer@example.com'])
    return this.#folder.read(output)
  }

  async extractCertificate(key: Buffer): Promise<Buffer> {
    const output = this.#folder.fresh()
    await run('rnpkeys', [...this.#base, '--export-key', '--output', output, await this.#keys.add(key)])
    return this.#folder.read(output)
  }

  async encrypt(
    data: Buffer,
    to: readonly Buffer[],
    signWith: Buffer,
    { armor, flags = [] }: WriteOptions,
  ): Promise<Buffer> {
    const names = [...(await this.#keys.recipients(to)), '--userid', await this.#keys.add(signWith)]
    return this.#rnp(['--encrypt', '--sign', ...flags, ...names, ...(armor ? ['--armor'] : [])], data)
  }

  async decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer> {
    await this.#keys.add(key)
    await this.#keys.add(verifyWith)
    return this.#rnp(['--decrypt'], message)
  }

  encryptToPassword(data: Buffer, password: string): Promise<Buffer> {
    return this.#rnp(['--symmetric'], data, password)
  }

  decryptByPassword(message: Buffer, password: string): Promise<Buffer> {
    return this.#rnp(['--decrypt'], message, password)
  }

  async sign(data: Buffer, key: Buffer, { armor }: WriteOptions): Promise<Buffer> {
    return this.#rnp(['--sign', '--detach', '--userid', await this.#keys.add(key), ...(armor ? ['--armor'] : [])], data)
  }

  async verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void> {
    await this.#keys.add(certificate)
    const source = this.#folder.file(data)
    await run('rnp', [...this.#base, '--verify', '--source', source, this.#folder.file(signature)])
  }

  async signInline(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#rnp(['--sign', '--userid', await this.#keys.add(key)], data)
  }

  async signCleartext(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#rnp(['--clearsign', '--userid', await this.#keys.add(key)], data)
  }

  async verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    await this.#keys.add(certificate)
    // Fails without a valid signature; the data is what it decrypts to.
    await run('rnp', [...this.#base, '--verify', this.#folder.file(message)])
    return this.#rnp(['--decrypt'], message)
  }

  async #rnp(args: readonly string[], data: Buffer, password = PASSPHRASE): Promise<Buffer> {
    const output = this.#folder.fresh()
    await run('rnp', [...this.#base, ...args, '--password', password, '--output', output, this.#folder.file(data)])
    return this.#folder.read(output)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}
