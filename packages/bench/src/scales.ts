/** How much of everything is measured. */
export interface Scale {
  readonly rounds: number
  /** How much CPU time a contender gets in each of its turns. */
  readonly roundMs: number
  /** How long a contender works before it is measured. */
  readonly warmMs: number
  /** Bytes of single values. */
  readonly sizes: readonly number[]
  /** Fields of records. */
  readonly fields: readonly number[]
  /** Round trips to the KMS. */
  readonly latenciesMs: readonly number[]
  /** Records that are counted, such as for calls to the KMS. */
  readonly records: number
  /** Requests of one turn of a server. */
  readonly requests: number
  readonly requestRounds: number
  /** Turns of a server that only warm it up. */
  readonly warmTurns: number
  readonly rowsOfCsv: number
  readonly streamMiB: number
  readonly streamRounds: number
  /** What OpenPGP signs takes longer than other streams. */
  readonly openpgpMiB: number
  /** Of a key ring. */
  readonly ringKeys: number
}

export const scales = {
  full: {
    rounds: 21,
    roundMs: 30,
    warmMs: 200,
    sizes: [16, 64, 256, 1024, 16_384, 262_144, 1_048_576],
    fields: [1, 5, 20],
    latenciesMs: [0, 5, 20],
    records: 100_000,
    requests: 3000,
    requestRounds: 15,
    warmTurns: 4,
    rowsOfCsv: 300_000,
    streamMiB: 1024,
    streamRounds: 5,
    openpgpMiB: 1024,
    ringKeys: 2000,
  },
  quick: {
    rounds: 5,
    roundMs: 10,
    warmMs: 40,
    sizes: [64, 1024, 65_536],
    fields: [1, 5],
    latenciesMs: [0, 5],
    records: 20_000,
    requests: 500,
    requestRounds: 5,
    warmTurns: 12,
    rowsOfCsv: 10_000,
    streamMiB: 64,
    streamRounds: 3,
    openpgpMiB: 32,
    ringKeys: 500,
  },
  /** So little that figures mean nothing: it shows that everything runs. */
  tiny: {
    rounds: 1,
    roundMs: 1,
    warmMs: 1,
    sizes: [16, 256],
    fields: [2],
    latenciesMs: [0],
    records: 20,
    requests: 32,
    requestRounds: 1,
    warmTurns: 0,
    rowsOfCsv: 200,
    streamMiB: 1,
    streamRounds: 1,
    openpgpMiB: 1,
    ringKeys: 20,
  },
} as const satisfies Record<string, Scale>

export type ScaleName = keyof typeof scales
