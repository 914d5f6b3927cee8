import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { catalogue, languageOf } from '../src/catalogue.js'
import { commands } from '../src/commands.js'
import { createWholeProgram } from '../src/program.js'
import { runHere } from './in-process.js'

const [english, chinese] = await Promise.all([wholeProgram('C'), wholeProgram('zh_CN.UTF-8')])
const paths = leavesOf(english).map(pathOf)

it.each(paths)('explains %s, with examples, in both languages', async (...path) => {
  for (const [program, heading, locale] of [
    [english, 'Examples:', 'C'],
    [chinese, '示例：', 'zh_CN.UTF-8'],
  ] as const) {
    const command = find(program, path)
    expect(command.description()).not.toBe('')
    for (const option of command.options) expect(option.description, option.flags).not.toBe('')
    for (const argument of command.registeredArguments) expect(argument.description, argument.name()).not.toBe('')
    const { code, stdout, stderr } = await runHere([...path, '--help'], { env: { LC_ALL: locale } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`${heading}\n  $ `)
    expect(stdout).toContain(`parasol ${path.join(' ')}`)
  }
})

it.each(paths)('speaks Chinese in all of %s', (...path) => {
  const command = find(chinese, path)
  const spoken = [command, ...command.options, ...command.registeredArguments]
  const described = spoken.map((each) =>
    typeof each.description === 'function' ? each.description() : each.description,
  )
  expect(described.filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([])
})

// What `sop` prints is said by the standard that it follows.
it.each(paths.filter(([group]) => group !== 'sop'))('prints JSON from %s if a program asks for it', (...path) => {
  expect(find(english, path).options.map(({ long }) => long)).toContain('--json')
})

it('lists every command with its line', async () => {
  const { stdout } = await runHere(['--help'])
  for (const { name, summary } of commands)
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +${literally(summary.en)}`, 'm'))
})

it.each([
  ['unknown option', ['encrypt', '--contxt', 'a=1'], /^error: Unknown option "--contxt"\. Did you mean --context\?/],
  ['unknown option with a value', ['encrypt', '--phone=13800138000'], /^error: Unknown option "--phone" \(/],
  ['unknown command', ['encrpyt'], /^error: Unknown command "encrpyt"\. Did you mean encrypt\? \(parasol --help\)\n$/],
  ['missing option', ['encrypt', '-c', 'id=7', 'text'], /^error: Option "-u, --use-case <name>" is missing/],
  ['option without its value', ['encrypt', '-u'], /^error: Option "-u, --use-case <name>" lacks its value/],
  ['no such choice', ['completion', '13800138000'], /^error: "<shell>" takes one of: bash, zsh, fish \(/],
])('says in one line what is wrong: %s', async (_name, args, says) => {
  const { code, stdout, stderr } = await runHere(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(says)
  expect(stderr).toMatch(/^[^\n]+\n$/)
  expect(stderr).not.toContain('13800138000')
})

it('says errors as JSON to programs', async () => {
  const { code, stderr } = await runHere(['inspect', '--json', 'no token'])
  expect({ code, error: JSON.parse(stderr) }).toEqual({
    code: 2,
    error: { error: { code: 'INVALID_INPUT', message: expect.stringContaining('Not a Parasol token') } },
  })
})

it('colours on a terminal only, and never with NO_COLOR', async () => {
  const stderrs = [{ isTTY: true }, { isTTY: true, env: { NO_COLOR: '1' } }, { isTTY: false }].map(async (setting) =>
    (await runHere(['encrpyt'], setting)).stderr.includes('\x1b['),
  )
  expect(await Promise.all(stderrs)).toEqual([true, false, false])
})

it.each([
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{ LANG: 'zh_CN', LC_ALL: '' }, 'zh'],
  [{}, 'en'],
])('speaks by %j %s', (env, language) => {
  expect(languageOf(env)).toBe(language)
})

it('does not compile if a translation is missing, or takes other values', () => {
  // @ts-expect-error the Chinese text is missing
  catalogue({ done: 'done', more: 'more' }, { done: '完成' })
  // @ts-expect-error a text with a value is a function in both
  catalogue({ rows: (count: number) => `${count} rows` }, { rows: '行' })
})

async function wholeProgram(locale: string): Promise<Command> {
  const { stdin, stdout, stderr } = process
  return createWholeProgram({ stdin, stdout, stderr, env: { LC_ALL: locale }, signal: new AbortController().signal })
}

/** The commands that do something; a group only leads to them. */
function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

function pathOf(command: Command): readonly string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : []
}

function find(program: Command, path: readonly string[]): Command {
  return path.reduce((command, name) => command.commands.find((each) => each.name() === name) as Command, program)
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
