import { describe, expect, it } from 'vitest'
import * as behaviours from './behaviours.js'
import { answer, type Behaviour, startScriptedServer, transports } from './scripted-server.js'

describe.each(transports)('over transport %s', (transport) => {
  const OPERATIONS = 200

  const faults: readonly Behaviour[] = [
    behaviours.resetBeforeHeaders,
    behaviours.resetAfterHeaders,
    behaviours.closeBeforeHeaders,
    behaviours.truncatedJson,
    behaviours.gzip,
    behaviours.redirect,
    behaviours.hang,
    behaviours.html(502),
    behaviours.html(200),
    behaviours.say(200, '{}'),
    behaviours.say(200, '[]'),
    behaviours.refuse(429, 'Rejected.Throttling'),
    behaviours.refuse(503, 'ServiceUnavailableTemporary'),
    behaviours.change((body) => ({ ...body, CiphertextBlob: 'no base64', Plaintext: 'AAB=' })),
  ]

  /** The same number below one for the same arguments: which attempt of which row meets a fault does not depend on time. */
  function chance(row: number, attempt: number, salt: number): number {
    let state = (row * 7919 + attempt * 104_729 + salt * 1_299_709) | 0
    state = Math.imul(state ^ (state >>> 16), 0x45d9f3b)
    state = Math.imul(state ^ (state >>> 16), 0x45d9f3b)
    return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32
  }

  it('completes 200 operations although a third of the replies is bad, and takes none of those for an answer', async () => {
    const server = await startScriptedServer({ transport })
    const attempts = new Map<string, number>()
    let bad = 0
    server.always((exchange) => {
      const { row = '' } = JSON.parse(exchange.seen.form.get('EncryptionContext') ?? '{}')
      const attempt = (attempts.get(row) ?? 0) + 1
      attempts.set(row, attempt)
      if (chance(Number(row), attempt, 1) >= 1 / 3) return answer(exchange)
      bad++
      return faults[Math.floor(chance(Number(row), attempt, 2) * faults.length)]?.(exchange)
    })
    const kms = server.kms({ attemptTimeoutMs: 2_000, totalTimeoutMs: 120_000, maxAttempts: 50 })

    const operate = async (row: number): Promise<void> => {
      const context = { row: String(row) }
      const text = Buffer.from(`row ${row}`)
      if (row % 3 === 0) {
        expect(Buffer.from(await server.fake.decrypt(await kms.encrypt('alias/one', text, context), context))).toEqual(
          text,
        )
      } else if (row % 3 === 1) {
        const blob = await server.fake.encrypt('alias/one', text, context)
        expect(Buffer.from(await kms.decrypt(blob, context))).toEqual(text)
      } else {
        using key = await kms.generateDataKey('alias/one', context)
        expect(Buffer.from(await server.fake.decrypt(key.wrapped, context))).toEqual(Buffer.from(key.plaintext))
      }
    }
    await Promise.all(Array.from({ length: OPERATIONS }, (_, row) => operate(row)))
    expect(server.requests.length).toBeGreaterThanOrEqual(OPERATIONS + bad)
    expect(bad / server.requests.length).toBeGreaterThan(0.25)
    await server[Symbol.asyncDispose]()
  })
})
