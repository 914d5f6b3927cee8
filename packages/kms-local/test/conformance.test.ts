import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LocalKms } from '@parasol/kms-local'
import { testKms } from '@parasol/testing/vitest'

testKms('LocalKms', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-kms-'))
  const open = (name: string) =>
    new LocalKms({
      folder: join(folder, name),
      rootKey: { keyFile: join(folder, `${name}.key`) },
      createKeys: ['alias/one', 'alias/two'],
    })
  const kms = open('store')
  const stranger = open('stranger')
  return {
    kms,
    stranger,
    keyId: 'alias/one',
    otherKeyId: 'alias/two',
    dispose: async () => {
      await kms[Symbol.asyncDispose]()
      await stranger[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
})
