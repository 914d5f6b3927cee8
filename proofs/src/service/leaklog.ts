import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ServiceClient } from '@parasol/service/client'
import { type Canary, countHits } from '../leaklog/canary.js'
import type { Finding, Proof } from '../proof.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { type Mode, makePlace, ServiceProcess } from './service-process.js'

const ROUNDS = { short: 5, full: 100 } as const
/** Refusals in one round, at the least. */
const MIN_REFUSALS = 15

export const serviceLeaklog: Proof = {
  name: 'service-leaklog',
  claim: 'No plaintext, context, API key or secret is in any output, log, refusal or metric of the service',
  goal: `hits = 0 over at least ${MIN_REFUSALS} refusals in each round, with DEBUG=* and a line for every request`,

  async measure({ scale }) {
    const { figures, refusals } = await run('honest', ROUNDS[scale])
    return { figures, holds: figures.hits === 0 && refusals >= MIN_REFUSALS * ROUNDS[scale] }
  },

  /** The same with somebody who prints the headers of requests. */
  async control(): Promise<Finding> {
    const { figures } = await run('talkative', 1)
    return { figures, holds: figures.hits === 0 }
  },
}

async function run(mode: Mode, rounds: number) {
  using folder = new TemporaryFolder()
  const secrets = { value: word(), context: word(), secret: word() + word(), requestId: 'seen' }
  const service = { more: '  log: { level: debug, requests: true }', secret: { env: 'PROOF_SECRET' } }
  const place = makePlace(folder.path, service)
  const env = { DEBUG: '*', NODE_DEBUG: 'http,net,tls', PROOF_SECRET: secrets.secret }
  const visible: string[] = []
  let refusals = 0
  await using running = await ServiceProcess.start(place, { mode, env })
  for (let round = 0; round < rounds; round++) {
    const seen = await ask(running, secrets, folder.path)
    refusals += seen.filter(isRefusal).length
    visible.push(...seen)
  }
  await running.end()
  const canaries: readonly Canary[] = [
    { name: 'plaintext', bytes: Buffer.from(secrets.value) },
    { name: 'context', bytes: Buffer.from(secrets.context) },
    { name: 'secret', bytes: Buffer.from(secrets.secret) },
    { name: 'API key', bytes: Buffer.from(place.key) },
  ]
  const searched = [running.said(), ...visible, ...readAll(folder.path)].join('\n')
  const found = [...countHits(searched, canaries)].filter(([, hits]) => hits > 0)
  const figures = {
    refusals,
    searchedKb: Math.round(searched.length / 1024),
    sawRequestIds: searched.includes(secrets.requestId) ? 'yes' : 'no',
    hits: found.reduce((all, [, hits]) => all + hits, 0),
    where: found.map(([name]) => name).join(', '),
  }
  return { figures, refusals }
}

/** Everything that the service says to those who ask: refusals of each kind, by plain requests and by its own client. */
async function ask(
  { target: { host, port, key } }: ServiceProcess,
  { value, context, secret, requestId }: Readonly<Record<'value' | 'context' | 'secret' | 'requestId', string>>,
  folder: string,
): Promise<string[]> {
  const url = `http://${host}:${port}`
  const seen: string[] = []
  const post = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
    const sent = {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'parasol-context': JSON.stringify({ row: context }),
      'x-request-id': requestId,
      ...headers,
    }
    const response = await fetch(url + path, { method: 'POST', headers: sent, body })
    const text = await response.text()
    if (response.status >= 400 || text.includes('"error"')) seen.push(text, JSON.stringify([...response.headers]))
  }
  const record = JSON.stringify({ phone: value })
  const lines = { 'content-type': 'application/x-ndjson' }
  await post('/v1/customer/encrypt', record)
  await post('/v1/customer/encrypt', record.slice(0, -3))
  await post('/v1/customer/encrypt', `{"${value}":["${value}"]}`)
  await post('/v1/customer/encrypt', `{"${value}":"a","${value}":"b"}`)
  await post('/v1/customer/encrypt', JSON.stringify({ kms_encrypt_key: value }))
  await post('/v1/customer/encrypt', record, { 'content-type': value })
  await post('/v1/customer/encrypt', record, { 'parasol-context': `{"${context}":` })
  await post('/v1/customer/encrypt', record, { authorization: `Bearer ${key}x` })
  await post('/v1/customer/encrypt', record, { 'x-request-id': `${value} "` })
  await post('/v1/customer/decrypt', record)
  await post('/v1/customer/decrypt', JSON.stringify({ phone: `enc1.envelope.${value}`, kms_encrypt_key: value }))
  await post('/v1/unknown/encrypt', record)
  await post(`/v1/customer/${value}`, record)
  await post('/v1/customer/rewrap', JSON.stringify({ kms_encrypt_key: value }))
  await post('/v1/customer/encrypt/batch', `[{"fields":{"kms_encrypt_key":"${value}"}}]`)
  await post('/v1/customer/encrypt/batch', `{"fields":{"phone":"${value}"}}\n{"${value}\n`, lines)
  const own = new ServiceClient({ url, credentials: { caller: 'signer', secret }, retries: 0 })
  const refused = (error: unknown): void => void seen.push(String(error), JSON.stringify(error))
  const encrypted = await own.encrypt('customer', { phone: value }, { row: context })
  await own.decrypt('customer', encrypted, { row: value }).catch(refused)
  await own.encrypt('unknown', { phone: value }, {}).catch(refused)
  const logs = join(folder, 'backup')
  renameSync(logs, `${logs}.gone`)
  await own.encrypt('customer', { phone: value }, { row: context }).catch(refused)
  renameSync(`${logs}.gone`, logs)
  for (const path of ['/metrics', '/readyz', '/openapi.json']) {
    seen.push(await (await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })).text())
  }
  return seen
}

function isRefusal(text: string): boolean {
  return /"code":"/.test(text)
}

function readAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
}

/** Letters, so that it stands everywhere as it is. */
function word(): string {
  return randomBytes(16).toString('hex')
}
