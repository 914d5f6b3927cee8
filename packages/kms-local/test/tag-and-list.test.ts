import { expect, it } from 'vitest'
import { createKey, start } from './running.js'

it('tags several keys at once, and lists and removes their tags', async () => {
  const running = await start()
  const [one, two] = [await createKey(running, {}), await createKey(running, {})]
  const resources = { ResourceType: 'key', 'ResourceId.1': one.KeyId, 'ResourceId.2': two.KeyId }
  const tags = { 'Tag.1.Key': 'team', 'Tag.1.Value': '付款', 'Tag.2.Key': 'stage' }
  expect(await running.call({ Action: 'TagResources', ...resources, ...tags })).toEqual({
    RequestId: expect.any(String),
  })
  const listed = await running.call({ Action: 'ListTagResources', ...resources, 'Tag.1.Key': 'team' })
  expect(listed['TagResources']).toEqual({
    TagResource: [one, two].map(({ KeyId }) => ({
      ResourceId: KeyId,
      ResourceType: 'key',
      TagKey: 'team',
      TagValue: '付款',
    })),
  })
  await running.call({ Action: 'UntagResources', ...resources, 'TagKey.1': 'team' })
  const left = await running.call({ Action: 'ListResourceTags', KeyId: one.KeyId })
  expect(left['Tags']).toEqual({ Tag: [{ KeyId: one.KeyId, TagKey: 'stage', TagValue: '' }] })
  await running.call({ Action: 'UntagResources', ResourceType: 'key', 'ResourceId.1': one.KeyId, All: 'true' })
  expect((await running.call({ Action: 'ListResourceTags', KeyId: one.KeyId }))['Tags']).toEqual({ Tag: [] })
})

it('lists the keys that filters name', async () => {
  const running = await start()
  const { KeyId } = await createKey(running, { KeySpec: 'EC_P256' })
  const filtered = (filters: unknown) => running.call({ Action: 'ListKeys', Filters: JSON.stringify(filters) })
  expect(await filtered([{ Key: 'KeySpec', Values: ['EC_P256', 'RSA_2048'] }])).toMatchObject({
    TotalCount: 1,
    Keys: { Key: [{ KeyId }] },
  })
  expect(await filtered([{ Key: 'KeyState', Values: ['Disabled'] }])).toMatchObject({ TotalCount: 0 })
  for (const none of [[{ Key: 'constructor', Values: [] }], [{ Key: 'KeyState' }], {}, [null]]) {
    expect(await filtered(none)).toMatchObject({ Code: 'InvalidParameter' })
  }
})

it('says what it is', async () => {
  const running = await start()
  expect(await running.call({ Action: 'DescribeAccountKmsStatus' })).toMatchObject({ AccountStatus: 'Enabled' })
  const { KeySpecs } = (await running.call({ Action: 'DescribeService' })) as { KeySpecs: { KeySpec: object[] } }
  expect(KeySpecs.KeySpec).toContainEqual({
    Name: 'RSA_2048',
    SupportedProtectionLevels: { SupportedProtectionLevel: ['SOFTWARE'] },
    Usages: { Usage: ['ENCRYPT/DECRYPT', 'SIGN/VERIFY'] },
  })
})
