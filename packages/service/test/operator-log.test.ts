import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CryptoError } from '@parasol/core'
import { hashApiKey, OperatorLog, openService } from '@parasol/service'
import { afterAll, expect, it } from 'vitest'
import { describeError } from '../src/operator-log.js'
import { configurationOf } from './configuration.js'
import { key, post } from './fixture.js'

const root = mkdtempSync(join(tmpdir(), 'parasol-operator-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

class Output {
  text = ''
  write(text: string): void {
    this.text += text
  }
  get lines(): Record<string, unknown>[] {
    return this.text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  }
}

async function open(log: OperatorLog, section: string) {
  const directory = mkdtempSync(join(root, 'run-'))
  const write = (section: string): void =>
    writeFileSync(
      join(directory, 'parasol.yaml'),
      configurationOf(`  port: 0
  callers:
    crm: { keyHashes: [${hashApiKey(key)}], useCases: [customer], operations: [encrypt, decrypt] }
  backupLog: none
  auditLog: none
${section}`),
    )
  write(section)
  return { service: await openService(undefined, { directory, log }), write }
}

it('says one JSON object a line, and nothing below its level', () => {
  const output = new Output()
  const log = new OperatorLog(output)
  log.info('listening', { url: 'u', nested: { a: [`"\n`] } })
  log.level = 'error'
  log.info('not said')
  log.error('failed', { error: describeError(new CryptoError('IO', 'm', { cause: new TypeError('a secret') })) })
  const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  expect(output.lines).toEqual([
    { time, level: 'info', message: 'listening', url: 'u', nested: { a: [`"\n`] } },
    {
      time,
      level: 'error',
      message: 'failed',
      error: { code: 'IO', message: 'm', cause: { name: 'TypeError', frames: expect.any(Array) } },
    },
  ])
  expect(output.text).not.toContain('a secret')
})

it('has a line for every request if it is told to, of names and counts only', async () => {
  const output = new Output()
  const { service } = await open(new OperatorLog(output), '  log: { requests: true }\n')
  const headers = { 'x-request-id': 'order-7', cookie: 'a secret of a header' }
  const sent = { headers, context: { id: 'secret context' } }
  const { headers: answered } = await post(service, '/v1/customer/encrypt', { name: 'secret value' }, sent)
  await post(service, '/v1/customer/decrypt', { a: 'secret value' }, { headers: { 'x-request-id': 'no name: "' } })
  await service.close()
  expect(answered.get('parasol-request-id')).toBe('order-7')
  expect(output.lines).toMatchObject([
    {
      level: 'info',
      message: 'request',
      requestId: 'order-7',
      caller: 'crm',
      operation: 'encrypt',
      useCase: 'customer',
      count: 1,
      status: 200,
      outcome: 'OK',
    },
    { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), status: 400, outcome: 'INVALID_INPUT' },
  ])
  expect(output.text).not.toMatch(/secret|no name|Bearer|enc1\./)
  expect(output.text).not.toContain(key)
})

it('says nothing of requests that do not concern the operator, and reads its level again', async () => {
  const output = new Output()
  const log = new OperatorLog(output)
  const { service, write } = await open(log, '')
  await post(service, '/v1/customer/encrypt', { a: 'b' })
  await post(service, '/v1/customer/encrypt', [])
  write('  log: { level: silent }\n')
  await service.reload()
  log.error('not said')
  await service.close()
  expect(output.text).toBe('')
})
