import { readFileSync } from 'node:fs'
import { GPG_REASONS } from '@parasol/backend-gpg'
import { expect, it } from 'vitest'

it('says of every reason what to do', () => {
  const docs = readFileSync(new URL('../../../docs/gpg.md', import.meta.url), 'utf8')
  expect(Object.keys(GPG_REASONS).filter((reason) => !docs.includes(`\`${reason}\``))).toEqual([])
  const named = [...docs.matchAll(/`(GPG_[A-Z_]+)`/g)].map(([, reason]) => reason)
  expect(named.filter((reason) => reason && !/REASONS|PASSPHRASE$/.test(reason) && !(reason in GPG_REASONS))).toEqual(
    [],
  )
})
