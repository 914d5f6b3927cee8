import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { contender } from '../contender.js'
import type { Goal, Scenario } from '../scenario.js'
import { temporaryFolder } from '../temporary-folder.js'

/** Of fewer keys, there is nothing to gain. */
const MANY_KEYS = 500
const goal: Goal = { text: 'OpenPGP: list a ring, against parsing it', measure: 'faster', bound: 3 }

export const openpgpRing: Scenario = {
  name: 'openpgp-ring',
  title: 'OpenPGP: a large key ring',
  shows: 'what listing a ring of many keys costs by its index, beside parsing every certificate',
  async *run({ ringKeys: count }) {
    const { KeyRing } = await import('@parasol/backend-gpg')
    await using folder = await temporaryFolder()
    await fillRing(folder.path, count)
    // Makes the index.
    await new KeyRing(folder.path).summaries()
    const common = { undo: (keys: readonly unknown[]) => keys.length, expected: count }
    const parse = async (): Promise<readonly unknown[]> => {
      const ring = new KeyRing(folder.path)
      return Promise.all((await ring.list()).map((fingerprint) => ring.certificate(fingerprint)))
    }
    yield {
      title: `List a ring of ${count} keys`,
      metric: 'cpu',
      times: 1,
      contenders: [
        contender({ name: 'OpenPGP.js, every certificate', kind: 'peer', work: parse, ...common }),
        contender({
          name: 'Parasol, by its index',
          kind: 'ours',
          goals: count >= MANY_KEYS ? [goal] : [],
          work: () => new KeyRing(folder.path).summaries(),
          ...common,
        }),
      ],
    }
  },
}

/** In the layout of pgp.cert.d, as any program may have put them there. */
async function fillRing(folder: string, count: number): Promise<void> {
  const { generateKey } = await import('openpgp')
  for (let index = 0; index < count; index++) {
    const userIDs = [{ name: `Key ${index}`, email: `key${index}@example.com` }]
    const { publicKey } = await generateKey({ type: 'ecc', userIDs, format: 'object' })
    const digits = publicKey.getFingerprint()
    const place = join(folder, 'certs', digits.slice(0, 2))
    await mkdir(place, { recursive: true })
    await writeFile(join(place, digits.slice(2)), publicKey.write())
  }
}
