import { join } from 'node:path'
import { Command } from 'commander'
import { catalogue } from '../catalogue.js'
import { examples } from '../examples.js'
import { addJsonOption } from '../options.js'
import { print } from '../print.js'
import type { Terminal } from '../terminal.js'
import { UsageError } from '../usage-error.js'

interface InitOptions {
  readonly dir: string
  readonly useCase: readonly string[]
  readonly json?: boolean
}

const CONFIG = 'parasol.yaml'
const ALIAS = 'alias/parasol'

/** A first configuration, with a local KMS that has a key. */
export function initCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('init')
    .description(text.description)
    .option('--dir <folder>', text.dir, '.')
    .option('-u, --use-case <name>', text.useCase, addUseCase, [])
  return addJsonOption(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options) => init(terminal, options))
}

async function init(terminal: Terminal, { dir, useCase, json = false }: InitOptions): Promise<void> {
  const { AtomicFile } = await import('@parasol/core/files')
  const { LocalKms } = await import('@parasol/kms-local')
  const useCases = useCase.length > 0 ? useCase : ['customer.phone']
  await requireUseCaseNames(terminal, useCases)
  const path = join(dir, CONFIG)
  const [store, keyFile] = [join(dir, 'kms'), join(dir, 'kms.key')]
  await using file = await AtomicFile.create(path, { mode: 0o644, overwrite: false })
  await using kms = new LocalKms({ folder: store, rootKey: { keyFile }, createKeys: [ALIAS] })
  await kms.open()
  await file.write(configText(useCases))
  await file.commit()
  print(terminal, { json }, { config: path, store, keyFile, useCases }, () =>
    texts(terminal).done(path, store, keyFile, String(useCases[0])),
  )
}

function addUseCase(name: string, former: readonly string[]): readonly string[] {
  return [...new Set([...former, name])]
}

async function requireUseCaseNames(terminal: Terminal, names: readonly string[]): Promise<void> {
  const { isUseCaseName } = await import('@parasol/core')
  if (names.every(isUseCaseName)) return
  throw new UsageError(texts(terminal).badName)
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

const EXAMPLES = ['parasol init', 'parasol init --use-case customer.phone --use-case customer.idCard']

const texts = catalogue(
  {
    description: `write a first ${CONFIG}, and make a local key store with a key; replaces nothing`,
    dir: 'where',
    useCase: 'what data is for; repeatable',
    badName: 'A use case has a name of letters, digits, "_", "-" and ".", at most 128',
    done: (path: string, store: string, keyFile: string, useCase: string) =>
      `Wrote ${path}, which explains itself. Keys are in ${store}, opened by ${keyFile}:
keep a copy of both, apart from each other and out of version control. Without them nothing can be decrypted.

Next: parasol encrypt --use-case ${useCase} --context id=7 "some text"
`,
  },
  {
    description: `写出第一份 ${CONFIG}，并建立带一个密钥的本地密钥存储；不替换任何文件`,
    dir: '放在哪里',
    useCase: '数据的用途；可重复',
    badName: '用途的名称由字母、数字、"_"、"-" 和 "." 组成，最多 128 个字符',
    done: (path, store, keyFile, useCase) =>
      `已写出 ${path}，其中有说明。密钥在 ${store}，由 ${keyFile} 打开：
请分别备份这两者，并且不要放进版本控制。没有它们，什么都无法解密。

下一步：parasol encrypt --use-case ${useCase} --context id=7 "一段文字"
`,
  },
)
