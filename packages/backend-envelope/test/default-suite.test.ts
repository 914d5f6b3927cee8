import { EnvelopeProvider, inspectEnvelope } from '@parasol/backend-envelope'
import { FakeKms, once } from '@parasol/testing'
import { expect, it } from 'vitest'

const CONTEXT = { row: '7' }
const SHORT = 'chacha20-poly1305-blake2b'
const LONG = 'aes-256-gcm'

it.each([
  [0, SHORT],
  [1024, SHORT],
  [1025, LONG],
  [100_000, LONG],
])('chooses for %i bytes the suite %s, where none is named', async (length, suite) => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'k', dataKeys: { reuse: {} } })
  const sealed = await provider.encrypt(new Uint8Array(length), CONTEXT)
  expect(inspectEnvelope(sealed).suite).toBe(suite)
  expect(await provider.decrypt(sealed, CONTEXT)).toHaveLength(length)
})

it('chooses by the longest field of a record, and AES for a stream', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'k' })
  const suiteOf = async (...lengths: number[]) => {
    const fields = lengths.map((length, index) => [String(index), new Uint8Array(length)] as const)
    return inspectEnvelope((await provider.encryptRecord(new Map(fields), CONTEXT)).key).suite
  }
  expect(await suiteOf(1000, 1000, 1000)).toBe(SHORT)
  expect(await suiteOf(10, 2000)).toBe(LONG)
  const parts: Uint8Array[] = []
  for await (const part of provider.encryptStream(once(new Uint8Array(3)), CONTEXT)) parts.push(part)
  expect(inspectEnvelope(Buffer.concat(parts)).suite).toBe(LONG)
})

it('reads what it may choose, whatever it is told to read', async () => {
  const provider = new EnvelopeProvider({ kms: new FakeKms(), keyId: 'k', readSuites: [] })
  for (const length of [1, 5000]) {
    const sealed = await provider.encrypt(new Uint8Array(length), CONTEXT)
    expect(await provider.decrypt(sealed, CONTEXT)).toHaveLength(length)
  }
})
