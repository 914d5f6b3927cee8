import { mkdirSync, readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Command, Option } from 'commander'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { createWholeProgram } from '../src/program.js'
import { Here } from './here.js'
import { runHere } from './in-process.js'
import type { Ended } from './workplace.js'

vi.setConfig({ testTimeout: 300_000 })

const program = await createWholeProgram({
  stdin: Readable.from([]),
  stdout: process.stdout,
  stderr: process.stderr,
  env: {},
  signal: new AbortController().signal,
})
const leaves = leavesOf(program)
const SECRET = '13800138000'
const here = await Here.create('customer: { scheme: envelope }\ndirect: { scheme: kms-direct }')

beforeAll(async () => {
  here.write('empty', '')
  here.write('binary', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256)))
  here.write('text', `${SECRET} is no ciphertext\n`)
  here.write('enormous', '')
  truncateSync(here.path('enormous'), 3 * 2 ** 30)
  here.write('malformed', '{"a":[1,\n-----BEGIN PGP MESSAGE-----\n\nAAAA')
  mkdirSync(here.path('folder'))
  await here.parasol(['encrypt', '-u', 'customer', '--without-context', 'the store is there'])
})
afterAll(() => here.remove())

it.each(leaves.map((command) => [pathOf(command).join(' '), command] as const))(
  'finds every misspelt flag of %s',
  async (_name, command) => {
    for (const { long } of command.options) {
      if (!long) continue
      const misspelt = `${long.slice(0, -1)}${long.endsWith('q') ? 'x' : 'q'}`
      const ended = await runHere([...pathOf(command), misspelt, 'value'])
      requireOneLine(ended, misspelt)
      expect(ended, misspelt).toMatchObject({ code: 2, stdout: '' })
      expect(ended.stderr).toContain(`"${misspelt}"`)
    }
  },
)

/** The commands that would go on for ever, what makes its files itself, and what makes a key for each passphrase. */
const NOT_FED = /^(serve|kms serve|init|completion|sop|gpg generate)$/
/** A store that is not there, with its key file, and a ring. */
const MAKES_FILES = /^(kms (keys|access|rekey)|gpg (import|seal|unseal))\b/
const INPUTS = ['absent', 'folder', 'text/x', 'binary', 'empty', 'text', 'malformed', 'enormous']

it.each(leaves.map((command) => [pathOf(command).join(' '), command] as const).filter(([name]) => !NOT_FED.test(name)))(
  'says in one line what is wrong with the files of %s, and makes none',
  async (name, command) => {
    const before = listing()
    for (const place of placesOf(command)) {
      for (const input of INPUTS) {
        // A folder that is not there may be made.
        if (place.isFolder && input === 'absent') continue
        const where = `${name} ${place.name} ${input}`
        const ended = await complete(command, place.args(here.path(input)))
        if (ended.code !== 0) requireOneLine(ended, where)
        if (MAKES_FILES.test(name)) rmSync(here.path('absent'), { force: true })
      }
    }
    if (!MAKES_FILES.test(name)) expect(listing()).toEqual(before)
  },
)

/** Where a command takes the name of a file or a folder. */
function placesOf(command: Command): readonly { name: string; isFolder: boolean; args: (path: string) => string[] }[] {
  const options = command.options.filter(takesPath).map(({ long, flags }) => ({
    name: String(long),
    isFolder: flags.includes('<folder>'),
    args: (path: string) => [String(long), path],
  }))
  const [argument] = command.registeredArguments
  const isFile = argument !== undefined && /^files?$/.test(argument.name())
  return isFile ? [...options, { name: argument.name(), isFolder: false, args: (path) => [path] }] : options
}

/** With what a command has to be told before it looks at its files. */
async function complete(command: Command, args: readonly string[]): Promise<Ended> {
  const given = [...pathOf(command), ...(args[0]?.startsWith('-') ? argumentsOf(command) : []), ...args]
  for (const { long } of command.options) {
    const value = SAMPLES.get(String(long))
    if (value !== undefined && !given.includes(String(long))) given.push(String(long), ...value)
  }
  for (let attempt = 0; ; attempt++) {
    const ended = await here.parasol(given)
    const [, missing] = /Option "(?:-\w, )?(--[\w-]+)[^"]*" is missing/.exec(ended.stderr) ?? []
    if (missing === undefined || given.includes(missing) || attempt === 8) return ended
    given.push(missing, here.path('absent'))
  }
}

const SAMPLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['--store', [here.path('kms')]],
  ['--ring', [here.path('ring')]],
  ['--use-case', ['customer']],
  ['--to', ['direct']],
  ['--fields', ['phone']],
  ['--without-context', []],
  ['--from', ['0123456789ABCDEF0123456789ABCDEF01234567']],
  ['--as', ['0123456789ABCDEF0123456789ABCDEF01234567']],
  ['--unsigned', []],
])

const bound = ['-u', 'customer', '-c', 'id=1']
const rows = ['-u', 'customer', '-k', 'id', '-o', './out']
const commands: Readonly<Record<string, (file: string) => readonly string[]>> = {
  encrypt: (file) => ['encrypt', ...bound, '--in', file, '--out', './out'],
  decrypt: (file) => ['decrypt', ...bound, '--in', file, '--out', './out'],
  rewrap: (file) => ['rewrap', ...bound, '--in', file],
  inspect: (file) => ['inspect', '--in', file],
  reencrypt: (file) => ['reencrypt', '--to', 'direct', ...bound, '--in', file],
  'reencrypt rows': (file) => ['reencrypt', '--to', 'direct', '-u', 'customer', '-k', 'id', '--in', file],
  'records encrypt': (file) => ['records', 'encrypt', file, '-F', 'phone', ...rows],
  'records decrypt': (file) => ['records', 'decrypt', file, ...rows],
  'records rewrap': (file) => ['records', 'rewrap', file, ...rows],
}

/** Input, exit code; `encrypt` takes any bytes. */
const inputs: readonly (readonly [input: string, codes: readonly number[], onlyIf?: RegExp])[] = [
  ['./absent', [7]],
  ['./folder', [7]],
  ['./text/x', [7]],
  ['./empty', [2, 4], /^(?!encrypt$)/],
  ['./binary', [2, 4], /^(?!encrypt$)/],
  ['./text', [2, 4], /^(?!encrypt$)/],
  ['./enormous', [2, 4], /^(?!encrypt$)/],
]

it.each(
  Object.entries(commands).flatMap(([name, args]) =>
    inputs.flatMap(([input, codes, onlyIf]) =>
      onlyIf && !onlyIf.test(name) ? [] : [[name, input, args, codes] as const],
    ),
  ),
)('refuses, by %s, what is %s, and leaves no half of a file', async (name, input, args, codes) => {
  const before = listing()
  const ended = await here.parasol(args(input))
  requireOneLine(ended, `${name} ${input}`)
  expect(codes).toContain(ended.code)
  expect(listing()).toEqual(before)
})

it.each(['encrypt', 'decrypt', 'rewrap', 'inspect', 'reencrypt'])(
  'takes no binary, empty or endless pipe by %s',
  async (name) => {
    const args = [name, ...(name === 'inspect' ? [] : name === 'reencrypt' ? ['--to', 'direct', ...bound] : bound)]
    const endless = new Uint8Array(17 * 1024 * 1024).fill(65)
    for (const input of [new Uint8Array([0xff, 0xfe, 0]), ...(name === 'encrypt' ? [] : [new Uint8Array()]), endless]) {
      const ended = await here.parasol(args, { input })
      requireOneLine(ended, name)
      expect(ended).toMatchObject({ code: 2, stdout: '' })
    }
  },
)

/** No stack, no value, and nothing that nobody foresaw. */
function requireOneLine({ stderr, code }: Ended, where: string): void {
  expect(stderr, where).toMatch(/^(error: [^\n]+|Usage: [\s\S]+)\n$/)
  expect(stderr, where).not.toMatch(/unexpected happened|\n\s+at |node:internal/)
  expect(stderr, where).not.toContain(SECRET)
  expect([2, 3, 4, 5, 6, 7, 8], where).toContain(code)
}

function listing(): readonly string[] {
  return (readdirSync(here.folder, { recursive: true }) as string[]).filter((path) => !/^kms\//.test(path)).sort()
}

function takesPath({ flags }: Option): boolean {
  return /<(file|folder|path)>/.test(flags) && !/--(out|report|dir|config)\b/.test(flags)
}

/** Something for each argument that must be there. */
function argumentsOf(command: Command): readonly string[] {
  return command.registeredArguments.filter(({ required }) => required).map(() => join(here.folder, 'absent'))
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

function pathOf(command: Command): readonly string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : []
}
