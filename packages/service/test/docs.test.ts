import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hashApiKey, openService, type RunningService } from '@parasol/service'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { key } from './fixture.js'
import { hasTool } from './process.js'

const page = readFileSync(new URL('../../../docs/service.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'parasol-docs-'))
let service: RunningService

/** The page's own configuration, but for the key, which it cannot know, and the port, which may be taken. */
beforeAll(async () => {
  const yaml = snippet('yaml')
    .replace(/keyHashes: .*/, `keyHashes: [${hashApiKey(key)}]\n      secrets: [{ env: SECRET }]`)
    .replace('port: 8443', 'port: 0')
  writeFileSync(join(folder, 'parasol.yaml'), yaml)
  service = await openService(undefined, { directory: folder, env: { SECRET: key } })
})
afterAll(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

function snippet(language: string, containing = ''): string {
  const codes = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, code]) => code,
  )
  const code = codes.find((code) => code?.includes(containing))
  if (code === undefined) throw new Error(`The page has no ${language}`)
  return code
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    PARASOL_URL: service.url,
    PARASOL_KEY: key,
    PARASOL_CALLER: 'crm',
    NO_PROXY: '127.0.0.1',
  }
  return (await promisify(execFile)(program, args, { env })).stdout.trim()
}

it.skipIf(!hasTool('curl'))('encrypts by the command on its page (needs curl)', async () => {
  const answer = JSON.parse(await run('sh', ['-c', snippet('sh')]))
  expect(Object.keys(answer)).toEqual(['key1', 'key2', 'kms_encrypt_key'])
})

it.skipIf(!hasTool('curl'))('streams lines by the command on its page (needs curl)', async () => {
  const lines = (await run('sh', ['-c', snippet('sh', 'x-ndjson')])).split('\n').map((line) => JSON.parse(line))
  const record = { phone: expect.any(String), kms_encrypt_key: expect.any(String) }
  expect(lines).toEqual([{ record }, { record }, { end: expect.objectContaining({ code: 'OK' }) }])
})

it.skipIf(!hasTool('python3'))('streams to and from the Python on its page (needs python3)', async () => {
  expect(await run('python3', ['-c', snippet('python', 'threading')])).toBe('100 OK')
})

it.skipIf(!hasTool('python3'))('is called by the Python on its page (needs python3)', async () => {
  expect(await run('python3', ['-c', snippet('python', '"decrypt"')])).toBe('13800138000')
})

it.skipIf(!hasTool('python3'))('takes the requests that the Python on its page signs (needs python3)', async () => {
  expect(await run('python3', ['-c', snippet('python', 'hmac')])).toBe("['kms_encrypt_key', 'phone']")
})

it.skipIf(!hasTool('javac'))(
  'is called by the Java on its page (needs javac)',
  async () => {
    writeFileSync(join(folder, 'Encrypt.java'), snippet('java'))
    const answer = JSON.parse(await run('java', [join(folder, 'Encrypt.java')]))
    expect(Object.keys(answer)).toEqual(['phone', 'kms_encrypt_key'])
  },
  60_000,
)
