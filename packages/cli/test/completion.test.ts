import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { runHere } from './in-process.js'
import { Workplace } from './workplace.js'

vi.setConfig({ testTimeout: 60_000 })

const place = new Workplace()
beforeAll(async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await runHere(['completion', shell], { env: { LC_ALL: 'zh_CN.UTF-8' } })
    expect(code).toBe(0)
    writeFileSync(join(place.folder, shell), stdout)
  }
})
afterAll(() => place.remove())

it.each([
  ['enc', ['encrypt']],
  ['records ', expect.arrayContaining(['encrypt', 'decrypt', 'rewrap', '--help'])],
  ['records encrypt --co', ['--config', '--context', '--context-columns']],
  ['records encrypt --format ', ['csv', 'ndjson', 'json']],
  ['records encrypt --format nd', ['ndjson']],
  ['init --kms ', ['local', 'aliyun']],
  ['kms keys ro', ['rotation', 'rotate']],
  ['encrypt --out ', []],
] as const)('completes "parasol %s" in bash', (line, expected) => {
  expect(completedByBash(line)).toEqual(expected)
})

it.each(['zsh', 'fish'])(
  'gives %s a script that it can read (needs zsh and fish)',
  { skip: !has('zsh', 'fish') },
  (shell) => {
    expect(execFileSync(shell, ['-n', join(place.folder, shell)], { encoding: 'utf8' })).toBe('')
  },
)

it('completes in fish as a person types (needs zsh and fish)', { skip: !has('zsh', 'fish') }, () => {
  const script = `source ${join(place.folder, 'fish')}; complete -C 'parasol records rew'; complete -C 'parasol init --kms a'`
  const home = { ...process.env, HOME: place.folder, XDG_CONFIG_HOME: place.folder }
  const lines = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', env: home }).trim().split('\n')
  expect(lines.map((line) => line.split('\t')[0])).toEqual(['rewrap', 'aliyun'])
})

it('refuses a shell that it does not know', async () => {
  const { code, stderr } = await runHere(['completion', 'tcsh'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/^error: [^\n]*bash, zsh, fish[^\n]*\n$/)
})

/** What bash puts in the place of the last word. */
function completedByBash(line: string): readonly string[] {
  const words = ['parasol', ...line.split(' ')]
  const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _parasol; printf '%s\\n' "\${COMPREPLY[@]}"`
  const output = execFileSync('bash', ['-c', script, 'bash', join(place.folder, 'bash'), ...words], {
    encoding: 'utf8',
  })
  return output.split('\n').filter((word) => word !== '')
}

function has(...programs: readonly string[]): boolean {
  return programs.every((program) => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}
