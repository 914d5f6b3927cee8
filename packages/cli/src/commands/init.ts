import { join } from 'node:path'
import { Command } from 'commander'
import { UsageError } from '../usage-error.js'

interface InitOptions {
  readonly dir: string
  readonly useCase: readonly string[]
}

const CONFIG = 'parasol.yaml'
const ALIAS = 'alias/parasol'
const EXAMPLES = `
Examples:
  $ parasol init
  $ parasol init --use-case customer.phone --use-case customer.idCard
`

/** A first configuration, with a local KMS that has a key. */
export function initCommand(): Command {
  return new Command('init')
    .description(`write a first ${CONFIG}, and make a local key store with a key; replaces nothing`)
    .option('--dir <folder>', 'where', '.')
    .option('-u, --use-case <name>', 'what data is for; repeatable', addUseCase, [])
    .addHelpText('after', EXAMPLES)
    .action(init)
}

async function init({ dir, useCase }: InitOptions): Promise<void> {
  const { AtomicFile } = await import('@parasol/core/files')
  const { LocalKms } = await import('@parasol/kms-local')
  const useCases = useCase.length > 0 ? useCase : ['customer.phone']
  await requireUseCaseNames(useCases)
  const path = join(dir, CONFIG)
  await using file = await AtomicFile.create(path, { mode: 0o644, overwrite: false })
  await using kms = new LocalKms({
    folder: join(dir, 'kms'),
    rootKey: { keyFile: join(dir, 'kms.key') },
    createKeys: [ALIAS],
  })
  await kms.open()
  await file.write(configText(useCases))
  await file.commit()
  process.stdout.write(`Wrote ${path}, which explains itself. Keys are in ${join(dir, 'kms')}, opened by ${join(dir, 'kms.key')}:
keep a copy of both, apart from each other and out of version control. Without them nothing can be decrypted.

Next: parasol encrypt --use-case ${useCases[0]} --context id=7 "some text"
`)
}

function addUseCase(name: string, former: readonly string[]): readonly string[] {
  return [...new Set([...former, name])]
}

async function requireUseCaseNames(names: readonly string[]): Promise<void> {
  const { isUseCaseName } = await import('@parasol/core')
  if (names.every(isUseCaseName)) return
  throw new UsageError('A use case has a name of letters, digits, "_", "-" and ".", at most 128')
}

function configText(useCases: readonly string[]): string {
  return `version: 1

kms:                                  # key management services, by a name of your choice
  main:
    use: local                        # in this process; "aliyun" is Alibaba Cloud's
    store: ./kms                      # sealed
    keyFile: ./kms.key                # opens the store; or: passphrase: { env: PARASOL_KMS_PASSPHRASE }
    createKeys: [${ALIAS}]

schemes:                              # the name is written into every token: choose it once
  envelope: { kms: main, keyId: ${ALIAS} }
  kms-direct: { kms: main, keyId: ${ALIAS} }

useCases:                             # what data is for; the scheme can change later, by "reads"
${useCases.map((name) => `  ${JSON.stringify(name)}: { scheme: envelope }\n`).join('')}`
}
