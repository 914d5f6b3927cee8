import { EnvelopeProvider } from '@parasol/backend-envelope'
import { CryptoContainer, injectKms, kmsModule, providerModule } from '@parasol/core/container'
import { createApiKey, hashApiKey } from '@parasol/service'
import { FakeKms } from '@parasol/testing'
import { expect, it } from 'vitest'
import { statsLines } from '../src/stats-lines.js'
import { start } from './fixture.js'

it('writes counts as lines, each metric once', () => {
  const stats = {
    kms: { main: { calls: 3, circuitOpen: 0 }, 'other.one': { failovers: 1, members: { 'cn-beijing': { calls: 2 } } } },
    schemes: { envelope: { kmsCalls: { generateDataKey: 5 } }, second: { kmsCalls: { generateDataKey: 6 } } },
  }
  expect(statsLines(stats)).toEqual([
    '# TYPE parasol_kms_calls untyped',
    'parasol_kms_calls{kms="main"} 3',
    '# TYPE parasol_kms_circuit_open untyped',
    'parasol_kms_circuit_open{kms="main"} 0',
    '# TYPE parasol_kms_failovers untyped',
    'parasol_kms_failovers{kms="other.one"} 1',
    '# TYPE parasol_kms_members_cn_beijing_calls untyped',
    'parasol_kms_members_cn_beijing_calls{kms="other.one"} 2',
    '# TYPE parasol_scheme_kms_calls_generate_data_key untyped',
    'parasol_scheme_kms_calls_generate_data_key{scheme="envelope"} 5',
    'parasol_scheme_kms_calls_generate_data_key{scheme="second"} 6',
  ])
})

it('shows what the schemes count, stale keys among it, to the caller that may see metrics', async () => {
  const kms = new FakeKms()
  const reuse = { maxRecords: 1, maxStaleSeconds: 60 }
  await using container = new CryptoContainer({ customer: { scheme: 'envelope' } }, [
    kmsModule('main', () => kms, []),
    providerModule(
      'envelope',
      (injected) => new EnvelopeProvider({ kms: injected, keyId: 'alias/test', dataKeys: { reuse } }),
      [injectKms('main')],
    ),
  ])
  const apiKey = createApiKey()
  const monitor = { name: 'monitor', keyHashes: [hashApiKey(apiKey)], useCases: [], operations: ['metrics'] as const }
  await container.router.for('customer').encrypt('13800138000', {})
  await using service = await start({ crypto: container.router, callers: [monitor], stats: () => container.stats() })
  const response = await fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } })
  const lines = (await response.text()).split('\n')
  expect(lines).toContain('parasol_scheme_kms_calls_generate_data_key{scheme="envelope"} 1')
  expect(lines).toContain('parasol_scheme_misses{scheme="envelope"} 1')
  expect(lines).toContain('parasol_scheme_stale{scheme="envelope"} 0')
  expect(lines.at(-1)).toBe('')
})
