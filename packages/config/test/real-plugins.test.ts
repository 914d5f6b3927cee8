import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openCrypto } from '@parasol/config'
import type { CryptoContainer } from '@parasol/core/container'
import { expect, it } from 'vitest'
import { directory, write } from './workspace.js'

const context = { customerId: '7' }
const open = (): Promise<CryptoContainer> => openCrypto(undefined, { env: {}, directory })

/** The three lines of a use case's life: before the move, after it, and after it without `reads`. */
const before = '{ scheme: kms-direct }'
const after = '{ scheme: envelope, reads: [kms-direct] }'
const closed = '{ scheme: envelope }'

const file = (useCase: string) => `version: 1
kms:
  own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] }
schemes:
  kms-direct: { kms: own, keyId: alias/parasol }
  envelope: { kms: own, keyId: alias/parasol }
useCases:
  customer.phone: ${useCase}
`

it('moves a use case from kms-direct to envelope by one line of the file', async () => {
  write(file(before))
  const first = await open()
  const old = await first.router.for('customer.phone').encrypt('13800138000', context)
  await first.close()

  write(file(after))
  const second = await open()
  const phone = second.router.for('customer.phone')
  const fresh = await phone.encrypt('13900139000', context)
  expect([old, fresh].map((token) => token.split('.')[1])).toEqual(['kms-direct', 'envelope'])
  expect(await Promise.all([phone.decrypt(old, context), phone.decrypt(fresh, context)])).toEqual([
    '13800138000',
    '13900139000',
  ])
  await second.close()

  write(file(closed))
  const third = await open()
  const reading = third.router.for('customer.phone').decrypt(old, context)
  await expect(reading).rejects.toMatchObject({ code: 'SCHEME_NOT_ALLOWED' })
  expect(await third.router.for('customer.phone').decrypt(fresh, context)).toBe('13900139000')
  await third.close()
})

it('holds two schemes of one backend apart', async () => {
  const two = file('{ scheme: envelope }\n  customer.mail: { scheme: second }')
  write(two.replace('useCases:', '  second: { use: envelope, kms: own, keyId: alias/parasol }\nuseCases:'))
  await using crypto = await open()
  const token = await crypto.router.for('customer.mail').encrypt('a@example.cn', context)
  expect(token).toMatch(/^enc1\.second\./)
  expect(await crypto.router.for('customer.mail').decrypt(token, context)).toBe('a@example.cn')
  const moved = crypto.router.for('customer.phone').decrypt(token.replace('.second.', '.envelope.'), context)
  await expect(moved).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' })
})

const built = fileURLToPath(new URL('../dist/index.js', import.meta.url))

it.skipIf(!existsSync(built))('loads no backend that the file does not name (needs the build)', () => {
  write(file(closed).replace(/^ {2}kms-direct: .*\n/m, ''))
  const loaded = join(directory, 'loaded.txt')
  write(
    `import { appendFileSync } from 'node:fs'
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context)
  appendFileSync(${JSON.stringify(loaded)}, resolved.url + '\\n')
  return resolved
}`,
    'hooks.mjs',
  )
  write(
    `import { register } from 'node:module'
register('./hooks.mjs', import.meta.url)
const { openCrypto } = await import(${JSON.stringify(built)})
const crypto = await openCrypto(${JSON.stringify(join(directory, 'parasol.yaml'))})
const phone = crypto.router.for('customer.phone')
process.stdout.write(await phone.decrypt(await phone.encrypt('13800138000', {}), {}))
await crypto.close()`,
    'main.mjs',
  )
  expect(execFileSync(process.execPath, [join(directory, 'main.mjs')], { encoding: 'utf8' })).toBe('13800138000')
  const urls = readFileSync(loaded, 'utf8')
  expect(urls).toContain('/backend-envelope/dist/container.js')
  expect(urls).not.toMatch(/openpgp|@alicloud|backend-gpg|kms-aliyun|backend-kms-direct/)
})

const withFailover = file(closed).replace(
  'schemes:',
  `  spare: { use: local, store: ./spare, keyFile: ./spare.key, createKeys: [alias/spare] }
  main: { use: failover, first: own, fallback: [{ kms: spare, keyId: alias/spare }] }
schemes:`,
)

it('puts a second KMS behind the first, and reads what the first wrapped alone', async () => {
  write(file(closed))
  const before = await open()
  const token = await before.router.for('customer.phone').encrypt('13800138000', context)
  await before.close()

  write(withFailover.replaceAll('kms: own', 'kms: main'))
  await using after = await open()
  expect(await after.router.for('customer.phone').decrypt(token, context)).toBe('13800138000')
})

