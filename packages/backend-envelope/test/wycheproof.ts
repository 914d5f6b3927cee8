import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** A test of an AEAD, all of it in hexadecimal. */
export type WycheproofTest = Readonly<Record<'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag' | 'result', string>> & {
  readonly tcId: number
}

interface WycheproofGroup {
  readonly ivSize: number
  readonly keySize: number
  readonly tagSize: number
  readonly tests: readonly WycheproofTest[]
}

// They stand beside the project, as https://github.com/C2SP/wycheproof/tree/main/testvectors_v1 has them.
const shared = process.env['PARASOL_VECTORS'] ?? resolve(import.meta.dirname, '../../../../shared/vectors')
const folder = join(shared, 'wycheproof')

/** Tests that need the vectors say "(needs C2SP/wycheproof in PARASOL_VECTORS)", and are skipped without them. */
export const hasWycheproof: boolean = existsSync(folder)

/** The tests of a file with the sizes that the suites use. */
export function readWycheproof(file: string): readonly WycheproofTest[] {
  const { testGroups }: { testGroups: WycheproofGroup[] } = JSON.parse(readFileSync(join(folder, file), 'utf8'))
  return testGroups
    .filter(({ ivSize, keySize, tagSize }) => ivSize === 96 && keySize === 256 && tagSize === 128)
    .flatMap(({ tests }) => tests)
}

/** A test of X25519, all of it in hexadecimal. */
export type X25519Test = Readonly<Record<'private' | 'public' | 'shared', string>> & { readonly tcId: number }

export function readX25519(): readonly X25519Test[] {
  const text = readFileSync(join(folder, 'x25519_test.json'), 'utf8')
  const { testGroups }: { testGroups: { tests: X25519Test[] }[] } = JSON.parse(text)
  return testGroups.flatMap(({ tests }) => tests)
}
