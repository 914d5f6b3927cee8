import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCsvRows } from '../csv-rows.js'
import { type FileWork, fileWork, requireSameFile } from '../file-work.js'
import { memoryFolder } from '../memory-folder.js'
import type { Goal, Scenario } from '../scenario.js'
import { spawned } from '../spawned.js'

const COPY = fileURLToPath(new URL('../../dist/csv-copy.js', import.meta.url))
const PARASOL = join(dirname(createRequire(import.meta.url).resolve('@parasol/cli/package.json')), 'bin', 'parasol.js')

const goals: readonly Goal[] = [
  { text: 'Encrypt two fields of CSV, against parsing and writing it', measure: 'faster', bound: 0.5, aim: 0.6 },
]

export const records: Scenario = {
  name: 'records',
  title: 'Rows of CSV, by the command line',
  shows:
    'what `parasol records` costs in CPU time, its start included, beside a program that parses and writes the same file',
  async *run({ rowsOfCsv: rows, streamRounds }) {
    await using folder = await memoryFolder(Math.ceil(rows / 1000))
    const place = (name: string): string => join(folder.path, name)
    await writeCsvRows(place('plain.csv'), rows)
    for (const suite of Object.keys(SUITES)) await writeFile(place(`${suite}.yaml`), configText(suite))
    const sealed = place('sealed.csv')
    const encrypt = (suite: string): FileWork => ({
      name: `parasol records encrypt, ${suite}`,
      kind: 'ours',
      goals: rows < ROWS_OF_GOALS ? [] : (SUITES[suite] ?? []),
      target: sealed,
      env: { ...process.env, PARASOL_CONFIG: place(`${suite}.yaml`) },
      work: [...parasol('encrypt', place('plain.csv'), sealed), '-F', 'phone,idCard'],
      verify: async () => {
        await spawned([...parasol('decrypt', sealed, place('opened.csv')), '--force'], {
          ...process.env,
          PARASOL_CONFIG: place(`${suite}.yaml`),
        })
        await requireSameFile(place('plain.csv'), place('opened.csv'))
      },
    })
    const copy: FileWork = {
      name: 'csv-parse and csv-stringify, no encryption',
      kind: 'baseline',
      target: place('copy.csv'),
      work: [process.execPath, COPY, place('plain.csv'), place('copy.csv')],
      verify: () => requireSameFile(place('plain.csv'), place('copy.csv')),
    }
    yield {
      title: `Encrypt two fields of ${rows.toLocaleString('en-US')} rows`,
      metric: 'cpu',
      times: 1,
      rounds: Math.min(streamRounds, 3),
      contenders: [fileWork(copy), ...Object.keys(SUITES).map((suite) => fileWork(encrypt(suite)))],
    }
  },
}

/** Of fewer rows, the start of the program is most of the work. */
const ROWS_OF_GOALS = 100_000

/** The suite for short fields has the goal. */
const SUITES: Readonly<Record<string, readonly Goal[]>> = { 'chacha20-poly1305-blake2b': goals, 'aes-256-gcm': [] }

function parasol(command: string, source: string, target: string): readonly string[] {
  return [process.execPath, PARASOL, 'records', command, source, '-u', 'customer', '-k', 'id', '-o', target]
}

function configText(suite: string): string {
  return `version: 1
kms: { main: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] } }
schemes: { envelope: { kms: main, keyId: alias/parasol, suite: ${suite}, dataKeys: { reuse: {} } } }
useCases: { customer: { scheme: envelope } }
`
}
