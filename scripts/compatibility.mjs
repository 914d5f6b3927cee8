// Writes docs/local-kms-compatibility.md from the tests that clients of others pass.
import { spawnSync } from 'node:child_process'

const { status } = spawnSync('npx', ['vitest', 'run', 'test/kms-api.test.ts', '--reporter=dot'], {
  stdio: 'inherit',
  env: { ...process.env, WRITE_COMPATIBILITY: '1' },
})
process.exitCode = status ?? 1
