import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { type Caller, hashApiKey, openService, type ServiceTls } from '@parasol/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Authority, hasOpenssl, type Signed } from './authority.js'
import { configurationOf } from './configuration.js'
import { crm, key, sendRaw, start } from './fixture.js'

interface Sent {
  readonly authorization?: string
  readonly certificate?: Signed
}

describe.skipIf(!hasOpenssl)('the service over TLS (needs openssl)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-tls-'))
  let authority: Authority
  let stranger: Authority
  let own: Signed
  let orders: Signed
  let tls: ServiceTls
  beforeAll(() => {
    authority = new Authority()
    stranger = new Authority()
    own = authority.sign('DNS:localhost,IP:127.0.0.1')
    orders = authority.sign('DNS:orders.internal')
    tls = { ...own, clientAuthorities: authority.certificate }
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
    for (const each of [authority, stranger]) each[Symbol.dispose]()
  })
  const named: Caller = { ...crm, name: 'orders', keyHashes: [], certificates: ['orders.internal'] }

  /** Gives the status, and the SHA-256 of the certificate that the service showed. */
  function send(
    { url }: { url: string },
    { authorization, certificate }: Sent = {},
  ): Promise<{ status: number; shown: string }> {
    return new Promise((resolve, reject) => {
      const agent = new Agent({
        ca: authority.certificate,
        ...(certificate && { cert: certificate.certificate, key: certificate.key }),
      })
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
      const sent = request(`${url}/v1/customer/encrypt`, { method: 'POST', agent, headers }, (response) => {
        const shown = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? ''
        response.resume().on('end', () => {
          agent.destroy()
          resolve({ status: response.statusCode ?? 0, shown: shown.replaceAll(':', '').toLowerCase() })
        })
      })
      sent.on('error', reject)
      sent.end('{"a":"b"}')
    })
  }

  it('takes API keys over HTTPS, and asks for no certificate without authorities', async () => {
    await using service = await start({ tls: own })
    expect(service.url).toMatch(/^https:/)
    expect(await send(service, { authorization: `Bearer ${key}` })).toEqual({ status: 200, shown: own.fingerprint })
    expect((await send(service, { certificate: orders })).status).toBe(401)
  })

  it('gives no answer to who speaks plain HTTP, and goes on', async () => {
    await using service = await start({ tls: own })
    expect(await sendRaw(service, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n').catch(() => '')).toBe('')
    expect((await send(service, { authorization: `Bearer ${key}` })).status).toBe(200)
  })

  it('knows a caller by a DNS name or by the SHA-256 of its certificate', async () => {
    await using service = await start({ tls, callers: [crm, named] })
    expect((await send(service, { certificate: orders })).status).toBe(200)
    await using pinned = await start({ tls, callers: [{ ...named, certificates: [orders.fingerprint] }] })
    expect((await send(pinned, { certificate: orders })).status).toBe(200)
  })

  it.each([
    ['no certificate and no key', () => undefined],
    ['the right name from another authority', () => stranger.sign('DNS:orders.internal')],
    ['a certificate that names somebody else', () => authority.sign('DNS:orders.example')],
    ['a certificate whose subject alone has the name', () => authority.sign('DNS:other.internal')],
    ['a wildcard that covers the name', () => authority.sign('DNS:*.internal')],
    ['a certificate that is no longer valid', () => authority.sign('DNS:orders.internal', { days: -1 })],
  ])('refuses %s', async (_, certificate) => {
    await using service = await start({
      tls,
      callers: [named, { ...named, name: 'subject', certificates: ['crm.internal'] }],
    })
    const shown = certificate()
    expect((await send(service, shown ? { certificate: shown } : {})).status).toBe(401)
  })

  it('does not let a certificate stand in for a key that is wrong', async () => {
    await using service = await start({ tls, callers: [crm, named] })
    expect((await send(service, { certificate: orders, authorization: `Bearer ${key}A` })).status).toBe(401)
  })

  it('lets nobody connect without a certificate if they are required', async () => {
    await using service = await start({ tls: { ...tls, clientCertificates: 'required' }, callers: [crm, named] })
    await expect(send(service, { authorization: `Bearer ${key}` })).rejects.toThrow()
    await expect(send(service, { certificate: stranger.sign('DNS:orders.internal') })).rejects.toThrow()
    expect((await send(service, { certificate: orders })).status).toBe(200)
  })

  it.each([
    ['a key of another certificate', () => ({ key: orders.key })],
    ['what is no certificate', () => ({ certificate: 'certificate' })],
    ['authorities that are none', () => ({ clientAuthorities: 'authorities' })],
    ['required certificates without authorities', () => ({ clientCertificates: 'required' as const })],
  ])('refuses to start with %s', async (_, wrong) => {
    const error = await start({ tls: { ...own, ...wrong() } }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'INVALID_CONFIG' })
    expect(String(error)).not.toContain('BEGIN')
  })

  it('shows a renewed certificate to new connections when it reads its files again, and keeps the former one if it cannot', async () => {
    const write = (name: string, text: string): void => {
      writeFileSync(join(folder, name), text)
      chmodSync(join(folder, name), 0o600)
    }
    const writePair = ({ certificate, key }: Signed): void => {
      write('service.pem', certificate)
      write('service.key', key)
    }
    writePair(own)
    write('authorities.pem', authority.certificate)
    write('parasol.yaml', configuration)
    await using service = await openService(undefined, { directory: folder, env: {} })
    const key = { authorization: `Bearer ${apiKey}` }
    expect(await send(service, key)).toEqual({ status: 200, shown: own.fingerprint })
    expect((await send(service, { certificate: orders })).status).toBe(200)
    const renewed = authority.sign('DNS:localhost,IP:127.0.0.1')
    writePair(renewed)
    await service.reload()
    expect(await send(service, key)).toEqual({ status: 200, shown: renewed.fingerprint })
    write('service.key', own.key)
    await expect(service.reload()).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
    expect(await send(service, key)).toEqual({ status: 200, shown: renewed.fingerprint })
    write('authorities.pem', stranger.certificate)
    writePair(own)
    await service.reload()
    expect((await send(service, { certificate: orders })).status).toBe(401)
  })
})

const apiKey = key
const configuration = configurationOf(`  port: 0
  tls: { certificate: service.pem, key: { file: service.key }, clientAuthorities: authorities.pem }
  callers:
    crm: { keyHashes: [${hashApiKey(key)}], useCases: [customer], operations: [encrypt] }
    orders: { certificates: [orders.internal], useCases: [customer], operations: [encrypt] }
  backupLog: none
  auditLog: none
`)
