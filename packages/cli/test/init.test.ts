import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '@parasol/config'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'

vi.setConfig({ testTimeout: 60_000 })

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'parasol-init-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it.each([
  ['C', ['--kms', 'local', '--scheme', 'envelope', '--data-keys', 'reuse']],
  ['zh_CN.UTF-8', ['--kms', 'local', '--scheme', 'kms-direct', '--data-keys', 'per-record']],
  ['C', ['--kms', 'aliyun', '--region', 'cn-beijing', '--key-id', '0123-4567', '--data-keys', 'per-record']],
  ['zh_CN.UTF-8', ['--kms', 'aliyun', '-u', 'true', '-u', '客户', '--key-id', 'acs:kms:cn:1:key/x']],
])('writes what is a configuration, under %s with %s', async (locale, flags) => {
  const ended = await runHere(['init', '--dir', dir, ...flags], { env: { LC_ALL: locale } })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const { useCases } = await loadConfig(join(dir, 'parasol.yaml'))
  const scheme = flags.includes('kms-direct') ? 'kms-direct' : 'envelope'
  expect(Object.keys(useCases)).toEqual(flags.includes('客户') ? ['true', '客户'] : ['customer.phone'])
  for (const useCase of Object.values(useCases)) expect(useCase).toEqual({ scheme })
})

it('says for programs what it made, and brings editors a schema', async () => {
  const { stdout } = await runHere(['init', '--dir', dir, '--json', '-u', 'a', '-u', 'b'])
  const [config, store, keyFile] = ['parasol.yaml', 'kms', 'kms.key'].map((name) => join(dir, name))
  expect(JSON.parse(stdout)).toEqual({ config, store, keyFile, useCases: ['a', 'b'] })
  const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/m.exec(readFileSync(config as string, 'utf8')) ?? []
  expect(JSON.parse(readFileSync(join(dir, schema), 'utf8'))).toMatchObject({ type: 'object' })
})

it('opens the store by a passphrase of the environment, if that is there', async () => {
  const args = ['init', '--dir', dir, '--passphrase-env', 'MY_PASSPHRASE', '--data-keys', 'per-record']
  expect(await runHere(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('MY_PASSPHRASE') })
  expect(readdirSync(dir)).toEqual([])
  expect(await runHere(args, { env: { MY_PASSPHRASE: 'correct horse battery' } })).toMatchObject({ code: 0 })
  expect(existsSync(join(dir, 'kms.key'))).toBe(false)
})

it('replaces nothing', async () => {
  writeFileSync(join(dir, 'parasol.yaml'), 'mine')
  const ended = await runHere(['init', '--dir', dir])
  expect(ended).toMatchObject({ code: 7, stdout: '', stderr: expect.stringMatching(/there already[^\n]*\n$/) })
  expect(readdirSync(dir)).toEqual(['parasol.yaml'])
  expect(readFileSync(join(dir, 'parasol.yaml'), 'utf8')).toBe('mine')
})
