import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository, for the tests of the repository itself. */
export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** Paths of the files that git would commit, relative to the root. */
export function listFiles(): string[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 } as const
  const listing = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], options)
  const deleted = new Set(execFileSync('git', ['ls-files', '--deleted', '-z'], options).split('\0'))
  return listing.split('\0').filter((path) => path !== '' && !deleted.has(path))
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
