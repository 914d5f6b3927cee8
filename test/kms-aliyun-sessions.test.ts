import type { AliyunCredentials } from '@parasol/kms-aliyun'
import { expect, it } from 'vitest'
import { startLocalServer } from './local-server.js'

it.each(['lean', 'official'] as const)(
  'uses a role by its session, refused when that is over, over the %s transport',
  async (transport) => {
    await using local = await startLocalServer(['alias/one'])
    const role = { type: 'role', name: 'app', policies: ['AliyunKMSCryptoUserAccess'], trusted: ['*'] } as const
    await local.service.access.putPrincipal(role)
    const startSession = (seconds: number): AliyunCredentials => {
      const { accessKeyId, secret, securityToken } = local.service.access.startSession(role, 'test', seconds)
      return { accessKeyId, accessKeySecret: secret, securityToken }
    }
    let credentials = startSession(900)
    const kms = local.client({ transport, credentials: () => credentials })
    using dataKey = await kms.generateDataKey('alias/one', { row: '7' })
    expect(await kms.decrypt(dataKey.wrapped, { row: '7' })).toEqual(dataKey.plaintext)
    credentials = startSession(-1)
    await expect(kms.generateDataKey('alias/one', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await local.service.access.putPrincipal({ ...role, policies: ['AliyunKMSReadOnlyAccess'] })
    credentials = startSession(900)
    await expect(kms.generateDataKey('alias/one', {})).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  },
)
