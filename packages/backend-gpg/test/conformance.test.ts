import type { GpgOptions } from '@parasol/backend-gpg'
import { testCryptoProvider } from '@parasol/testing/vitest'
import { createTwoParties } from './two-parties.js'

const variants: Record<string, (alice: string) => Partial<GpgOptions>> = {
  'GpgProvider that binds the context by its signature': () => ({ context: 'signed' }),
  'GpgProvider for messages without a context': (alice) => ({ recipients: [alice] }),
}

for (const [name, options] of Object.entries(variants)) {
  testCryptoProvider(name, async () => {
    const parties = await createTwoParties()
    const strangers = await createTwoParties()
    return {
      provider: parties.provider(options(parties.alice)),
      stranger: strangers.provider(options(strangers.alice)),
      dispose: () => {
        parties[Symbol.dispose]()
        strangers[Symbol.dispose]()
      },
    }
  })
}
