import { CryptoError } from '@parasol/core'
import { type AliyunCredentials, AliyunKms, environmentCredentials } from '@parasol/kms-aliyun'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type ScriptedServer, startScriptedServer, transports } from './scripted-server.js'

describe.each(transports)('over transport %s', (transport) => {
  let server: ScriptedServer
  beforeAll(async () => {
    server = await startScriptedServer({ transport })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  afterEach(() => vi.unstubAllEnvs())

  const text = Buffer.from('13800138000')
  const encrypt = (kms: AliyunKms): Promise<Uint8Array> => kms.encrypt('alias/one', text, {})
  const sent = (name: 'accessKeyId' | 'securityToken'): string | undefined => server.requests.at(-1)?.[name]

  it('sends the security token of temporary credentials', async () => {
    const credentials = { accessKeyId: 'STS.one', accessKeySecret: 'secret', securityToken: 'token+/=&of sts' }
    await encrypt(server.kms({ credentials }))
    expect([sent('accessKeyId'), sent('securityToken')]).toEqual(['STS.one', 'token+/=&of sts'])
  })

  it('sends no security token with lasting credentials', async () => {
    await encrypt(server.kms())
    expect(sent('securityToken')).toBeUndefined()
  })

  it('takes renewed credentials from the next call on', async () => {
    let current: AliyunCredentials = { accessKeyId: 'STS.one', accessKeySecret: 'secret', securityToken: 'token one' }
    const kms = server.kms({ credentials: async () => current })
    await encrypt(kms)
    const first = [sent('accessKeyId'), sent('securityToken')]
    current = { ...current, securityToken: 'token two' }
    await encrypt(kms)
    const second = [sent('accessKeyId'), sent('securityToken')]
    current = { accessKeyId: 'LTAIthree', accessKeySecret: 'secret' }
    await encrypt(kms)
    const third = [sent('accessKeyId'), sent('securityToken')]
    expect([first, second, third]).toEqual([
      ['STS.one', 'token one'],
      ['STS.one', 'token two'],
      ['LTAIthree', undefined],
    ])
  })

  it('neither changes an object of credentials nor sees later changes to it', async () => {
    const credentials = { accessKeyId: 'LTAIone', accessKeySecret: 'secret' }
    const kms = server.kms({ credentials })
    await encrypt(kms)
    expect(credentials).toEqual({ accessKeyId: 'LTAIone', accessKeySecret: 'secret' })
    credentials.accessKeyId = 'LTAItwo'
    await encrypt(kms)
    expect(sent('accessKeyId')).toBe('LTAIone')
  })

  it('reads the environment at each call, when nothing else is given', async () => {
    const kms = new AliyunKms({ region: 'cn-test', endpoint: server.endpoint, protocol: 'http', transport })
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_ID', 'STS.env')
    vi.stubEnv('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'secret')
    vi.stubEnv('ALIBABA_CLOUD_SECURITY_TOKEN', 'token of env')
    await encrypt(kms)
    expect([sent('accessKeyId'), sent('securityToken')]).toEqual(['STS.env', 'token of env'])
  })

  it.each([
    {},
    { ALIBABA_CLOUD_ACCESS_KEY_ID: 'LTAIenv' },
    { ALIBABA_CLOUD_ACCESS_KEY_ID: '', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
  ])('names the variables that are missing from %j', async (env) => {
    const before = server.requests.length
    await expect(encrypt(server.kms({ credentials: environmentCredentials(env) }))).rejects.toMatchObject({
      code: 'INVALID_CONFIG',
      message: expect.stringMatching(/ALIBABA_CLOUD_ACCESS_KEY_ID.*ALIBABA_CLOUD_ACCESS_KEY_SECRET/),
    })
    expect(server.requests.length).toBe(before)
  })

  it('repeats of what a source throws its code only', async () => {
    const refused = Object.assign(new Error('the answer was {"AccessKeySecret":"secret"}'), { code: 'ENOENT' })
    const kms = server.kms({ credentials: () => Promise.reject(refused) })
    const error: CryptoError = await encrypt(kms).then(
      () => expect.fail('no error'),
      (error) => error,
    )
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'ENOENT' })
    expect(error.message).toBe('The credentials for the KMS could not be obtained')
    expect(error.cause).toBeUndefined()
  })

  it('asks a source again that says that it fails for a moment', async () => {
    let asked = 0
    const credentials = (): AliyunCredentials => {
      if (++asked === 1) throw new CryptoError('KMS_UNAVAILABLE', 'The token service is not there')
      return { accessKeyId: 'LTAIone', accessKeySecret: 'secret' }
    }
    await encrypt(server.kms({ credentials }))
    expect(asked).toBe(2)
  })

  it.each([undefined, null, 'secret', {}, { accessKeyId: '', accessKeySecret: 'secret' }, { accessKeyId: 'LTAI' }])(
    'refuses %j from a source as credentials, and asks once',
    async (wrong) => {
      let asked = 0
      const credentials = (): AliyunCredentials => {
        asked++
        return wrong as unknown as AliyunCredentials
      }
      await expect(encrypt(server.kms({ credentials }))).rejects.toMatchObject({ code: 'INVALID_CONFIG' })
      expect(asked).toBe(1)
    },
  )

  it('refuses an object that holds no credentials at once', () => {
    const credentials = { accessKeyId: 'LTAI', accessKeySecret: '' }
    expect(() => server.kms({ credentials })).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
  })
})
