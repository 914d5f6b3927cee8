import { configJsonSchema } from '@parasol/config'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'

const schema = z.fromJSONSchema((await configJsonSchema()) as z.core.JSONSchema.JSONSchema)
const fits = (yaml: string): boolean => schema.safeParse(parse(yaml)).success

const sound = `
version: 1
kms:
  main: { use: aliyun, region: cn-hangzhou }
  own: { use: local, store: ./kms, passphrase: { env: X } }
schemes:
  envelope: { kms: main, keyId: alias/parasol }
  second: { use: envelope, kms: own, keyId: alias/parasol }
  kms-direct: { use: kms-direct, kms: own, keyId: alias/parasol }
  vault: { use: ./vault.js, anything: [1] }
useCases:
  customer.phone: { scheme: envelope, reads: [second], purpose: phone }
`

it('fits a sound file, with every plug-in by name or by default', () => {
  expect(fits(sound)).toBe(true)
})

it.each([
  ['version: 1', 'version: 2'],
  ['version: 1', 'version: 1\nuseCase: {}'],
  ['use: aliyun', 'use: aliyum'],
  ['region: cn-hangzhou', 'region: cn-hangzhou, reguin: x'],
  ['region: cn-hangzhou', 'region: 7'],
  ['{ env: X }', 'hunter2'],
  ['use: envelope, kms: own', 'use: envelope, kms: 7'],
  ['use: envelope, kms', 'kms'],
  ['envelope: { kms: main, ', 'envelope: { '],
  ['reads: [second]', 'reads: second'],
  ['scheme: envelope, ', ''],
])('refuses %s changed to %s', (before, after) => {
  const changed = sound.replace(before, after)
  expect(changed).not.toBe(sound)
  expect(fits(changed)).toBe(false)
})

it('describes the keys of every built-in plug-in', async () => {
  const text = JSON.stringify(await configJsonSchema())
  for (const word of ['"const":"gpg"', '"const":"local"', 'Region of the keys', 'The scheme that encrypts']) {
    expect(text).toContain(word)
  }
})
