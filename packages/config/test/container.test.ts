import { createContainer, loadConfig, openCrypto } from '@parasol/config'
import { expect, it } from 'vitest'
import { directory, env, load, ownPlugin, passphraseKms, sound, throughKms, write } from './workspace.js'

const context = { customerId: '7' }
const open = () => openCrypto<'customer.phone' | 'customer.idCard'>(undefined, { env, directory })

it('opens what the file describes', async () => {
  write(sound)
  await using crypto = await open()
  expect(crypto.router.useCases).toEqual(['customer.phone', 'customer.idCard'])
  const phone = crypto.router.for('customer.phone')
  const token = await phone.encrypt('13800138000', context)
  expect(token).toMatch(/^enc1\.old\./)
  expect(await phone.decrypt(token, context)).toBe('13800138000')
})

it('moves a use case to another scheme by one line, and reads old data through "reads"', async () => {
  write(sound)
  const before = await open()
  const old = await before.router.for('customer.phone').encrypt('13800138000', context)
  await before.close()

  write(sound.replace('customer.phone: { scheme: old }', 'customer.phone: { scheme: new, reads: [old] }'))
  await using after = await open()
  const phone = after.router.for('customer.phone')
  const fresh = await phone.encrypt('13900139000', context)
  expect(fresh).toMatch(/^enc1\.new\./)
  expect(await phone.decrypt(fresh, context)).toBe('13900139000')
  expect(await phone.decrypt(old, context)).toBe('13800138000')
})

it('refuses old data where "reads" does not name its scheme', async () => {
  write(sound)
  const before = await open()
  const old = await before.router.for('customer.phone').encrypt('13800138000', context)
  await before.close()

  write(sound.replace('customer.phone: { scheme: old }', 'customer.phone: { scheme: new }'))
  await using after = await open()
  const reading = after.router.for('customer.phone').decrypt(old, context)
  await expect(reading).rejects.toMatchObject({ code: 'SCHEME_NOT_ALLOWED' })
})

it('keeps data readable when a use case is renamed and keeps its purpose', async () => {
  write(sound)
  const before = await open()
  const token = await before.router.for('customer.phone').encrypt('13800138000', context)
  await before.close()

  write(sound.replace('customer.phone: {', 'client.mobile: { purpose: customer.phone,'))
  await using after = await openCrypto(undefined, { env, directory })
  expect(await after.router.for('client.mobile').decrypt(token, context)).toBe('13800138000')
})

it('says which use cases there are when another is asked for', async () => {
  write(sound)
  await using crypto = await open()
  // @ts-expect-error The compiler knows the names that were promised.
  expect(() => crypto.router.for('customer.fax')).toThrow(expect.objectContaining({ code: 'UNKNOWN_USE_CASE' }))
})

it('loads only the KMS and the schemes that use cases reach', async () => {
  const spare = `  spare: { use: ${passphraseKms}, passphrase: { env: NOT_SET } }\nschemes:`
  const idle = `  idle: { use: ${throughKms}, kms: spare, keyId: alias/idle }\nuseCases:`
  write(sound.replace('schemes:', spare).replace('useCases:', idle))
  await using crypto = await open()
  expect(crypto.kms('main').maxPlaintextBytes).toBe(4096)
  expect(() => crypto.kms('spare')).toThrow()
})

it('tells at once of a secret that is missing, and names its variable', async () => {
  write(sound.replace('env: PASSPHRASE', 'env: NOT_SET'))
  await expect(open()).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringMatching(
      /^parasol\.yaml:3:\d+ kms\.main\.passphrase: The environment variable NOT_SET is not set$/,
    ),
  })
})

it('reads a secret from a file beside the configuration', async () => {
  write('correct horse battery staple\n', 'secrets/passphrase')
  write(sound.replace('env: PASSPHRASE', 'file: secrets/passphrase'))
  await using crypto = await openCrypto(undefined, { env: {}, directory })
  expect(await crypto.router.for('customer.phone').encrypt('x', context)).toMatch(/^enc1\.old\./)
})

it('loads a KMS before those that need it', async () => {
  const over = `  over: { use: ${passphraseKms}, passphrase: { env: PASSPHRASE }, over: main }\nschemes:`
  const config = await load(sound.replace('schemes:', over).replaceAll('kms: main', 'kms: over'))
  const made: string[] = []
  const recorded = [...config.kms].map(([name, section]) => {
    const module = () => {
      made.push(name)
      return section.module()
    }
    return [name, { ...section, module }] as const
  })
  const reversed = new Map(recorded.toReversed())
  await using container = createContainer({ ...config, kms: reversed })
  expect(container.router.useCases).toHaveLength(2)
  expect(made).toEqual(['main', 'over'])
})

it('refuses a plug-in that brings something else than it should', async () => {
  write(sound.replace(throughKms, ownPlugin('idle')).replace(', kms: main, keyId: alias/old', ''))
  await expect(open()).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: 'parasol.yaml:5:3 schemes.old: its plug-in brings no scheme',
  })
})

it('finds the file by path, by environment, or in the working directory', async () => {
  const path = write(sound, 'crypto.yaml')
  const named = [
    await loadConfig('crypto.yaml', { env, directory }),
    await loadConfig(path, { env, directory: '/' }),
    await loadConfig(undefined, { env: { ...env, PARASOL_CONFIG: path }, directory: '/' }),
    await loadConfig(undefined, { env: { ...env, PARASOL_CONFIG: 'crypto.yaml' }, directory }),
  ]
  expect(named.map((config) => config.path)).toEqual([path, path, path, path])
  expect((await loadConfig('crypto.yaml', { env: { PARASOL_CONFIG: 'other.yaml' }, directory })).path).toBe(path)
})

it('shows no environment when it is printed', async () => {
  const config = await load(sound)
  expect(JSON.stringify([config, [...config.kms], [...config.schemes]])).not.toContain(env['PASSPHRASE'])
})
