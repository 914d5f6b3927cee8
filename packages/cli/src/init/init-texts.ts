import { catalogue } from '../catalogue.js'

export const initTexts = catalogue(
  {
    description: 'write a first parasol.yaml, and make a local key store with a key; replaces nothing',
    dir: 'where',
    yes: 'ask nothing: take the flags, and defaults for the rest; so it is where nobody can be asked',
    kms: 'the key management service: local, in this process, or Alibaba Cloud (default: local)',
    keyId: 'the KMS key, an id or an alias (default: alias/parasol)',
    region: 'of Alibaba Cloud (default: cn-hangzhou)',
    passphraseEnv: 'the environment variable that holds the passphrase of the local store, in place of a key file',
    scheme: 'how data is encrypted (default: envelope)',
    dataKeys: 'whether many records share a call to the KMS, or each makes its own (default: reuse)',
    useCase: 'what data is for; repeatable (default: customer.phone)',
    note: 'On a terminal it asks what the flags do not say.',
    badName: 'A use case has a name of letters, digits, "_", "-" and ".", at most 128',
    badAlias: 'A key of the local KMS is named by an alias, such as alias/parasol',
    badEnv: 'The name of an environment variable has letters, digits and "_"',
    noPassphrase: (name: string) => `The environment variable ${name} has no passphrase: set it before`,
    exists: (path: string) => `${path} is there already, and is not replaced: edit it, or make another by --dir`,
    askKms: 'Where are the keys?',
    kmsLocal: 'in a local store, sealed, in this process: for development, or one machine',
    kmsAliyun: 'at Alibaba Cloud KMS',
    askRegion: 'Region',
    askKeyId: 'KMS key (id or alias)',
    askUnlock: 'What opens the store?',
    unlockFile: 'a key file beside it',
    unlockPassphrase: 'a passphrase, in the environment variable PARASOL_KMS_PASSPHRASE',
    askPassphrase: 'Passphrase',
    askPassphraseAgain: 'Once more',
    passphrasesDiffer: 'These were not the same: once more, please.',
    passphraseShort: 'A passphrase has 12 characters or more.',
    askScheme: 'How is data encrypted?',
    schemeEnvelope: 'envelope: here, under data keys of the KMS; for personal data, files, anything large or frequent',
    schemeDirect: 'kms-direct: by the KMS, value by value; for a few small secrets',
    askUseCase: 'What is data for? Names with commas between them',
    doneLocal: (path: string, store: string, opens: string) =>
      `Wrote ${path}, which explains itself. Keys are in ${store}, opened by ${opens}:
keep a copy of both, apart from each other and out of version control. Without them nothing can be decrypted.
`,
    doneAliyun: (path: string) =>
      `Wrote ${path}, which explains itself. Credentials come from the environment: ALIBABA_CLOUD_ACCESS_KEY_ID and
ALIBABA_CLOUD_ACCESS_KEY_SECRET.
`,
    next: (useCase: string) => `\nNext: parasol encrypt --use-case ${useCase} --context id=7 "some text"\n`,
    setEnv: (name: string) => `Set ${name} wherever this is used.\n`,
  },
  {
    description: '写出第一份 parasol.yaml，并建立带一个密钥的本地密钥存储；不替换任何文件',
    dir: '放在哪里',
    yes: '不提问：采用参数，其余用默认值；无人可问时也是如此',
    kms: '密钥管理服务：local（本进程内）或 aliyun（阿里云）（默认：local）',
    keyId: 'KMS 主密钥的 id 或别名（默认：alias/parasol）',
    region: '阿里云地域（默认：cn-hangzhou）',
    passphraseEnv: '存放本地存储口令的环境变量，代替密钥文件',
    scheme: '加密方案（默认：envelope）',
    dataKeys: '多条记录共用一次 KMS 调用（reuse），还是每条各一次（per-record）（默认：reuse）',
    useCase: '数据的用途；可重复（默认：customer.phone）',
    note: '在终端上，参数没有给出的会提问。',
    badName: '用途的名称由字母、数字、"_"、"-" 和 "." 组成，最多 128 个字符',
    badAlias: '本地 KMS 的密钥用别名表示，如 alias/parasol',
    badEnv: '环境变量的名称由字母、数字和 "_" 组成',
    noPassphrase: (name) => `环境变量 ${name} 中没有口令：请先设置`,
    exists: (path) => `${path} 已存在，不会替换：请编辑它，或用 --dir 另建一份`,
    askKms: '密钥放在哪里？',
    kmsLocal: '本机的密封存储，在本进程内：用于开发或单机',
    kmsAliyun: '阿里云 KMS',
    askRegion: '地域',
    askKeyId: 'KMS 主密钥（id 或别名）',
    askUnlock: '用什么打开存储？',
    unlockFile: '旁边的密钥文件',
    unlockPassphrase: '口令，放在环境变量 PARASOL_KMS_PASSPHRASE 中',
    askPassphrase: '口令',
    askPassphraseAgain: '再输一遍',
    passphrasesDiffer: '两次不一样，请重来。',
    passphraseShort: '口令至少 12 个字符。',
    askScheme: '数据如何加密？',
    schemeEnvelope: 'envelope：在本地用 KMS 的数据密钥加密；适合个人信息、文件和大量数据',
    schemeDirect: 'kms-direct：由 KMS 逐个加密；适合少量短的机密',
    askUseCase: '数据有哪些用途？名称之间用逗号分隔',
    doneLocal: (path, store, opens) =>
      `已写出 ${path}，其中有说明。密钥在 ${store}，由 ${opens} 打开：
请分别备份这两者，并且不要放进版本控制。没有它们，什么都无法解密。
`,
    doneAliyun: (path) =>
      `已写出 ${path}，其中有说明。凭证来自环境变量：ALIBABA_CLOUD_ACCESS_KEY_ID 和
ALIBABA_CLOUD_ACCESS_KEY_SECRET。
`,
    next: (useCase) => `\n下一步：parasol encrypt --use-case ${useCase} --context id=7 "一段文字"\n`,
    setEnv: (name) => `使用时请设置 ${name}。\n`,
  },
)
