import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@parasol/config'
import { CryptoError } from '@parasol/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { directory, env, load, ownPlugin, passphraseKms, problemsOf, sound, throughKms, write } from './workspace.js'

const loadFile = (path: string) => loadConfig(path, { env, directory })
const invalid = (message: string) =>
  expect.objectContaining({ code: 'INVALID_CONFIG', message: expect.stringContaining(message) })

it('says what to do when the file is missing', async () => {
  await expect(loadFile('missing.yaml')).rejects.toThrow(
    invalid(`"${join(directory, 'missing.yaml')}" does not exist: create it, or say where it is`),
  )
})

it('does not search the folders above', async () => {
  write(sound)
  mkdirSync(join(directory, 'inner'), { recursive: true })
  await expect(loadConfig(undefined, { env, directory: join(directory, 'inner') })).rejects.toThrow(
    invalid('does not exist'),
  )
})

it('refuses a directory, a path through a file, and a file that is too long', async () => {
  await expect(loadFile('.')).rejects.toThrow(invalid('is a directory'))
  write(sound)
  await expect(loadFile('parasol.yaml/x')).rejects.toThrow(invalid('a part of its path is a file'))
  await expect(load('#'.repeat(1_048_577))).rejects.toThrow(invalid('longer than 1048576 bytes'))
  await expect(loadFile('/dev/zero')).rejects.toThrow(invalid('longer than 1048576 bytes'))
})

it('takes a file of exactly the limit', async () => {
  const padding = '#'.repeat(1_048_576 - Buffer.byteLength(sound))
  expect((await load(sound + padding)).schemes.size).toBe(2)
})

it('refuses what is not UTF-8 and takes a byte order mark', async () => {
  await expect(load(Buffer.from([0x76, 0xff, 0xfe]))).rejects.toThrow(invalid('is not UTF-8'))
  await expect(load(Buffer.from(sound, 'utf16le'))).rejects.toThrow(invalid('parasol.yaml'))
  await expect(load(`\ufeff${sound}`)).resolves.toBeDefined()
})

it.each([
  ['', 'parasol.yaml:1:1 expected a mapping, got nothing'],
  ['# nothing\n', 'parasol.yaml:1:1 expected a mapping, got nothing'],
  ['parasol', 'parasol.yaml:1:1 expected a mapping, got a text'],
  ['- version: 1', 'parasol.yaml:1:1 expected a mapping, got a list'],
])('refuses a file without a configuration: %j', async (content, problem) => {
  expect(await problemsOf(content)).toEqual([
    `${problem} (A configuration has the keys "version", "schemes" and "useCases", and mostly "kms")`,
  ])
})

it.each([
  ['version: 1\nkms: {a: [1, 2\n', /^parasol\.yaml:3:1 malformed YAML/],
  ['version: 1\nkms: "x\n', /^parasol\.yaml:3:1 malformed YAML: something is missing before here/],
  ['version: 1\nkms:\n\tmain: {}\n', /^parasol\.yaml:3:1 a tab cannot indent/],
  ['version: 1\nkms:\n    a: {}\n  b: {}\n', /^parasol\.yaml:4:1 malformed YAML: the indentation/],
  ['version: 1\nkms: a: b\n', /^parasol\.yaml:2:6 malformed YAML: a second ": "/],
  ['version: 1\nkms: {}\nkms: {}\n', /^parasol\.yaml:3:1 a key that this mapping already has/],
  ['version: 1\n---\nversion: 1\n', /^parasol\.yaml:2:1 a second document/],
  ['version: &one 1\nkms: *one\n', /^parasol\.yaml:2:6 an alias/],
  ['version: !!js/function "x"\n', /^parasol\.yaml:1:10 a tag/],
  ['version: !!binary "MQ=="\n', /^parasol\.yaml:1:10 a tag/],
  ['%SECRET x\n---\nversion: 1\n', /^parasol\.yaml:1:1 a % directive/],
  ['? [a]\n: 1\n', /^parasol\.yaml:1:3 a key that is not text/],
  ['version: 1\nuseCases:\n  __proto__: { scheme: x }\n', /^parasol\.yaml:3:3 a key cannot be named "__proto__"/],
])('names the line of what is not plain YAML: %j', async (content, problem) => {
  expect(await problemsOf(content)).toEqual([expect.stringMatching(problem)])
})

it('does not quote a line that may hold a secret', async () => {
  for (const content of [
    'a: {b: "hunter2"',
    'hunter2\nb: 1',
    '- hunter2 ]\n]',
    'a: *hunter2',
    '!hunter2 x',
    'a: "\\hunter2"',
  ]) {
    expect((await problemsOf(content)).join()).not.toContain('hunter2')
  }
})

