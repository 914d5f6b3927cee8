import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuditLog, type Caller, createApiKey, hashApiKey } from '@parasol/service'
import { expect, it } from 'vitest'
import { crm, key, post, start } from './fixture.js'

const monitorKey = createApiKey()
const monitor: Caller = { name: 'monitor', keyHashes: [hashApiKey(monitorKey)], useCases: [], operations: ['metrics'] }

it('counts requests by what became of them, for the caller that may see it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-metrics-'))
  {
    await using audit = await AuditLog.open({ folder })
    await using service = await start({ audit, callers: [crm, monitor] })
    const read = (apiKey: string) => fetch(`${service.url}/metrics`, { headers: { authorization: `Bearer ${apiKey}` } })
    await post(service, '/v1/customer/encrypt', { a: 'b' })
    await post(service, '/v1/customer/encrypt', { a: 'b' })
    await post(service, '/v1/customer/encrypt', {})
    await post(service, '/v1/made-up/encrypt', { a: 'b' })
    expect((await read(key)).status).toBe(403)
    const lines = (await (await read(monitorKey)).text()).split('\n')
    expect(lines).toContain('parasol_requests_total{operation="encrypt",use_case="customer",outcome="OK"} 2')
    expect(lines).toContain('parasol_requests_total{operation="encrypt",use_case="customer",outcome="INVALID_INPUT"} 1')
    expect(lines).toContain('parasol_requests_total{operation="encrypt",use_case="",outcome="FORBIDDEN"} 1')
    expect(lines).toContain('parasol_request_seconds_bucket{le="+Inf"} 5')
    expect(lines).toContain('parasol_request_seconds_count 5')
    expect(lines).toContain('parasol_requests_under_way 1')
    expect(lines).toContain('parasol_log_writable{log="audit"} 1')
  }
  rmSync(folder, { recursive: true })
})
