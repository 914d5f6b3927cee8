import { existsSync, readFileSync } from 'node:fs'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { expect, it } from 'vitest'
import { Here } from './here.js'

const page = readFileSync(new URL('../../../docs/moving-kms.md', import.meta.url), 'utf8')
const [, indented = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
const shown = indented.replaceAll(/^ {3}/gm, '')
/** For a machine that is busy with other things. */
const PATIENCE = '    attemptTimeoutMs: 20000\n    totalTimeoutMs: 60000\n'
const CLOUD = '    region: cn-hangzhou\n'

/** The command lines of the page, block by block. */
const blocks = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = '']) =>
  block
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== ''),
)

/** Where the page means a file or a folder, it is one of the test's. */
function inFolder(line: string): readonly string[] {
  const [, ...args] = line.split(' ')
  return args.map((arg, index) =>
    /\.(csv|backup|bin|key)$/.test(arg) || ['--store', '--against'].includes(args[index - 1] ?? '') ? `./${arg}` : arg,
  )
}

it('moves rows from the local KMS to another one and back, by the commands of the page on moving', async () => {
  const here = await Here.create()
  await using cloud = new LocalKms({ folder: here.path('cloud'), rootKey: { keyFile: here.path('cloud.key') } })
  const service = await cloud.open()
  await using server = await startKmsServer({ service })
  const { id, secret } = await service.createAccessKey()
  const env = {
    ALIBABA_CLOUD_ACCESS_KEY_ID: id,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: secret,
    PARASOL_KMS_BACKUP_PASSPHRASE: 'of the backup',
  }
  const own = shown.replace(CLOUD, `${CLOUD}    endpoint: ${server.endpoint}\n    protocol: http\n${PATIENCE}`)
  const before = own.replace('scheme: envelope, reads: [envelope-own]', 'scheme: envelope-own, reads: [envelope]')
  const parasol = async (config: string, line: string): Promise<string> => {
    here.write('parasol.yaml', config)
    const { code, stdout, stderr } = await here.parasol(inFolder(line), { env })
    expect({ line, code, stderr }).toEqual({ line, code: 0, stderr: expect.any(String) })
    return stdout
  }
  const page = async (config: string, block: number): Promise<void> => {
    for (const line of blocks[block] ?? expect.fail(`The page has no block ${block}`)) await parasol(config, line)
  }
  const rows = 'id,phone\n7,13800138000\n8,13900139000\n'
  const decrypted = (): string => here.read('customers.csv')
  const [KEYS, REENCRYPT, DECRYPT, LEAVE, IMPORT] = [0, 1, 2, 3, 4]
  expect(blocks).toHaveLength(5)

  await parasol(before, 'parasol kms keys create --alias alias/app --kms own')
  await page(before, KEYS)
  here.write('rows.csv', rows)
  await parasol(before, 'parasol records encrypt rows.csv -k id -F phone -u customer -o customers.enc.csv')
  expect(here.read('customers.enc.csv')).toContain('enc1.envelope-own.')
  await page(own, REENCRYPT)
  await page(own, REENCRYPT)
  expect(here.read('customers.enc.csv')).not.toContain('enc1.envelope-own.')
  await page(own.replace(', reads: [envelope-own]', ''), DECRYPT)
  expect(decrypted()).toBe(rows)
  here.removeFile('customers.csv')
  await page(before, REENCRYPT)
  await page(before.replace(', reads: [envelope]', ''), DECRYPT)
  expect(decrypted()).toBe(rows)
  here.write('material.bin', Buffer.alloc(32, 7))
  await page(own, IMPORT)
  await page(own, LEAVE)
  expect(existsSync(here.path('kms.backup'))).toBe(true)
  const { state } = JSON.parse(await parasol(own, 'parasol kms keys describe alias/app --kms own --json'))
  expect(state).toBe('PendingDeletion')
  here.remove()
}, 60_000)
