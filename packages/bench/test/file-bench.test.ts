import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { measureFiles } from '../src/file-bench.js'

it.skipIf(!hasOpenssl())('measures files against openssl (needs openssl)', async () => {
  const [openssl, ...ours] = await measureFiles({ mebibytes: 8, rounds: 1 })
  expect(openssl).toMatchObject({ name: 'openssl enc -aes-256-ctr', memoryMiB: undefined })
  expect(ours.map(({ memoryMiB }) => typeof memoryMiB)).toEqual(['number', 'number'])
  expect(ours.every(({ cpuSeconds }) => cpuSeconds > 0)).toBe(true)
})

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'])
    return true
  } catch {
    return false
  }
}