it('says where a failover names a KMS twice, or one that there is not', async () => {
  write(withFailover.replace('first: own', 'first: spare'))
  await expect(open()).rejects.toMatchObject({
    message: expect.stringMatching(/^parasol\.yaml:5:\d+ kms\.main\.fallback: Expected each KMS once$/),
  })
  write(withFailover.replace('kms: spare', 'kms: spar'))
  await expect(open()).rejects.toMatchObject({
    message: expect.stringMatching(/^parasol\.yaml:5:\d+ kms\.main\.fallback\[0\]\.kms: no KMS "spar"/),
  })
})

const PUBLIC_KEY = 'x25519:6XZ1p_dyPVzGpmRwrYpuVxTTCR5DPPIzJjHPa_SfElE'
const envelopeWith = (options: string): string =>
  file(closed)
    .replace('schemes:', '  far: { use: local, store: ./far, keyFile: ./far.key, createKeys: [alias/far] }\nschemes:')
    .replace('envelope: { kms: own, keyId: alias/parasol }', `envelope: { kms: own, keyId: alias/parasol, ${options} }`)

it('wraps data keys for the recipients of the file, one of which is another KMS', async () => {
  write(envelopeWith(`recovery: [{ publicKey: '${PUBLIC_KEY}' }, { kms: far, keyId: alias/far }]`))
  const first = await open()
  const token = await first.router.for('customer.phone').encrypt('13800138000', context)
  await first.close()
  expect(Buffer.from(token.split('.')[2] ?? '', 'base64url').toString('latin1')).toMatch(
    /x25519:[0-9a-f]{16}.*alias\/far/s,
  )

  write(
    envelopeWith('suite: aes-256-gcm').replace(
      'envelope: { kms: own, keyId: alias/parasol',
      'envelope: { kms: far, keyId: alias/far',
    ),
  )
  await using second = await open()
  expect(await second.router.for('customer.phone').decrypt(token, context)).toBe('13800138000')
})

it.each([
  ['recovery: [{ kms: far, keyId: alias/parasol }]', /recovery\[0\]\.keyId: Expected another key/],
  [
    `recovery: [{ publicKey: '${PUBLIC_KEY}' }, { publicKey: '${PUBLIC_KEY}' }]`,
    /recovery\[1\]\.publicKey: Expected another key/,
  ],
  ["recovery: [{ publicKey: 'x25519:AAAA' }]", /recovery\[0\]\.publicKey: Expected the public half of a recovery key/],
  ['recovery: [{ kms: fat, keyId: alias/far }]', /recovery\[0\]\.kms: no KMS "fat" .*did you mean "far"\?/],
  ['recovery: [{ kms: far }]', /recovery\[0\].*keyId/],
  ['recovery: yes', /recovery: expected a list/],
  ['segmentBytes: 1000', /segmentBytes: Expected a power of two from 256 to 1048576/],
  ['segmentBytes: 128', /segmentBytes: Expected a power of two/],
  ['segmentBytes: "65536"', /segmentBytes: expected a (whole )?number/],
])('says with its line what is wrong in %s', async (options, problem) => {
  write(envelopeWith(options))
  await expect(open()).rejects.toMatchObject({
    code: 'INVALID_CONFIG',
    message: expect.stringMatching(new RegExp(`^parasol\\.yaml:7:\\d+ schemes\\.envelope\\.${problem.source}`)),
  })
})

it('writes streams in segments of the size that the file says', async () => {
  write(envelopeWith('segmentBytes: 256'))
  await using crypto = await open()
  const lengths: number[] = []
  async function* source(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(1000)
  }
  let total = 0
  for await (const part of crypto.router.for('customer.phone').encryptStream(source(), context)) {
    lengths.push(part.length)
    total += part.length
  }
  const head = lengths[0] ?? 0
  expect(total - head).toBe(1000 + 4 * 16)
})

it('takes a recipient that stands in', async () => {
  write(envelopeWith('recovery: [{ kms: far, keyId: alias/far, standsIn: true }]'))
  await using crypto = await open()
  const phone = crypto.router.for('customer.phone')
  expect(await phone.decrypt(await phone.encrypt('13800138000', context), context)).toBe('13800138000')
  expect(crypto.stats().schemes).toMatchObject({ envelope: { standIns: 0, kmsCalls: { encrypt: 1 } } })
})
