import { CryptoError, isUseCaseName } from '@parasol/core'
import type { KeyFiles } from './key-files.js'
import { isSealed, type KeySealer, SealedKeyFiles } from './sealed-key-files.js'

/** The file of a ring that says by which use case its secret keys are sealed, so that nobody need say so each time. */
const MARK = 'sealed.json'

/** The use case by which a ring is sealed; undefined if it is not. @throws CryptoError STORE_DAMAGED */
export async function sealedBy(files: KeyFiles): Promise<string | undefined> {
  const content = await files.read(MARK)
  if (!content) return undefined
  const useCase = parseMark(Buffer.from(content).toString())
  if (useCase !== undefined) return useCase
  const place = files.describe(MARK)
  throw new CryptoError('STORE_DAMAGED', `"${place}" does not say by which use case the secret keys are sealed`)
}

/**
 * Seals the secret keys of a ring by a use case, those that are there and those that come later. It can be called again
 * after it was interrupted.
 *
 * @returns the fingerprints of those that were not sealed before
 */
export function sealRing(files: KeyFiles, sealer: KeySealer, useCase: string): Promise<readonly string[]> {
  return files.exclusively(async () => {
    const former = await sealedBy(files)
    if (former !== undefined && former !== useCase) {
      throw new CryptoError('INVALID_INPUT', `The key ring is sealed by "${former}": unseal it first`)
    }
    await files.write(MARK, Buffer.from(JSON.stringify({ useCase })))
    return rewrite(files, new SealedKeyFiles(files, sealer), false)
  })
}

/** Takes the seal from every secret key of a ring: they are then locked under their passphrases only. */
export function unsealRing(files: KeyFiles, sealer: KeySealer): Promise<readonly string[]> {
  return files.exclusively(async () => {
    const unsealed = await rewrite(files, new SealedKeyFiles(files, sealer), true)
    await files.remove(MARK)
    return unsealed
  })
}

function parseMark(text: string): string | undefined {
  try {
    const { useCase } = JSON.parse(text)
    return typeof useCase === 'string' && isUseCaseName(useCase) ? useCase : undefined
  } catch {
    return undefined
  }
}

/** Writes those that are sealed, or those that are not, in the other form, and reads each before the next. */
async function rewrite(files: KeyFiles, sealed: SealedKeyFiles, areSealed: boolean): Promise<readonly string[]> {
  const done: string[] = []
  for (const path of await files.list('keys')) {
    const stored = await files.read(path)
    if (!stored || isSealed(stored) !== areSealed) continue
    const key = (await sealed.read(path)) ?? stored
    await (areSealed ? files : sealed).write(path, key)
    const reread = await sealed.read(path)
    if (!reread || Buffer.compare(reread, key) !== 0) {
      await files.write(path, stored)
      throw new CryptoError('INTERNAL', 'A key did not come back as it was sealed, and was left as it was')
    }
    done.push(path.replace(/^keys[/\\]/, '').replace(/\.asc$/, ''))
  }
  return done
}
