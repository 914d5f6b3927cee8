import { testKms } from '@parasol/testing/vitest'
import { startScriptedServer, transports } from './scripted-server.js'

for (const transport of transports) {
  testKms(`AliyunKms over transport ${transport}`, async () => {
    const server = await startScriptedServer({ transport })
    const other = await startScriptedServer({ transport })
    return {
      kms: server.kms(),
      stranger: other.kms(),
      keyId: 'alias/one',
      otherKeyId: 'alias/two',
      dispose: async () => {
        await server[Symbol.asyncDispose]()
        await other[Symbol.asyncDispose]()
      },
    }
  })
}
