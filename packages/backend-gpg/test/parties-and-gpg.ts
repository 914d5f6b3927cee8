import { afterAll, beforeAll } from 'vitest'
import { type GnuPg, hasGpg, openGnuPgOf } from './gnupg.js'
import { createTwoParties, type TwoParties } from './two-parties.js'

/** Two parties, and a gpg that has the keys of both; without the program, a test may not ask for it. */
export interface PartiesAndGpg {
  readonly parties: TwoParties
  readonly gnupg: GnuPg
}

/** Makes them before the tests of a file, and removes them after them. */
export function usePartiesAndGpg(take: (both: PartiesAndGpg) => void): void {
  let parties: TwoParties
  let gnupg: GnuPg
  beforeAll(async () => {
    parties = await createTwoParties()
    if (hasGpg) gnupg = await openGnuPgOf(parties)
    take({ parties, gnupg })
  }, 60_000)
  afterAll(() => {
    parties[Symbol.dispose]()
    if (hasGpg) gnupg[Symbol.dispose]()
  })
}
