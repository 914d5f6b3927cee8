import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Cost } from './scenario.js'

const TIMES = /(\d+)m([\d.]+)s/g

/** Whether a program is there to be compared with. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync(name, [name === 'openssl' ? 'version' : '--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Bash tells milliseconds, a plain shell hundredths of a second. Where its input is a socket, as it is here, bash may take
 * this for a remote login and run the user's own start-up file, whose time would be counted.
 */
const SHELL = hasProgram('bash') ? ['bash', '--norc'] : ['sh']

/** Runs a program and says what it took, its start included. Rejects if it fails. */
export async function spawned(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Pick<Cost, 'cpuMicros' | 'wallMicros'>> {
  const [shell = 'sh', ...options] = SHELL
  const start = performance.now()
  const { stdout } = await promisify(execFile)(shell, [...options, '-c', '"$@" >&2 && times', shell, ...command], {
    env,
  })
  const wallMicros = (performance.now() - start) * 1000
  // The shell's own times stand on the first line, those of its children on the second.
  const [, children = ''] = stdout.trim().split('\n')
  const seconds = [...children.matchAll(TIMES)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest))
  return { cpuMicros: Math.max(seconds.reduce((sum, each) => sum + each, 0) * 1e6, 1), wallMicros }
}
