import { writeFileSync } from 'node:fs'
import type { Finding, Proof, ProofContext } from '../proof.js'
import { type Random, randomFrom } from '../random.js'
import { TemporaryFolder } from '../temporary-folder.js'
import { RecordsProgram } from './program.js'

const ROWS = { short: 40_000, full: 1_000_000 } as const
const KILLS = { short: 4, full: 20 } as const
const MAX_MEMORY_MIB = 150
/** Of an encrypted row, at least. */
const ROW_BYTES = 400

export const records: Proof = {
  name: 'records',
  claim:
    'parasol records encrypt, killed by kill -9 at random moments and started again, gives what one run gives: no row is lost and none is doubled',
  goal: `same = 1, ended = 0, memoryMiB <= ${MAX_MEMORY_MIB}`,

  async measure(context) {
    using folder = new TemporaryFolder()
    const rows = ROWS[context.scale]
    const program = new RecordsProgram(folder.path, rows)
    await killAgainAndAgain(program, rows, context)
    const { code, memoryMiB } = await program.end(program.encrypt('plain.csv', 'sealed.csv'))
    const same = await comesBack(program)
    const figures = { rows, kills: KILLS[context.scale], ended: code ?? -1, memoryMiB, same: Number(same) }
    return { figures, holds: same && code === 0 && memoryMiB <= MAX_MEMORY_MIB }
  },

  /** Goes on after a kill by hand, from the last checkpoint, and leaves what was written after it. */
  async control({ seed }): Promise<Finding> {
    using folder = new TemporaryFolder()
    const program = new RecordsProgram(folder.path, ROWS.short)
    await killOnce(program, ROWS.short, randomFrom(seed))
    const { written, offset } = lastCheckpoint(program)
    const part = program.read('.sealed.csv.parasol/rows')
    const header = program.read('plain.csv').toString().split('\n', 1)[0]
    writeFileSync(program.path('rest.csv'), `${header}\n${program.read('plain.csv').subarray(offset)}`)
    await program.end(program.encrypt('rest.csv', 'rest-sealed.csv'))
    const rest = program.read('rest-sealed.csv')
    const whole = part.subarray(0, part.lastIndexOf('\n') + 1)
    writeFileSync(program.path('sealed.csv'), Buffer.concat([whole, rest.subarray(rest.indexOf('\n') + 1)]))
    const same = await comesBack(program)
    return { figures: { leftBytes: whole.length - written, same: Number(same) }, holds: same }
  },
}

async function killAgainAndAgain(program: RecordsProgram, rows: number, { scale, seed, progress }: ProofContext) {
  const random = randomFrom(seed)
  for (let kill = 0; kill < KILLS[scale]; kill++) {
    await killOnce(program, rows, random)
    progress(kill, KILLS[scale])
  }
}

/** What was done before counts, so that later kills find the program further on. */
async function killOnce(program: RecordsProgram, rows: number, random: Random): Promise<void> {
  const size = ROW_BYTES * (rows / 4 + random.below(rows / 2))
  await program.kill(program.encrypt('plain.csv', 'sealed.csv'), 'sealed.csv', size)
}

function lastCheckpoint(program: RecordsProgram): { written: number; offset: number } {
  const lines = program.read('.sealed.csv.parasol/journal').toString().trim().split('\n')
  const { written, state } = JSON.parse(lines.at(-1) as string)
  return { written, offset: state.position.offset }
}

async function comesBack(program: RecordsProgram): Promise<boolean> {
  const { code } = await program.end(program.decrypt('sealed.csv', 'opened.csv'))
  return code === 0 && program.read('opened.csv').equals(program.read('plain.csv'))
}
