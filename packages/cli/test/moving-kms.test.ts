import { readFileSync } from 'node:fs'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { Here } from './here.js'

const page = readFileSync(new URL('../../../docs/moving-kms.md', import.meta.url), 'utf8')
const [, indented = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
const shown = indented.replaceAll(/^ {3}/gm, '')
const CLOUD = '    region: cn-hangzhou\n'

it('moves rows from the local KMS to another one and back, as the page on moving says', async () => {
  const here = await Here.create()
  await using cloud = new LocalKms({
    folder: here.path('cloud'),
    rootKey: { keyFile: here.path('cloud.key') },
    createKeys: ['alias/app'],
  })
  const service = await cloud.open()
  await using server = await startKmsServer({ service })
  const { id, secret } = await service.createAccessKey()
  const env = { ALIBABA_CLOUD_ACCESS_KEY_ID: id, ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret }
  const both = shown.replace(CLOUD, `${CLOUD}    endpoint: ${server.endpoint}\n    protocol: http\n`)
  const own = both.replace('./kms.key', './kms.key\n    createKeys: [alias/app]')
  const before = own.replace('scheme: envelope, reads: [envelope-own]', 'scheme: envelope-own, reads: [envelope]')
  const parasol = async (config: string, args: readonly string[]): Promise<string> => {
    here.write('parasol.yaml', config)
    const { code, stdout, stderr } = await here.parasol(args, { env })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) })
    return stdout
  }
  const decrypt = [
    'records',
    'decrypt',
    './rows.enc.csv',
    '-k',
    'id',
    '-u',
    'customer',
    '-o',
    './rows.out.csv',
    '--force',
  ]
  const reencrypt = ['reencrypt', '--to', 'customer', '-k', 'id', '-i', './rows.enc.csv']

  here.write('rows.csv', 'id,phone\n7,13800138000\n8,13900139000\n')
  const encrypt = [
    'records',
    'encrypt',
    './rows.csv',
    '-k',
    'id',
    '-F',
    'phone',
    '-u',
    'customer',
    '-o',
    './rows.enc.csv',
  ]
  await parasol(before, encrypt)
  expect(here.read('rows.enc.csv')).toContain('enc1.envelope-own.')
  await parasol(own, decrypt)
  await parasol(own, reencrypt)
  await parasol(own, reencrypt)
  expect(here.read('rows.enc.csv')).not.toContain('enc1.envelope-own.')
  await parasol(own.replace(', reads: [envelope-own]', ''), decrypt)
  expect(here.read('rows.out.csv')).toBe(here.read('rows.csv'))
  await parasol(before, reencrypt)
  await parasol(before.replace(', reads: [envelope]', ''), decrypt)
  expect(here.read('rows.out.csv')).toBe(here.read('rows.csv'))
  here.remove()
}, 60_000)
