import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** A command or a group of commands. Its file is loaded when it is named, so that `--help` comes at once. */
export interface CommandEntry {
  readonly name: string
  /** One line, in English and in Chinese. */
  readonly summary: { readonly en: string; readonly zh: string }
  readonly load: () => Promise<(terminal: Terminal) => Command>
}

/** Everything that `parasol` can do, in the order of its help. A new command is a line here and a file in commands. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: {
      en: 'write a first parasol.yaml, and make a local key store',
      zh: '写出第一份 parasol.yaml，并建立本地密钥存储',
    },
    load: async () => (await import('./commands/init.js')).initCommand,
  },
  {
    name: 'encrypt',
    summary: { en: 'encrypt text to a token, or a file to a file', zh: '把文字加密为令牌，或把文件加密为文件' },
    load: async () => (await import('./commands/encrypt.js')).encryptCommand,
  },
  {
    name: 'decrypt',
    summary: { en: 'decrypt a token to text, or a file to a file', zh: '把令牌解密为文字，或把文件解密为文件' },
    load: async () => (await import('./commands/decrypt.js')).decryptCommand,
  },
  {
    name: 'records',
    summary: {
      en: 'encrypt and decrypt fields of CSV, NDJSON and JSON',
      zh: '加密和解密 CSV、NDJSON 和 JSON 中的字段',
    },
    load: async () => (await import('./commands/records.js')).recordsCommand,
  },
  {
    name: 'rewrap',
    summary: { en: 'renew the wrapped key of a token or a file', zh: '更新令牌或文件的绿钥' },
    load: async () => (await import('./commands/rewrap.js')).rewrapCommand,
  },
  {
    name: 'reencrypt',
    summary: {
      en: 'move tokens, files and rows to another scheme or key',
      zh: '把令牌、文件和数据行换到另一方案或密钥',
    },
    load: async () => (await import('./commands/reencrypt.js')).reencryptCommand,
  },
  {
    name: 'inspect',
    summary: { en: 'show what a token or a file says of itself', zh: '显示令牌或文件自述的内容' },
    load: async () => (await import('./commands/inspect.js')).inspectCommand,
  },
  {
    name: 'serve',
    summary: { en: 'serve the use cases over HTTP', zh: '通过 HTTP 提供服务' },
    load: async () => (await import('./commands/serve.js')).serveCommand,
  },
  {
    name: 'kms',
    summary: {
      en: 'serve, keep and back up the keys of the local KMS',
      zh: '本地 KMS：提供服务，管理和备份其密钥',
    },
    load: async () => (await import('./commands/kms.js')).kmsCommand,
  },
  {
    name: 'log',
    summary: {
      en: 'check, search, restore and export the logs of the service',
      zh: '检查、查找、恢复和导出服务的日志',
    },
    load: async () => (await import('./commands/log.js')).logCommand,
  },
  {
    name: 'recovery',
    summary: {
      en: 'make, drill and use the key that opens what the KMS cannot any more',
      zh: '制作、演练和使用恢复密钥，以备 KMS 不可用',
    },
    load: async () => (await import('./commands/recovery.js')).recoveryCommand,
  },
  {
    name: 'gpg',
    summary: {
      en: 'keep OpenPGP keys and contacts, and exchange files with those who have gpg',
      zh: '管理 OpenPGP 密钥和联系人，与使用 gpg 的人交换文件',
    },
    load: async () => (await import('./commands/gpg.js')).gpgCommand,
  },
  {
    name: 'sop',
    summary: { en: 'the Stateless OpenPGP command line', zh: '无状态 OpenPGP 命令行（SOP）' },
    load: async () => (await import('./commands/sop.js')).sopCommand,
  },
  {
    name: 'doctor',
    summary: {
      en: 'check configuration, KMS, keys and stores; scan files for what is not encrypted',
      zh: '检查配置、KMS、密钥和存储；扫描文件中未加密的内容',
    },
    load: async () => (await import('./commands/doctor.js')).doctorCommand,
  },
  {
    name: 'bench',
    summary: { en: 'measure what encrypting costs here', zh: '测量在本机加密的开销' },
    load: async () => (await import('./commands/bench.js')).benchCommand,
  },
  {
    name: 'completion',
    summary: { en: 'let a shell complete commands and options', zh: '让 shell 补全命令和选项' },
    load: async () => (await import('./commands/completion.js')).completionCommand,
  },
]
