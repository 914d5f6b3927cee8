import { execFileSync, spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0

export interface Signed {
  readonly certificate: string
  readonly key: string
  /** SHA-256 in lower-case hex. */
  readonly fingerprint: string
}

/** An authority that signs certificates with openssl, in a folder that goes with it. */
export class Authority implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'parasol-authority-'))
  readonly certificate: string

  constructor() {
    this.#openssl([
      'req',
      '-x509',
      '-subj',
      '/CN=Authority',
      '-days',
      '2',
      ...newKey,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    ])
    this.certificate = this.#read('ca.pem')
  }

  /** @param names subject alternative names, such as `DNS:localhost` */
  sign(names: string, { days = 1 }: { days?: number } = {}): Signed {
    this.#openssl(['req', '-new', '-subj', '/CN=crm.internal', ...newKey, '-keyout', 'one.key', '-out', 'one.csr'])
    writeFileSync(join(this.#folder, 'names'), `subjectAltName=${names}`)
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial']
    this.#openssl([
      'x509',
      '-req',
      '-in',
      'one.csr',
      ...authority,
      '-days',
      `${days}`,
      '-extfile',
      'names',
      '-out',
      'one.pem',
    ])
    const certificate = this.#read('one.pem')
    const fingerprint = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase()
    return { certificate, key: this.#read('one.key'), fingerprint }
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #openssl(args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: 'pipe' })
  }

  #read(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8')
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
