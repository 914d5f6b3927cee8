import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import { patternOf, Shell, stepsOf } from './transcript.js'
import { Workplace } from './workplace.js'

// Whole programs, one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000 })

const guides = fileURLToPath(new URL('../../../docs/guides/', import.meta.url))
const transcripts = fileURLToPath(new URL('transcripts/', import.meta.url))
const tutorials = ['first-ten-minutes.md', 'first-ten-minutes.zh-CN.md'].map((name) => join(guides, name))
const documents = [...readdirSync(transcripts).map((name) => join(transcripts, name)), ...tutorials]

it.each(documents.map((path) => [basename(path), path]))('runs as %s says', async (name, path) => {
  const place = new Workplace()
  try {
    const shell = new Shell(place, name.includes('zh-CN') ? 'zh_CN.UTF-8' : 'C.UTF-8')
    const steps = stepsOf(path)
    expect(steps.length).toBeGreaterThan(0)
    for (const step of steps) {
      const { shown, code } = await shell.run(step)
      const where = `${name}:${step.line}: ${step.command}`
      expect(shown, where).toMatch(patternOf(step.shown))
      expect(code, where).toBe(step.code)
    }
  } finally {
    place.remove()
  }
})

it('teaches the same commands in both languages', () => {
  const [english = [], chinese = []] = tutorials.map((path) => stepsOf(path).map(({ command }) => command))
  expect(chinese).toEqual(english)
})
