import { catalogue } from '../catalogue.js'
import type { Facts } from '../print.js'
import type { Terminal } from '../terminal.js'

/** Facts by what a person calls them; programs get them by the names that they have. */
export function labelled(terminal: Terminal, facts: Facts): Facts {
  const labels = texts(terminal)
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [labels[name as 'scheme'] ?? name, fact]))
}

const texts = catalogue(
  {
    scheme: 'scheme',
    ciphertextBytes: 'ciphertextBytes',
    suite: 'suite',
    keyIds: 'keyIds',
    keyVersions: 'keyVersions',
    wrappedKeyBytes: 'wrappedKeyBytes',
    bodyBytes: 'bodyBytes',
    recipients: 'recipients',
    passwords: 'passwords',
    sessionKeyVersions: 'sessionKeyVersions',
    protection: 'protection',
    cipher: 'cipher',
    armored: 'armored',
    form: 'form',
    signer: 'signer',
    signers: 'signers',
    format: 'format',
    rows: 'rows',
    encryptedRows: 'encryptedRows',
    unreadableRows: 'unreadableRows',
    fields: 'fields',
    schemes: 'schemes',
    suites: 'suites',
  },
  {
    scheme: '方案',
    ciphertextBytes: '密文字节数',
    suite: '算法套件',
    keyIds: '主密钥',
    keyVersions: '主密钥版本',
    wrappedKeyBytes: '绿钥字节数',
    bodyBytes: '正文字节数',
    recipients: '接收者',
    passwords: '密码数',
    sessionKeyVersions: '会话密钥包版本',
    protection: '保护方式',
    cipher: '算法',
    armored: '文本形式',
    form: '形式',
    signer: '签名者',
    signers: '签名者',
    format: '格式',
    rows: '行数',
    encryptedRows: '已加密行数',
    unreadableRows: '无法读取的行数',
    fields: '字段',
    schemes: '方案',
    suites: '算法套件',
  },
)
