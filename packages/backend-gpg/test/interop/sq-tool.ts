import { run, type Tool, ToolFolder } from './tool.js'

/** sq, which asks for passwords and passphrases at a terminal only. */
export class SqTool implements Tool {
  readonly #folder = new ToolFolder()

  async makeKey(): Promise<Buffer> {
    const output = this.#folder.fresh()
    await run('sq', ['key', 'generate', '--userid', 'Peer <peer@example.com>', '--export', output])
    return this.#folder.read(output)
  }

  extractCertificate(key: Buffer): Promise<Buffer> {
    return run('sq', ['key', 'extract-cert'], key)
  }

  encrypt(data: Buffer, to: readonly Buffer[], signWith: Buffer, options: { armor: boolean }): Promise<Buffer> {
    const recipients = to.flatMap((each) => ['--recipient-cert', this.#folder.file(each)])
    const keys = [...recipients, '--signer-key', this.#folder.file(signWith)]
    return run('sq', ['encrypt', ...binary(options), ...keys], data)
  }

  decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer> {
    const keys = ['--recipient-key', this.#folder.file(key), '--signer-cert', this.#folder.file(verifyWith)]
    return run('sq', ['decrypt', '--signatures', '1', ...keys], message)
  }

  async encryptToPassword(): Promise<Buffer> {
    throw new Error('sq asks for passwords at a terminal only')
  }

  async decryptByPassword(): Promise<Buffer> {
    throw new Error('sq asks for passwords at a terminal only')
  }

  sign(data: Buffer, key: Buffer, options: { armor: boolean }): Promise<Buffer> {
    return run('sq', ['sign', '--detached', ...binary(options), '--signer-key', this.#folder.file(key)], data)
  }

  async verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void> {
    const files = ['--signer-cert', this.#folder.file(certificate), '--detached', this.#folder.file(signature)]
    await run('sq', ['verify', '--signatures', '1', ...files, this.#folder.file(data)])
  }

  signInline(data: Buffer, key: Buffer): Promise<Buffer> {
    return run('sq', ['sign', '--signer-key', this.#folder.file(key)], data)
  }

  signCleartext(data: Buffer, key: Buffer): Promise<Buffer> {
    return run('sq', ['sign', '--cleartext-signature', '--signer-key', this.#folder.file(key)], data)
  }

  verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    return run('sq', ['verify', '--signatures', '1', '--signer-cert', this.#folder.file(certificate)], message)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

function binary(options: { armor: boolean }): string[] {
  return options.armor ? [] : ['--binary']
}
