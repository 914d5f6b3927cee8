import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { parseArguments } from '../src/arguments.js'

const here = resolve('somewhere')

it('protects the customers of the repository unless told otherwise', () => {
  const { file, fields, out } = parseArguments([], here)
  expect(file).toMatch(/examples.customers.customers\.csv$/)
  expect(fields).toContain('idCard')
  expect(out).toBe(resolve('out'))
})

it('looks for files from where the user is, not from where npm is', () => {
  const { file, out, fields } = parseArguments(['data/a.csv', '--out', 'b'], here)
  expect([file, out]).toEqual([resolve(here, 'data/a.csv'), resolve(here, 'b')])
  expect(fields).toBeUndefined()
})

it('takes names with commas and quotes in quotes, each once', () => {
  expect(parseArguments(['--fields', 'phone, "a,b" ,phone,"say ""x"""']).fields).toEqual(['phone', 'a,b', 'say "x"'])
})

it('says in one line what it does not understand', () => {
  for (const args of [
    ['--feilds', 'x'],
    ['--out'],
    ['--fields', '"x'],
    ['--out', '--check'],
    ['-x'],
    ['--check=yes'],
  ]) {
    expect(() => parseArguments(args)).toThrow(/^[^\n]+ \(npm run demo -- --help\)$/)
  }
})