it.each([
  ['flow', '['.repeat(500_000)],
  ['list', '- '.repeat(500_000)],
  ['wide', Array.from({ length: 60_000 }, (_, index) => `k${index}: x`).join('\n')],
  ['deep', `a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['deep in lines', Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['deep in braces', `a: ${'{a: '.repeat(10_000)}`],
  ['deep in a line', `a: {b: ${'c: '.repeat(12_000)}`],
  ['deep after quotes', '"a" : {'.repeat(10_000)],
  ['anchors', 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]'],
])('refuses at once what would exhaust the parser: %s', async (_, content) => {
  expect((await problemsOf(content)).join()).toMatch(/too long or too deeply nested|an alias/)
})

it.each([
  ['version: 2', 'parasol.yaml:1:1 version: expected 1, got a number (The version of this format: 1)'],
  ['version: "1"', 'parasol.yaml:1:1 version: expected 1, got a text (The version of this format: 1)'],
  ['# version: 1', 'parasol.yaml:2:1 version: missing: expected 1 (The version of this format: 1)'],
])('reads one version of the format: %s', async (line, problem) => {
  expect(await problemsOf(sound.replace('version: 1', line))).toEqual([problem])
})

it('names the keys that there are, and the one that was probably meant', async () => {
  expect(await problemsOf(sound.replace('useCases:', 'usecases:'))).toEqual([
    'parasol.yaml has 2 problems',
    'parasol.yaml:1:1 useCases: missing: expected a mapping (What data is for, by a name of your choice)',
    'parasol.yaml:10:1 usecases: unknown key (allowed: version, kms, schemes, useCases, service): did you mean "useCases"?',
  ])
  expect(await problemsOf(sound.replace('reads:', 'read:'))).toEqual([
    'parasol.yaml:12:35 useCases["customer.idCard"].read: unknown key (allowed: scheme, reads, purpose): did you mean "reads"?',
  ])
  expect(await problemsOf(sound.replace('    keyId: alias/new', '    keyId: alias/new\n    keyid: x'))).toEqual([
    'parasol.yaml:10:5 schemes.new.keyid: unknown key (allowed: kms, keyId, suite, recipients, maxRecords, armor, secret, dataKeys): did you mean "keyId"?',
  ])
})

it('names the schemes that there are', async () => {
  expect(await problemsOf(sound.replace('{ scheme: old }', '{ scheme: odl }'))).toEqual([
    'parasol.yaml:11:21 useCases["customer.phone"].scheme: no scheme "odl" (have: old, new): did you mean "old"?',
  ])
  expect(await problemsOf(sound.replace('[old]', '[old, knew]'))).toEqual([
    'parasol.yaml:12:48 useCases["customer.idCard"].reads[1]: no scheme "knew" (have: old, new): did you mean "new"?',
  ])
})

it('names the KMS that there are, at the line that names another', async () => {
  expect(await problemsOf(sound.replace('    kms: main', '    kms: mian'))).toEqual([
    'parasol.yaml:8:5 schemes.new.kms: no KMS "mian" (have: main): did you mean "main"?',
  ])
})

it('refuses KMS that need themselves', async () => {
  const loop = sound.replace('{ env: PASSPHRASE } }', '{ env: PASSPHRASE }, over: main }')
  expect(await problemsOf(loop)).toEqual([
    'parasol.yaml:3:3 kms.main: needs itself: it names a KMS that leads back to it',
  ])
})

it.each([
  ['keyId: 7', 'keyId: expected a text, got a number: put it in quotes (The KMS key)'],
  ['keyId: true', 'keyId: expected a text, got true or false: put it in quotes (The KMS key)'],
  ['keyId: []', 'keyId: expected a text, got a list (The KMS key)'],
  ['keyId:', 'keyId: expected a text, got nothing (The KMS key)'],
  [
    'keyId: x\n    suite: aes-256-gmc',
    'suite: expected aes-256-gcm or secretbox, got a text: did you mean "aes-256-gcm"?',
  ],
  ['keyId: x\n    suite: hunter2', 'suite: expected aes-256-gcm or secretbox, got a text'],
  ['keyId: x\n    recipients: x', 'recipients: expected a list, got a text'],
  ['keyId: x\n    recipients: [abcdefgh, 12345678]', 'recipients[1]: expected a text, got a number: put it in quotes'],
  ['keyId: x\n    maxRecords: many', 'maxRecords: expected a number, got a text'],
  ['keyId: x\n    maxRecords: 1.5', 'maxRecords: expected a whole number, got a number'],
  ['keyId: x\n    armor: yes', 'armor: expected true or false, got a text'],
  ['keyId: x\n    dataKeys: { reuse: { seconds: x } }', 'dataKeys.reuse.seconds: expected a number, got a text'],
  ['keyId: x\n    dataKeys: 7', 'dataKeys: expected per-record or a mapping, got a number'],
  ['keyId: x\n    dataKeys: { reus: {} }', 'dataKeys.reus: unknown key (allowed: reuse): did you mean "reuse"?'],
])('speaks of kinds and never of values: %j', async (line, problem) => {
  const problems = await problemsOf(sound.replace('keyId: alias/new', line))
  expect(problems.join('\n')).toContain(`schemes.new.${problem}`)
  expect(problems.join('\n')).not.toMatch(/hunter2|gmc/)
})

it.each(['hunter2', '12345678', '[hunter2]', '{ value: hunter2 }', '{ env: A, file: hunter2 }', 'null'])(
  'takes a reference to a secret and shows no literal one: %s',
  async (literal) => {
    const problems = await problemsOf(sound.replace('{ env: PASSPHRASE }', literal))
    expect(problems).toEqual([
      expect.stringMatching(
        /^parasol\.yaml:3:\d+ kms\.main\.passphrase: (a secret does not belong in this file|not a secret): write \{ env: NAME \} or \{ file: PATH \}/,
      ),
    ])
    expect(problems.join()).not.toMatch(/hunter2|12345678/)
  },
)

it('asks for the name of the variable that holds a secret', async () => {
  expect(await problemsOf(sound.replace('env: PASSPHRASE', 'env: ""'))).toEqual([
    expect.stringMatching(/kms\.main\.passphrase\.env: must not be empty$/),
  ])
})

it('asks for a secret that is missing', async () => {
  expect(await problemsOf(sound.replace(', passphrase: { env: PASSPHRASE }', ''))).toEqual([
    'parasol.yaml:3:3 kms.main.passphrase: missing: write { env: NAME } or { file: PATH }, which says where it is',
  ])
})

it('refuses sections of the wrong kind', async () => {
  expect((await problemsOf('version: 1\nkms:\nschemes: []\nuseCases: x\n')).slice(1)).toEqual([
    'parasol.yaml:2:1 kms: expected a mapping, got nothing (Key management services, by a name of your choice)',
    'parasol.yaml:3:1 schemes: expected a mapping, got a list (Schemes, by their name)',
    'parasol.yaml:4:1 useCases: expected a mapping, got a text (What data is for, by a name of your choice)',
  ])
})

it('refuses a configuration that encrypts nothing', async () => {
  expect((await problemsOf('version: 1\nschemes: {}\nuseCases: {}\n')).slice(1)).toEqual([
    'parasol.yaml:2:1 schemes: names no scheme',
    'parasol.yaml:3:1 useCases: names no use case',
  ])
})

it('refuses names that nothing could carry', async () => {
  const content = sound.replace('  new:', '  New:').replace('customer.phone:', '"customer:phone":')
  expect((await problemsOf(content)).slice(1)).toEqual([
    'parasol.yaml:6:3 schemes.New: use lower-case letters, digits and hyphens, at most 32, to name it',
    'parasol.yaml:11:3 useCases[a key of 14 characters]: use letters, digits, "_", "-" and ".", at most 128, to name it',
    'parasol.yaml:12:22 useCases["customer.idCard"].scheme: no scheme "new" (have: old, New): did you mean "New"?',
  ])
})

it('takes names that objects have of themselves as what they are: names', async () => {
  const named = sound.replace('main:', 'constructor:').replaceAll('kms: main', 'kms: constructor')
  const config = await load(named.replace('customer.phone:', 'toString:'))
  expect(Object.keys(config.useCases)).toEqual(['toString', 'customer.idCard'])
  expect(await problemsOf(sound.replace('{ scheme: old }', '{ scheme: constructor }'))).toEqual([
    expect.stringContaining('no scheme "constructor" (have: old, new)'),
  ])
  expect(await problemsOf(sound.replace('kms: main', 'kms: toString'))).toEqual([
    expect.stringContaining('no KMS "toString" (have: main)'),
  ])
})

it('names the built-in plug-ins when there is no such', async () => {
  expect(await problemsOf(sound.replace(`old: { use: ${throughKms}`, 'old: { use: envelop'))).toEqual([
    expect.stringMatching(
      /^parasol\.yaml:5:10 schemes\.old\.use: no built-in scheme plug-in "envelop" \(have: envelope, gpg, kms-direct\): did you mean "envelope"\?/,
    ),
  ])
  expect(await problemsOf(sound.replace(`main: { use: ${passphraseKms}`, 'main: { use: aliyum'))).toEqual([
    expect.stringMatching(
      /kms\.main\.use: no built-in KMS plug-in "aliyum" \(have: aliyun, failover, local\): did you mean "aliyun"\?/,
    ),
  ])
  expect(await problemsOf(sound.replace(`old: { use: ${throughKms}`, 'old: { use: ..'))).toHaveLength(1)
})

it('takes the name of a scheme for its plug-in where there is no "use"', async () => {
  expect(await problemsOf(sound.replace(`old: { use: ${throughKms}, `, 'old: { '))).toEqual([
    expect.stringMatching(/^parasol\.yaml:5:3 schemes\.old\.use: no built-in scheme plug-in "old"/),
  ])
})

it.each([
  [ownPlugin('missing'), /no file ".*missing\.ts": a relative plug-in begins at the folder of the configuration/],
  ['"@acme/parasol-vault/container"', /no module "@acme\/parasol-vault\/container" is installed where/],
  ['"data:text/javascript,export const plugin = 1"', /neither a name, nor a path, nor a package/],
  ['"https://example.com/plugin.js"', /neither a name, nor a path, nor a package/],
  [ownPlugin('none'), /exports no "plugin" that definePlugin/],
  [ownPlugin('old'), /exports no "plugin" that definePlugin/],
  [ownPlugin('throws'), /cannot be loaded \(TypeError\)/],
  ['""', /schemes\.old\.use: must not be empty/],
])('says what is wrong with a plug-in of the user: %s', async (use, problem) => {
  const problems = await problemsOf(sound.replace(`old: { use: ${throughKms}`, `old: { use: ${use}`))
  expect(problems).toEqual([expect.stringMatching(problem)])
  expect(problems.join()).not.toContain('hunter2')
})

it('finds a package of the user where the configuration is', async () => {
  write(
    '{ "name": "@acme/vault", "type": "module", "exports": { "./container": "./container.js" } }',
    'node_modules/@acme/vault/package.json',
  )
  write('export const plugin = 1', 'node_modules/@acme/vault/container.js')
  expect(await problemsOf(sound.replace(`old: { use: ${throughKms}`, 'old: { use: "@acme/vault/container"'))).toEqual([
    expect.stringContaining('the module of "@acme/vault/container" exports no "plugin"'),
  ])
})

it('says that a plug-in lacks a package', async () => {
  write("import 'a-package-that-nobody-installed'", 'incomplete.mjs')
  expect(await problemsOf(sound.replace(`old: { use: ${throughKms}`, 'old: { use: ./incomplete.mjs'))).toEqual([
    expect.stringMatching(/cannot be loaded \(ERR_MODULE_NOT_FOUND\): install its package and what that imports$/),
  ])
})

it('lists all problems at once, in the order of the file', async () => {
  const content = sound
    .replace('version: 1', 'version: 3')
    .replace('{ env: PASSPHRASE }', 'hunter2')
    .replace('    kms: main', '    kms: other')
    .replace('{ scheme: old }', '{ scheme: gone, readz: [] }')
    .replace('[old]', '[gone]')
  const problems = await problemsOf(content)
  expect(problems[0]).toBe('parasol.yaml has 5 problems')
  expect(problems.slice(1).map((line) => line.split(' ')[1])).toEqual([
    'version:',
    'kms.main.passphrase:',
    'schemes.new.kms:',
    'useCases["customer.phone"].readz:',
    'useCases["customer.idCard"].reads[0]:',
  ])
})

it('lists no more problems than can be read', async () => {
  const useCases = Array.from({ length: 80 }, (_, index) => `  case${index}: { scheme: gone }`).join('\n')
  const problems = await problemsOf(`${sound}${useCases}\n`)
  expect(problems).toHaveLength(52)
  expect(problems.at(-1)).toBe('and 30 more')
})

it('answers whatever stands in the file with a configuration or with INVALID_CONFIG', async () => {
  const splices = fc.tuple(
    fc.nat(sound.length),
    fc.nat(40),
    fc.oneof(fc.string(), fc.constantFrom(...'{}[]:-&*!|>%@`\'"#,?\n\t')),
  )
  await fc.assert(
    fc.asyncProperty(splices, async ([at, length, text]) => {
      const content = sound.slice(0, at) + text + sound.slice(at + length)
      const outcome = await load(content).then(
        () => 'sound',
        (error) => (CryptoError.is(error) ? error.code : error),
      )
      expect(['sound', 'INVALID_CONFIG']).toContain(outcome)
    }),
    { numRuns: 300 },
  )
})

it.each([
  '{ env: PASSPHRASE, hunter2 }',
  '{ env: PASSPHRASE, value:hunter2 }',
  '{ "env: hunter2": }',
  '{ hunter2 }',
  '{ value: hunter2, env: PASSPHRASE }',
])('shows no secret that slipped into the keys: passphrase: %s', async (secret) => {
  const problems = await problemsOf(sound.replace('{ env: PASSPHRASE }', secret))
  expect(problems.join('\n')).not.toContain('hunter2')
  expect(problems.join('\n')).toContain('not a secret: write { env: NAME } or { file: PATH }')
})
