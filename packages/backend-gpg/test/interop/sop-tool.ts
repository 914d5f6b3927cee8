import { PASSPHRASE, run, type Tool, ToolFolder } from './tool.js'

/** A program in Java takes half as long if it does not prepare for a long life. */
const ENVIRONMENT = { JAVA_TOOL_OPTIONS: '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' }

/** Any program that speaks the Stateless OpenPGP command line. */
export class SopTool implements Tool {
  readonly #program: readonly [string, ...string[]]
  readonly #folder = new ToolFolder()

  constructor(...program: readonly [string, ...string[]]) {
    this.#program = program
  }

  makeKey(): Promise<Buffer> {
    return this.#sop(['generate-key', 'Peer <peer@example.com>'])
  }

  extractCertificate(key: Buffer): Promise<Buffer> {
    return this.#sop(['extract-cert'], key)
  }

  encrypt(data: Buffer, to: readonly Buffer[], signWith: Buffer, options: { armor: boolean }): Promise<Buffer> {
    const recipients = to.map((each) => this.#folder.file(each))
    return this.#sop(
      ['encrypt', ...armor(options), `--sign-with=${this.#folder.file(signWith)}`, '--', ...recipients],
      data,
    )
  }

  async decrypt(message: Buffer, key: Buffer, verifyWith: Buffer): Promise<Buffer> {
    const verifications = this.#folder.fresh()
    const plaintext = await this.#sop(
      [
        'decrypt',
        `--verify-with=${this.#folder.file(verifyWith)}`,
        `--verifications-out=${verifications}`,
        `--with-key-password=${this.#folder.file(PASSPHRASE)}`,
        '--',
        this.#folder.file(key),
      ],
      message,
    )
    if (this.#folder.read(verifications).length === 0) throw new Error('No valid signature')
    return plaintext
  }

  encryptToPassword(data: Buffer, password: string): Promise<Buffer> {
    return this.#sop(['encrypt', `--with-password=${this.#folder.file(password)}`], data)
  }

  decryptByPassword(message: Buffer, password: string): Promise<Buffer> {
    return this.#sop(['decrypt', `--with-password=${this.#folder.file(password)}`], message)
  }

  sign(data: Buffer, key: Buffer, options: { armor: boolean }): Promise<Buffer> {
    return this.#sop(['sign', ...armor(options), '--', this.#folder.file(key)], data)
  }

  async verify(data: Buffer, signature: Buffer, certificate: Buffer): Promise<void> {
    await this.#sop(['verify', '--', this.#folder.file(signature), this.#folder.file(certificate)], data)
  }

  signInline(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#sop(['inline-sign', '--', this.#folder.file(key)], data)
  }

  signCleartext(data: Buffer, key: Buffer): Promise<Buffer> {
    return this.#sop(['inline-sign', '--as=clearsigned', '--', this.#folder.file(key)], data)
  }

  verifyInline(message: Buffer, certificate: Buffer): Promise<Buffer> {
    return this.#sop(['inline-verify', '--', this.#folder.file(certificate)], message)
  }

  #sop(args: readonly string[], input?: Buffer): Promise<Buffer> {
    const [program, ...first] = this.#program
    return run(program, [...first, ...args], input, ENVIRONMENT)
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]()
  }
}

function armor(options: { armor: boolean }): string[] {
  return options.armor ? [] : ['--no-armor']
}
