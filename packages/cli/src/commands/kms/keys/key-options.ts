import type { Command } from 'commander'
import { catalogue } from '../../../catalogue.js'
import type { Terminal } from '../../../terminal.js'
import { addStoreOptions, type StoreOptions } from '../store-options.js'

/** Whose keys: those of a store, of a KMS of the configuration, or of one at an address. */
export interface KeyOptions extends StoreOptions {
  readonly config?: string
  readonly kms?: string
  readonly endpoint?: string
  readonly accessKey?: string
  readonly ca?: string
}

/** The options of every command on keys, `--json` among them; `--store` is what is meant if nothing is said. */
export function addKeyOptions(command: Command, terminal: Terminal): Command {
  const text = texts(terminal)
  addStoreOptions(command, terminal)
    .option('--config <file>', text.config)
    .option('--kms <name>', text.kms)
    .option('--endpoint <address>', text.endpoint)
    .option('--access-key <file>', text.accessKey)
    .option('--ca <file>', text.ca)
  conflict(command, ['store', 'keyFile'], ['config', 'kms', 'endpoint', 'accessKey', 'ca'])
  return conflict(command, ['config', 'kms'], ['endpoint', 'accessKey', 'ca'])
}

/** An option of the first excludes each of the others. */
function conflict(command: Command, first: readonly string[], others: readonly string[]): Command {
  for (const option of command.options) {
    if (first.includes(option.attributeName())) option.conflicts([...others])
  }
  return command
}

const texts = catalogue(
  {
    config: 'the keys of a KMS of this configuration instead',
    kms: 'the name of that KMS, if the configuration has several; it alone means parasol.yaml',
    endpoint:
      'the keys of the KMS at this address instead, host or host:port: by https, and on this machine by http; https:// or http:// says otherwise',
    accessKey:
      'its access key, as `parasol kms serve` writes it; else ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    ca: 'the certificates in PEM of the CA that alone may vouch for that address',
  },
  {
    config: '改为管理此配置中某个 KMS 的密钥',
    kms: '配置中有多个 KMS 时指明其名称；单独给出则取 parasol.yaml',
    endpoint:
      '改为管理此地址的 KMS 的密钥，形如 主机 或 主机:端口：默认 https，本机为 http；可用 https:// 或 http:// 指明',
    accessKey:
      '其访问密钥文件，格式同 `parasol kms serve` 所写；否则取 ALIBABA_CLOUD_ACCESS_KEY_ID 与 ALIBABA_CLOUD_ACCESS_KEY_SECRET',
    ca: '只信任此 PEM 文件中的 CA 证书来验证该地址',
  },
)
