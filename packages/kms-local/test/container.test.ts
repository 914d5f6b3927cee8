import { CryptoContainer } from '@parasol/core/container'
import { plugin } from '@parasol/kms-local/container'
import { expect, it } from 'vitest'
import { scratchFolder } from './scratch.js'

it('opens a store by a key of another KMS of the configuration', async () => {
  const host = { directory: scratchFolder(), env: {} }
  const root = plugin.options.parse({ store: 'root', keyFile: 'root.key', createKeys: ['alias/root'] })
  const main = plugin.options.parse({
    store: 'main',
    rootKms: { kms: 'root', keyId: 'alias/root' },
    createKeys: ['alias/app'],
  })
  expect(plugin.kmsNames?.(main)).toEqual(['root'])
  const open = () => new CryptoContainer({}, [plugin.module('root', root, host), plugin.module('main', main, host)])
  await using container = open()
  const blob = await container.kms('main').encrypt('alias/app', Buffer.from('text'), {})
  await container[Symbol.asyncDispose]()
  await using again = open()
  expect(Buffer.from(await again.kms('main').decrypt(blob, {})).toString()).toBe('text')
})

it.each([{}, { passphrase: { env: 'P' }, keyFile: 'k' }, { keyFile: 'k', rootKms: { kms: 'root', keyId: 'a' } }])(
  'refuses a section that does not name one thing that opens its store: %j',
  (options) => {
    expect(plugin.options.safeParse({ store: 'main', ...options }).success).toBe(false)
  },
)
