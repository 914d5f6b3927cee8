import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { examples } from '../../examples.js'
import { withCipher } from '../../options.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { addRingOptions, type RingOptions, ringFolder } from './ring-options.js'

export function sealCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('seal').description(text.seal).requiredOption('-u, --use-case <name>', text.useCase)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, SEAL_EXAMPLES, text.after))
    .action((options: RingOptions & { readonly useCase: string }) => seal(terminal, options))
}

export function unsealCommand(terminal: Terminal): Command {
  const command = new Command('unseal').description(texts(terminal).unseal)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, ['parasol gpg unseal']))
    .action((options: RingOptions) => unseal(terminal, options))
}

async function seal(terminal: Terminal, options: RingOptions & { readonly useCase: string }): Promise<void> {
  const { FolderKeyFiles, sealRing } = await import('@parasol/backend-gpg')
  const files = new FolderKeyFiles(ringFolder(terminal, options))
  const { useCase } = options
  await requireKms(terminal, options)
  const sealed = await withCipher(terminal, options, (cipher) => sealRing(files, cipher, useCase))
  print(terminal, options, { sealed, useCase }, () => formatFacts(terminal, { [texts(terminal).sealed]: sealed }))
}

/** A scheme without a KMS may need the very keys that it would seal. @throws UsageError */
async function requireKms(terminal: Terminal, { config, useCase }: RingOptions & { readonly useCase: string }) {
  const { loadConfig } = await import('@parasol/config')
  const { schemes, useCases } = await loadConfig(config, { env: terminal.env })
  const section = schemes.get(useCases[useCase]?.scheme ?? '')
  if (section?.kmsNames.length === 0) throw new UsageError(texts(terminal).noKms)
}

async function unseal(terminal: Terminal, options: RingOptions): Promise<void> {
  const { FolderKeyFiles, sealedBy, unsealRing } = await import('@parasol/backend-gpg')
  const files = new FolderKeyFiles(ringFolder(terminal, options))
  const useCase = await sealedBy(files)
  const unsealed =
    useCase === undefined
      ? []
      : await withCipher(terminal, { ...options, useCase }, (cipher) => unsealRing(files, cipher))
  print(terminal, options, { unsealed }, () => formatFacts(terminal, { [texts(terminal).unsealed]: unsealed }))
}

const SEAL_EXAMPLES = ['parasol gpg seal --use-case keys.openpgp', 'parasol gpg seal -u keys.openpgp --ring ./partners']

const texts = catalogue(
  {
    seal: 'encrypt the secret keys of the ring once more, by a use case of the configuration',
    unseal: 'take that away again: the keys are then locked under their passphrases only',
    useCase: 'a use case of a scheme that has a KMS; not of this key ring itself',
    after: 'Keys that come later are sealed too. For programs: sealedBy, beside keyRing in parasol.yaml.',
    noKms: 'The use case that seals keys needs a scheme that has a KMS',
    sealed: 'sealed',
    unsealed: 'unsealed',
  },
  {
    seal: '用配置中的一个用途把钥匙环中的私钥再加密一层',
    unseal: '去掉这一层：私钥此后只由口令锁定',
    useCase: '某个使用 KMS 的方案的用途；不能是本钥匙环自己的',
    after: '以后加入的私钥也会这样加密。程序请在 parasol.yaml 的 keyRing 旁写 sealedBy。',
    noKms: '密封私钥的用途必须属于使用 KMS 的方案',
    sealed: '已密封',
    unsealed: '已启封',
  },
)
