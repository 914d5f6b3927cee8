import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AliyunKms } from '@parasol/kms-aliyun'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { credentials, transports } from './scripted-server.js'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const built = existsSync(new URL('../dist/index.js', import.meta.url))
const needs = hasOpenssl && built ? '' : ' (needs openssl and npm run build)'

let folder: string
let endpoint: string
let close: () => unknown
beforeAll(async () => {
  if (!hasOpenssl) return
  folder = mkdtempSync(join(tmpdir(), 'parasol-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  makeCertificate(key, cert)
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    request.resume().once('end', () => response.end(JSON.stringify({ CiphertextBlob: 'QUJD' })))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint = `localhost:${(server.address() as AddressInfo).port}`
  close = () => {
    server.closeAllConnections()
    server.close()
  }
})
afterAll(() => {
  close?.()
  if (folder) rmSync(folder, { recursive: true })
})

function makeCertificate(key: string, certificate: string): void {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  const subject = ['-subj', '/CN=kms.test', '-addext', 'subjectAltName=DNS:localhost']
  const files = ['-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'ignore' })
}

it.skipIf(needs).each(transports)(
  `over transport %s refuses a certificate that nobody vouches for${needs}`,
  async (transport) => {
    const kms = new AliyunKms({
      region: 'cn-test',
      endpoint,
      credentials,
      transport,
      maxAttempts: 1,
      attemptTimeoutMs: 60_000,
      totalTimeoutMs: 60_000,
    })
    await expect(kms.encrypt('alias/one', Buffer.from('a'), {})).rejects.toMatchObject({
      code: 'KMS_UNAVAILABLE',
      reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
  },
)

const script = fileURLToPath(new URL('one-call.mjs', import.meta.url))

it.skipIf(needs).each(transports)(
  `over transport %s takes a certificate whose CA is trusted, for its own name only${needs}`,
  async (transport) => {
    const call = async (at: string): Promise<string> => {
      const env = { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem') }
      return (await promisify(execFile)(process.execPath, [script, at, transport], { env })).stdout
    }
    expect(await call(endpoint)).toBe('ABC')
    expect(await call(endpoint.replace('localhost', '127.0.0.1'))).toBe('KMS_UNAVAILABLE ERR_TLS_CERT_ALTNAME_INVALID')
  },
)

const patient = { region: 'cn-test', credentials, maxAttempts: 1, attemptTimeoutMs: 60_000, totalTimeoutMs: 60_000 }

it.skipIf(needs)(`takes a certificate of the CA that it was given, for its own name only${needs}`, async () => {
  const caFile = join(folder, 'cert.pem')
  const kms = new AliyunKms({ ...patient, endpoint, caFile })
  expect(Buffer.from(await kms.encrypt('alias/one', Buffer.from('a'), {})).toString()).toBe('ABC')
  const elsewhere = new AliyunKms({ ...patient, endpoint: endpoint.replace('localhost', '127.0.0.1'), caFile })
  await expect(elsewhere.encrypt('alias/one', Buffer.from('a'), {})).rejects.toMatchObject({
    reason: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
})

it.skipIf(needs)(`takes no certificate of another CA than the one that it was given${needs}`, async () => {
  const caFile = join(folder, 'other.pem')
  makeCertificate(join(folder, 'other-key.pem'), caFile)
  const kms = new AliyunKms({ ...patient, endpoint, caFile })
  await expect(kms.encrypt('alias/one', Buffer.from('a'), {})).rejects.toMatchObject({
    code: 'KMS_UNAVAILABLE',
    reason: 'DEPTH_ZERO_SELF_SIGNED_CERT',
  })
})

it('refuses a CA file that is not there or holds no certificate, and for a client that would not look at it', async () => {
  for (const caFile of ['/nowhere/ca.pem', fileURLToPath(import.meta.url)]) {
    const kms = new AliyunKms({ ...patient, endpoint: 'localhost:1', caFile })
    await expect(kms.encrypt('alias/one', Buffer.from('a'), {})).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringContaining(caFile),
    })
  }
  expect(() => new AliyunKms({ ...patient, caFile: 'ca.pem', transport: 'official' })).toThrow(
    expect.objectContaining({ code: 'INVALID_CONFIG' }),
  )
})
