import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EnvelopeProvider } from '@parasol/backend-envelope'
import { GpgProvider, generateGpgKey, KeyRing } from '@parasol/backend-gpg'
import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { createCrypto } from '@parasol/core'
import { type RunningService, startService } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crm, post } from './fixture.js'
import { LineExchange } from './lines.js'

const folder = mkdtempSync(join(tmpdir(), 'parasol-schemes-'))
const useCases = { one: { scheme: 'kms-direct' }, two: { scheme: 'envelope' }, three: { scheme: 'gpg' } }
let service: RunningService
beforeAll(async () => {
  const keyRing = new KeyRing(join(folder, 'ring'))
  const { fingerprint, secretKey } = await generateGpgKey({ name: 'Service', unprotected: true })
  await keyRing.import(secretKey)
  const gpg = new GpgProvider({ keyRing, recipients: [fingerprint], signer: fingerprint, context: 'signed' })
  const kms = { kms: new FakeKms(), keyId: 'alias/test' }
  service = await startService({
    crypto: createCrypto([new KmsDirectProvider(kms), new EnvelopeProvider(kms), gpg], useCases),
    callers: [{ ...crm, useCases: Object.keys(useCases) }],
  })
})
afterAll(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

const fields = { name: '张三', phone: '13800138000' }
const context = { row: '7' }

it.each(Object.entries(useCases))('reaches scheme %s by its use case', async (useCase, { scheme }) => {
  const { json } = await post(service, `/v1/${useCase}/encrypt`, fields, { context })
  for (const token of Object.values(json)) expect(token).toContain(`enc1.${scheme}.`)
  expect((await post(service, `/v1/${useCase}/decrypt`, json, { context })).json).toEqual(fields)
  const moved = await post(service, `/v1/${useCase}/decrypt`, json, { context: { row: '8' } })
  expect(moved.json['code']).toBe('DECRYPTION_FAILED')
  const items = [{ fields: json, context }]
  const batch = (await post(service, `/v1/${useCase}/decrypt/batch`, items)).json
  expect(batch).toEqual([{ record: fields }])
  const lines = await new LineExchange(service, `/v1/${useCase}/decrypt/batch`)
    .send(...items)
    .end()
    .read()
  expect(lines.replies[0]).toEqual({ record: fields })
})
