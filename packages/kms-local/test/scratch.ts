import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KeyStore } from '@parasol/kms-local'
import { onTestFinished } from 'vitest'

/** An empty folder that goes when the test is over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parasol-kms-local-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A store in a folder, opened by a key file beside it. */
export function openStore(folder: string, name = 'store', key = name): Promise<KeyStore> {
  return KeyStore.open({ folder: join(folder, name), rootKey: { keyFile: join(folder, `${key}.key`) } })
}
