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
  const yaml = snippet('yaml').replace(/0{64}/, hashApiKey(key)).replace('port: 8443', 'port: 0')
  writeFileSync(join(folder, 'parasol.yaml'), yaml)
  service = await openService(undefined, { directory: folder, env: {} })
})
afterAll(async () => {
  await service.close()
  rmSync(folder, { recursive: true, force: true })
})

function snippet(language: string): string {
  const [, code] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page) ?? []
  if (code === undefined) throw new Error(`The page has no ${language}`)
  return code
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, PARASOL_URL: service.url, PARASOL_KEY: key, NO_PROXY: '127.0.0.1' }
  return (await promisify(execFile)(program, args, { env })).stdout.trim()
}

it.skipIf(!hasTool('curl'))('encrypts by the command on its page (needs curl)', async () => {
  const answer = JSON.parse(await run('sh', ['-c', snippet('sh')]))
  expect(Object.keys(answer)).toEqual(['key1', 'key2', 'kms_encrypt_key'])
})

it.skipIf(!hasTool('python3'))('is called by the Python on its page (needs python3)', async () => {
  expect(await run('python3', ['-c', snippet('python')])).toBe('13800138000')
})
