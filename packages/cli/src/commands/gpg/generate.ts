import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { canAsk, Dialogue } from '../../dialogue.js'
import { examples } from '../../examples.js'
import { formatFacts, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { parseExpiry } from './expiry.js'
import { addPassphraseOptions, openKeeper, type PassphraseOptions, readPassphrase, ringFolder } from './ring-options.js'

interface GenerateOptions extends PassphraseOptions {
  readonly name: string
  readonly email?: string
  readonly profile?: string
  readonly algorithm?: string
  readonly expires?: string
  readonly unprotected?: boolean
}

export function generateCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('generate')
    .description(text.description)
    .requiredOption('--name <name>', text.name)
    .option('--email <address>', text.email)
    .option('--profile <profile>', text.profile)
    .option('--algorithm <name>', text.algorithm)
    .option('--expires <time>', text.expires)
    .option('--unprotected', text.unprotected)
  return addPassphraseOptions(command, terminal)
    .addHelpText('after', examples(terminal, EXAMPLES))
    .action((options: GenerateOptions) => generate(terminal, options))
}

async function generate(terminal: Terminal, options: GenerateOptions): Promise<void> {
  const { KEY_ALGORITHMS, KEY_PROFILES } = await import('@parasol/backend-gpg')
  const { name, email, unprotected = false } = options
  const algorithm = KEY_ALGORITHMS.find((each) => each === (options.algorithm ?? KEY_ALGORITHMS[0]))
  if (!algorithm) throw new UsageError(texts(terminal).noAlgorithm(KEY_ALGORITHMS.join(', ')))
  const profile = KEY_PROFILES.find((each) => each === (options.profile ?? KEY_PROFILES[0]))
  if (!profile) throw new UsageError(texts(terminal).noProfile(KEY_PROFILES.join(', ')))
  const passphrase = unprotected ? undefined : await newPassphrase(terminal, options)
  const keeper = await openKeeper(terminal, options)
  const { fingerprint, certificate } = await keeper.generate({
    name,
    profile,
    algorithm,
    unprotected,
    ...(email === undefined ? {} : { email }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(options.expires === undefined
      ? {}
      : { expiresInSeconds: secondsUntil(parseExpiry(terminal, options.expires)) }),
  })
  const revocation = `${ringFolder(terminal, options)}/revocations/${fingerprint}.rev`
  print(terminal, options, { fingerprint, certificate, revocation }, () =>
    formatFacts(terminal, { [texts(terminal).fingerprint]: fingerprint, [texts(terminal).revocation]: revocation }),
  )
}

/** 0 for never. */
function secondsUntil(expires: Date | undefined): number {
  return expires ? Math.max(1, Math.round((expires.getTime() - Date.now()) / 1000)) : 0
}

async function newPassphrase(terminal: Terminal, options: GenerateOptions): Promise<string | undefined> {
  const given = await readPassphrase(terminal, options)
  if (given !== undefined || !canAsk(terminal)) return given
  using dialogue = new Dialogue(terminal)
  const first = await dialogue.secret(texts(terminal).ask)
  if ((await dialogue.secret(texts(terminal).again)) === first) return first
  throw new UsageError(texts(terminal).different)
}

const EXAMPLES = [
  "parasol gpg generate --name 'Ops' --email ops@example.com",
  "parasol gpg generate --name 'Ops' --email ops@example.com --passphrase-env OPS_PASSPHRASE --expires 1y --json",
  "parasol gpg generate --name 'Ops' --profile modern",
]

const texts = catalogue(
  {
    description: 'make a key into the ring: one part to certify, one to sign, one to encrypt',
    name: 'whose key it is',
    email: 'their address',
    profile: 'compat, for partners with gpg 2.2 or later (the default); modern, for those with RFC 9580 alone',
    algorithm:
      'curve25519 (the default), rsa3072, rsa4096, nistp256, nistp384, nistp521; compat: brainpoolP256r1, …384r1, …512r1; modern: curve448',
    expires: 'when it expires: 90d, 2y (the default), 2030-01-31 or never',
    unprotected: 'without a passphrase: whoever copies the folder has the key',
    noAlgorithm: (have: string) => `Unknown algorithm (have: ${have})`,
    noProfile: (have: string) => `Unknown profile (have: ${have})`,
    fingerprint: 'fingerprint',
    revocation: 'revocation certificate, to be kept elsewhere',
    ask: 'Passphrase for the new key',
    again: 'Once more',
    different: 'The two passphrases are not the same',
  },
  {
    description: '在钥匙环中新建密钥：一部分用于认证，一部分用于签名，一部分用于加密',
    name: '密钥的主人',
    email: '其邮箱地址',
    profile: 'compat，适合使用 gpg 2.2 及更高版本的伙伴（默认）；modern，只适合支持 RFC 9580 的伙伴',
    algorithm:
      'curve25519（默认）、rsa3072、rsa4096、nistp256、nistp384、nistp521；compat 还有 brainpoolP256r1、…384r1、…512r1；modern 还有 curve448',
    expires: '过期时间：90d、2y（默认）、2030-01-31 或 never（永不）',
    unprotected: '不设口令：谁复制了文件夹谁就有密钥',
    noAlgorithm: (have) => `未知的算法（可用：${have}）`,
    noProfile: (have) => `未知的 profile（可用：${have}）`,
    fingerprint: '指纹',
    revocation: '吊销证书，请另存他处',
    ask: '新密钥的口令',
    again: '再输一次',
    different: '两次口令不一致',
  },
)
