import { parseBenchArguments, scenarios } from '@parasol/bench'
import { expect, it } from 'vitest'

it('runs everything at length unless it is told otherwise', () => {
  expect(parseBenchArguments([])).toMatchObject({ scale: 'full', scenarios, json: undefined, html: undefined })
})

it('takes names after --only, apart or with commas', () => {
  const names = (argv: readonly string[]) => parseBenchArguments(argv).scenarios.map(({ name }) => name)
  expect(names(['--quick', '--only', 'record', 'peers'])).toEqual(['record', 'peers'])
  expect(names(['--only', 'record,peers', '--json', 'x.json'])).toEqual(['record', 'peers'])
})

it('says which scenarios there are, and what was probably meant', () => {
  expect(() => parseBenchArguments(['--only', 'speed'])).toThrow(/No scenario "speed" \(have: .*record/)
  expect(() => parseBenchArguments(['record'])).toThrow('Did you mean --only record?')
  expect(() => parseBenchArguments(['--fast'])).toThrow('--fast')
})

it('has scenarios of different names, each of which says what it shows', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length)
  for (const { name, shows } of scenarios) {
    expect(name).toMatch(/^[a-z-]+$/)
    expect(shows).toMatch(/^[a-z].*[^.]$/)
  }
})
