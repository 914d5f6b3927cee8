/** The programs that messages are exchanged with, by the packages of Debian and PyPI that CI installs. */
export const PROGRAMS = {
  gpg: 'gpg (GnuPG 2.2)',
  sq: 'sq (Sequoia 1.12)',
  sqop: 'sqop (Sequoia 1.12)',
  rnp: 'rnp 0.16',
  'pgpainless-cli': 'pgpainless-cli 1.3',
  pysequoia: 'pysequoia 0.1.35 (Sequoia 2)',
} as const

export type Program = keyof typeof PROGRAMS

const ALL: readonly Program[] = ['gpg', 'sq', 'sqop', 'rnp', 'pgpainless-cli', 'pysequoia']
/** None of Debian 12 reads RFC 9580, which a test of its own holds. */
export const BEFORE_RFC9580: readonly Program[] = ['gpg', 'sq', 'sqop', 'rnp', 'pgpainless-cli']
const RFC9580: readonly Program[] = ['pysequoia']
const NOT_SEQUOIA: readonly Program[] = ['gpg', 'rnp', 'pgpainless-cli']
/** sq asks for a password at a terminal only. */
const NOT_SQ: readonly Program[] = ['gpg', 'sqop', 'rnp', 'pgpainless-cli', 'pysequoia']
const NOT_RNP: readonly Program[] = ['gpg', 'sq', 'sqop', 'pgpainless-cli', 'pysequoia']

/** What is exchanged, and the programs that must read ours and whose own we must read. */
export interface Row {
  readonly what: string
  readonly read: readonly Program[]
  readonly written: readonly Program[]
}

const both = (what: string, programs: readonly Program[]): Row => ({ what, read: programs, written: programs })

/** Every cell is a test in `matrix.test.ts`, and the table in docs/gpg.md is written from it. */
export const MATRIX = {
  encrypted: both('encrypted and signed, binary', ALL),
  armored: both('encrypted and signed, as text', ALL),
  stream: both('encrypted and signed as a stream, in parts', ALL),
  reused: { what: 'the second of two messages under one session key', read: ALL, written: [] },
  several: { what: 'three recipients, two signers', read: ALL, written: [] },
  empty: both('an empty file', ALL),
  hidden: { what: 'one hidden recipient', read: NOT_RNP, written: [] },
  password: both('a password', NOT_SQ),
  detached: both('a detached signature, binary', ALL),
  detachedText: both('a detached signature, as text', ALL),
  inline: both('a signed message', ALL),
  cleartext: both('a clear-signed text', ALL),
  rsa3072: both('our key is RSA of 3072 bits: messages, detached and clear signatures', ALL),
  rsa4096: both('the same of 4096 bits', ALL),
  nistp256: both('the same on NIST P-256', ALL),
  nistp384: both('the same on NIST P-384', ALL),
  nistp521: both('the same on NIST P-521', ALL),
  brainpoolP256r1: both('the same on Brainpool P256r1', NOT_SEQUOIA),
  modern: both('`modern`: encrypted and signed, our key of version 6', RFC9580),
  modernStream: both('`modern`: encrypted and signed as a stream, in parts', RFC9580),
  modernPassword: both('`modern`: a password', RFC9580),
  modernDetached: both('`modern`: a detached signature', RFC9580),
  modernInline: both('`modern`: a signed message', RFC9580),
  modernCleartext: both('`modern`: a clear-signed text', RFC9580),
  modernCurve448: both('`modern`: our key is on Curve448', RFC9580),
  modernRsa3072: both('`modern`: our key is RSA of 3072 bits', RFC9580),
  modernNistp256: both('`modern`: our key is on NIST P-256', RFC9580),
} as const satisfies Record<string, Row>

export type Cell = keyof typeof MATRIX

/** The table of docs/gpg.md. */
export function formatMatrix(): string {
  const programs = Object.keys(PROGRAMS) as Program[]
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const mark = ({ read, written }: Row, program: Program): string =>
    [read.includes(program) ? '→' : '', written.includes(program) ? '←' : ''].join('') || '–'
  return [
    line(['', ...programs.map((program) => PROGRAMS[program])]),
    line(Array.from({ length: programs.length + 1 }, () => '---')),
    ...Object.values(MATRIX).map((row) => line([row.what, ...programs.map((program) => mark(row, program))])),
  ].join('\n')
}
