import { testKms } from '@parasol/testing/vitest'
import { startScriptedServer } from './scripted-server.js'

testKms('AliyunKms', async () => {
  const server = await startScriptedServer()
  const other = await startScriptedServer()
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
