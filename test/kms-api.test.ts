import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apis } from '../packages/kms-local/src/aliyun-api.js'
import { cases } from './kms-api/cases.js'
import { type ApiClient, clients, endClients } from './kms-api/clients.js'
import { Compatibility } from './kms-api/compatibility.js'
import { documentedFaults, faultsLeftOut } from './kms-api/differences.js'
import { sdkClients } from './kms-api/sdk-clients.js'
import { readResults, writeResults } from './kms-api/sdk-results.js'
import { World } from './kms-api/world.js'

const PAGE = new URL('../docs/local-kms-compatibility.md', import.meta.url)
const compatibility = new Compatibility()
const actions = new Set([...apis.values()].flatMap((api) => [...api.keys()]))
/** Those of other languages instead, when `npm run compatibility:sdks` asks for them. */
const sdks = sdkClients(process.env['PARASOL_KMS_SDKS'])
const tried: readonly ApiClient[] = sdks.length > 0 ? sdks : clients
let passed = 0
afterAll(() => {
  endClients()
  for (const each of sdks) each.end()
  if (sdks.length > 0 && passed === cases.length * sdks.length) writeResults(sdks, cases.length, actions.size)
})

describe.each(tried)('$name', (client) => {
  let world: World
  beforeAll(async () => {
    world = await World.start(client)
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const needs = client.isThere ? '' : ' (needs python)'
  it.skipIf(!client.isThere).each(cases)(`gets what the cloud would answer to $action $what${needs}`, async (one) => {
    const fields = await one.given(world)
    const { server, as } = one
    const reply = await world.call(one.action, fields, { ...(server ? { server } : {}), ...(as ? { as } : {}) })
    const [status = 200, Code] = one.refused ?? []
    const expected = one.refused ? { Code, Message: expect.any(String) } : (one.answer ?? {})
    expect(reply).toMatchObject({ status, body: { ...expected, RequestId: expect.stringMatching(/^[0-9A-F-]{36}$/) } })
    passed += 1
    compatibility.note(one, client.name, fields, reply)
  })
})

it('has a case for every operation that is offered', () => {
  const done = new Set(cases.filter(({ refused }) => !refused).map(({ action }) => action))
  expect([...actions].filter((action) => !done.has(action))).toEqual([])
})

it('has a case for every fault that the cloud documents, with its status, or says why there is none', () => {
  const tried = new Set(cases.flatMap(({ refused }) => (refused ? [refused.join(' ')] : [])))
  const untried = documentedFaults.filter((fault) => !tried.has(fault.join(' '))).map(([, code]) => code)
  expect(untried.sort()).toEqual(
    Object.keys(faultsLeftOut)
      .filter((code) => untried.includes(code))
      .sort(),
  )
})

it('offers every method of the npm client that concerns no secrets', () => {
  const { default: Client } = createRequire(import.meta.url)('@alicloud/kms20160120')
  const methods = Object.getOwnPropertyNames(Client.prototype).filter((name) => name.endsWith('Ex'))
  const wanted = methods.map((name) => name.charAt(0).toUpperCase() + name.slice(1, -2))
  const missing = wanted.filter((action) => !actions.has(action))
  expect(missing.filter((action) => !/Secret|RandomPassword/.test(action))).toEqual([])
})

it.skipIf(sdks.length > 0 || clients.some(({ isThere }) => !isThere))(
  'is described by a page that is not stale: npm run compatibility (needs python)',
  () => {
    const page = compatibility.page(actions, readResults())
    if (process.env['WRITE_COMPATIBILITY']) writeFileSync(PAGE, page)
    expect(readFileSync(PAGE, 'utf8')).toBe(page)
  },
)
