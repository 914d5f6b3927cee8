import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { generateGpgKey, KeyRing, lookUpWkd, type NewKey, wkdUrls } from '@parasol/backend-gpg'
import { CryptoError } from '@parasol/core'
import { readKey } from 'openpgp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

// Keys are made and unlocked, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let key: NewKey
let other: NewKey
let binary: Buffer
let server: Server
let answer: RequestListener
const asked: string[] = []
beforeAll(async () => {
  key = await generateGpgKey({ name: 'Wang', email: 'wang@example.com', unprotected: true })
  other = await generateGpgKey({ name: 'Mallory', email: 'mallory@example.com', unprotected: true })
  binary = Buffer.from((await readKey({ armoredKey: key.certificate })).write())
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

/** The same request, to a server that is here. */
const here: typeof fetch = (url, init) => {
  asked.push(String(url))
  const { pathname, search } = new URL(String(url))
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}${search}`, init)
}
const lookUp = (signal?: AbortSignal) => lookUpWkd('wang@example.com', { fetch: here, ...(signal ? { signal } : {}) })

async function reasonOf(work: Promise<unknown>): Promise<readonly unknown[]> {
  const error = await work.then(
    () => undefined,
    (thrown) => thrown,
  )
  return CryptoError.is(error) ? [error.code, error.reason] : [error]
}

it('asks where the draft says, by both methods', () => {
  expect(wkdUrls('Joe.Doe@Example.ORG')).toEqual([
    'https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
    'https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe',
  ])
})

it('gives candidates, and trusts and imports none of them', async () => {
  answer = (_request, response) => response.end(binary)
  const [candidate, ...more] = await lookUp()
  expect(more).toEqual([])
  expect(candidate).toMatchObject({ fingerprint: key.fingerprint, userIds: ['Wang <wang@example.com>'] })
  expect(await KeyRing.inMemory().import(candidate?.certificate ?? '')).toMatchObject({ added: [key.fingerprint] })
})

it('asks the domain itself if the name for keys has none', async () => {
  asked.length = 0
  answer = ({ url = '' }, response) => {
    if (url.includes('/example.com/')) response.writeHead(404).end()
    else response.end(binary)
  }
  expect(await lookUp()).toHaveLength(1)
  expect(asked).toEqual(wkdUrls('wang@example.com'))
})

it('passes over keys of other addresses, and gives no secret parts on', async () => {
  answer = (_request, response) => response.end(other.certificate + key.secretKey)
  const candidates = await lookUp()
  expect(candidates.map(({ fingerprint }) => fingerprint)).toEqual([key.fingerprint])
  expect((await readKey({ binaryKey: candidates[0]?.certificate ?? Buffer.alloc(0) })).isPrivate()).toBe(false)
  answer = (_request, response) => response.end(other.certificate)
  expect(await reasonOf(lookUp())).toEqual(['KEY_NOT_FOUND', 'GPG_KEY_NOT_FOUND'])
})

it('says that there is none', async () => {
  answer = (_request, response) => response.writeHead(404).end('not here')
  expect(await reasonOf(lookUp())).toEqual(['KEY_NOT_FOUND', 'GPG_KEY_NOT_FOUND'])
  answer = (_request, response) => response.end('<html>')
  expect(await reasonOf(lookUp())).toEqual(['KEY_NOT_FOUND', 'GPG_KEY_NOT_FOUND'])
})

it('follows no redirect, and reads no more than 1 MiB', async () => {
  answer = (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
  expect(await reasonOf(lookUp())).toEqual(['IO', undefined])
  answer = (_request, response) => response.end(Buffer.alloc(1024 * 1024 + 1))
  expect(await reasonOf(lookUp())).toEqual(['IO', undefined])
})

it('stops when it is told to', async () => {
  answer = () => undefined
  const controller = new AbortController()
  const looking = lookUp(controller.signal)
  controller.abort()
  expect(await reasonOf(looking)).toEqual(['ABORTED', undefined])
})

it.each([
  'wang',
  '@example.com',
  'wang@',
  'wang@localhost',
  'wang@127.0.0.1',
  'wang@[::1]',
  'wang@printer.local',
  'wang@kms.internal',
  'wang@example.com/..',
  'wang@example.com:8080',
  'wang@user@example.com',
  'wang@-x.com',
  'wa ng@example.com',
])('asks nobody for %s', async (address) => {
  asked.length = 0
  expect(await reasonOf(lookUpWkd(address, { fetch: here }))).toEqual(['INVALID_INPUT', 'GPG_ADDRESS_INVALID'])
  expect(asked).toEqual([])
})
