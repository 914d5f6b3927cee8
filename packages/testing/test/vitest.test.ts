import { FakeKms } from '@parasol/testing'
import { testKms } from '@parasol/testing/vitest'
import { expect, it } from 'vitest'

const events: string[] = []

testKms('A KMS that is made and disposed of', async () => {
  events.push('made')
  const kms = new FakeKms()
  const dispose = (): void => {
    events.push(kms.calls.decrypt > 0 ? 'disposed of after use' : 'disposed of before use')
  }
  return { kms, stranger: new FakeKms(), keyId: 'alias/test', otherKeyId: 'alias/other', dispose }
})

it('makes the harness once for all cases and disposes of it after the last', () => {
  expect(events).toEqual(['made', 'disposed of after use'])
})
