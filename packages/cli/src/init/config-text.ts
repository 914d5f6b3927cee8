import { catalogue } from '../catalogue.js'
import type { Terminal } from '../terminal.js'
import type { InitSettings, KmsChoice } from './init-settings.js'

/** The text of parasol.yaml, with comments in the language of the terminal. */
export function configText(terminal: Terminal, settings: InitSettings): string {
  const text = comments(terminal)
  const { keyId, scheme, dataKeys, useCases } = settings
  const keys = dataKeys === 'reuse' ? `\n    dataKeys: { reuse: {} }${text.reuse}` : ''
  return `# yaml-language-server: $schema=./parasol.schema.json
version: 1

kms:${text.kms}
  main:
    ${sections[settings.kms](settings, text)}

schemes:${text.schemes}
  envelope:
    kms: main
    keyId: ${quoted(keyId)}${keys}
  kms-direct: { kms: main, keyId: ${quoted(keyId)} }

useCases:${text.useCases}
${useCases.map((name) => `  ${quoted(name)}: { scheme: ${scheme} }\n`).join('')}`
}

const sections: Readonly<Record<KmsChoice, (settings: InitSettings, text: ReturnType<typeof comments>) => string>> = {
  local: ({ passphraseEnv, keyId }, text) => {
    const opens =
      passphraseEnv === undefined ? `keyFile: ./kms.key${text.keyFile}` : `passphrase: { env: ${passphraseEnv} }`
    return `use: local${text.local}\n    store: ./kms${text.store}\n    ${opens}\n    createKeys: [${quoted(keyId)}]`
  },
  aliyun: ({ region }, text) => `use: aliyun\n    region: ${quoted(region)}${text.credentials}`,
}

/** Plain where YAML lets it be. */
function quoted(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text)
}

const comments = catalogue(
  {
    kms: '                                  # key management services, by a name of your choice',
    local: '                        # in this process; "aliyun" is Alibaba Cloud\'s',
    store: '                      # sealed',
    keyFile: '                # opens the store; or: passphrase: { env: PARASOL_KMS_PASSPHRASE }',
    credentials: '               # credentials: the ALIBABA_CLOUD_* environment variables',
    schemes: '                              # the name is written into every token: choose it once',
    reuse: '           # a data key serves 10,000 records or 5 minutes; without this line each record has its own',
    useCases: '                             # what data is for; the scheme can change later, by "reads"',
  },
  {
    kms: '                                  # 密钥管理服务，名称自定',
    local: '                        # 在本进程内；"aliyun" 为阿里云 KMS',
    store: '                      # 密封存储',
    keyFile: '                # 打开存储的密钥文件；或：passphrase: { env: PARASOL_KMS_PASSPHRASE }',
    credentials: '               # 凭证：环境变量 ALIBABA_CLOUD_*',
    schemes: '                              # 方案的名称写入每个令牌：一次选定',
    reuse: '           # 一个数据密钥用于 10,000 条记录或 5 分钟；没有这一行则每条记录各用一个',
    useCases: '                             # 数据的用途；以后可用 "reads" 更换方案',
  },
)
