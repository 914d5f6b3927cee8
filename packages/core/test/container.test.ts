import type { CryptoProvider, Kms } from '@parasol/core'
import { CryptoContainer, injectKms, kmsModule, providerModule } from '@parasol/core/container'
import { expect, it } from 'vitest'
import { AesProvider } from './aes-provider.js'

const idleKms = (closed: string[], name: string): Kms & Disposable => ({
  maxPlaintextBytes: 0,
  encrypt: () => Promise.reject(new Error('unused')),
  decrypt: () => Promise.reject(new Error('unused')),
  generateDataKey: () => Promise.reject(new Error('unused')),
  [Symbol.dispose]: () => void closed.push(name),
})

const closing = (closed: string[], scheme: string): CryptoProvider & AsyncDisposable =>
  Object.assign(new AesProvider(scheme), { [Symbol.asyncDispose]: async () => void closed.push(scheme) })

it('routes use cases to the providers that modules bring', async () => {
  await using container = new CryptoContainer({ phone: { scheme: 'aes' } }, [
    providerModule('aes', () => new AesProvider('aes'), []),
  ])
  const phone = container.router.for('phone')
  expect(await phone.decrypt(await phone.encrypt('138', {}), {})).toBe('138')
})

it('zeroes keys when it is closed', async () => {
  const aes = new AesProvider('aes')
  const container = new CryptoContainer({ phone: { scheme: 'aes' } }, [providerModule('aes', () => aes, [])])
  expect(container.router.for('phone').scheme).toBe('aes')
  await container.close()
  expect(aes.key.every((byte) => byte === 0)).toBe(true)
})

it('injects the KMS that a scheme names', async () => {
  const seen: Kms[] = []
  const kms = { main: idleKms([], 'main'), other: idleKms([], 'other') }
  const given = (injected: Kms) => {
    seen.push(injected)
    return new AesProvider('aes')
  }
  await using container = new CryptoContainer({ x: { scheme: 'aes' } }, [
    kmsModule('main', () => kms.main, []),
    kmsModule('other', () => kms.other, []),
    providerModule('aes', given, [injectKms('other')]),
  ])
  expect(container.router.useCases).toEqual(['x'])
  expect(seen).toEqual([kms.other])
  expect(container.kms('main')).toBe(kms.main)
})

it('builds nothing that no one asks for, and closes only what was built', async () => {
  const closed: string[] = []
  const container = new CryptoContainer({}, [kmsModule('idle', () => idleKms(closed, 'idle'), [])])
  expect(container.router.useCases).toEqual([])
  await container.close()
  expect(closed).toEqual([])
})

it('unloads modules one by one in reverse, so that a scheme goes before its KMS', async () => {
  const closed: string[] = []
  const container = new CryptoContainer({ x: { scheme: 'aes' } }, [
    kmsModule('main', () => idleKms(closed, 'main'), []),
    providerModule('aes', (_kms: Kms) => closing(closed, 'aes'), [injectKms('main')]),
  ])
  expect(container.router.for('x').scheme).toBe('aes')
  await container.close()
  expect(closed).toEqual(['aes', 'main'])
})

it('closes the other modules although one fails, and tells of the failure', async () => {
  const closed: string[] = []
  const failing = Object.assign(new AesProvider('failing'), {
    [Symbol.asyncDispose]: () => Promise.reject(new Error('no')),
  })
  const container = new CryptoContainer({ x: { scheme: 'failing' }, y: { scheme: 'aes' } }, [
    providerModule('aes', () => closing(closed, 'aes'), []),
    providerModule('failing', () => failing, []),
  ])
  expect(container.router.useCases).toHaveLength(2)
  await expect(container.close()).rejects.toThrow('1 module(s) could not be closed')
  expect(closed).toEqual(['aes'])
})

it('refuses a use case whose scheme no module brings', () => {
  const container = new CryptoContainer({ x: { scheme: 'gpg' } }, [])
  expect(() => container.router).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }))
})
