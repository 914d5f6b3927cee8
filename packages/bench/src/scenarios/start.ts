import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Contender, Kind, Scenario } from '../scenario.js'
import { spawned } from '../spawned.js'

const PARASOL = join(dirname(createRequire(import.meta.url).resolve('@parasol/cli/package.json')), 'bin', 'parasol.js')

export const start: Scenario = {
  name: 'start',
  title: 'The command line, from nothing to its help',
  shows: 'how long a person waits for `parasol --help`, beside the start of Node itself',
  async *run({ requestRounds }) {
    const node = process.execPath
    yield {
      title: 'Until the program has ended',
      metric: 'wall',
      times: 1,
      rounds: requestRounds,
      contenders: [
        program('node, nothing to do', 'baseline', [node, '-e', '0']),
        program('parasol --help', 'ours', [node, PARASOL, '--help']),
        program('parasol records encrypt --help', 'ours', [node, PARASOL, 'records', 'encrypt', '--help']),
      ],
    }
  },
}

function program(name: string, kind: Kind, command: readonly string[]): Contender {
  const run = () => spawned(command)
  return { name, kind, check: () => run().then(() => undefined), turn: run }
}
