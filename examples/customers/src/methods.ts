import type { Cipher } from '@parasol/core'
import { compareFile } from './compare-file.js'
import { compareRows } from './compare-rows.js'
import type { Progress } from './progress.js'
import { protectFile } from './protect-file.js'
import { protectRows } from './protect-rows.js'
import type { Table } from './table.js'
import type { UseCaseName } from './write-config.js'

export interface Task {
  readonly cipher: Cipher
  readonly table: Table
  /** The encrypted file; of a whole file's encryption, its first part. */
  readonly target: string
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface Outcome {
  /** Of all ciphertexts, the wrapped keys among them. */
  readonly bytes: number
  /** How many cells they protect. */
  readonly cells: number
}

/** One way to protect a file of customers, with the scheme that suits it. */
export interface Method {
  readonly scheme: string
  readonly useCase: UseCaseName
  readonly suffix: string
  readonly protects: string
  readonly plaintextWent: string
  readonly protect: (task: Task) => Promise<Outcome>
  /** Decrypts what `protect` wrote and rejects unless it equals the original. */
  readonly compare: (task: Task) => Promise<void>
}

export const methods: readonly Method[] = [
  {
    scheme: 'kms-direct',
    useCase: 'customers.values',
    suffix: '.kms-direct.csv',
    protects: 'each value, by the KMS',
    plaintextWent: 'to the KMS, each value',
    protect: protectRows,
    compare: compareRows,
  },
  {
    scheme: 'envelope',
    useCase: 'customers.rows',
    suffix: '.envelope.csv',
    protects: 'each row, a key of its own',
    plaintextWent: 'it stayed in this process',
    protect: protectRows,
    compare: compareRows,
  },
  {
    scheme: 'gpg',
    useCase: 'customers.files',
    suffix: '.gpg',
    protects: 'the whole file, signed',
    plaintextWent: 'it stayed in this process',
    protect: protectFile,
    compare: compareFile,
  },
]
