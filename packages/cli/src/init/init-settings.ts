/** What a first configuration is made of. */
export interface InitSettings {
  readonly dir: string
  readonly kms: KmsChoice
  /** The KMS key: an id or an alias. */
  readonly keyId: string
  /** Of Alibaba Cloud. */
  readonly region: string
  /** The environment variable with the passphrase of the local store; a key file if there is none. */
  readonly passphraseEnv: string | undefined
  readonly scheme: SchemeChoice
  readonly dataKeys: DataKeysChoice
  readonly useCases: readonly string[]
}

export const KMS_CHOICES = ['local', 'aliyun'] as const
export const SCHEME_CHOICES = ['envelope', 'kms-direct'] as const
export const DATA_KEYS_CHOICES = ['reuse', 'per-record'] as const
export type KmsChoice = (typeof KMS_CHOICES)[number]
export type SchemeChoice = (typeof SCHEME_CHOICES)[number]
export type DataKeysChoice = (typeof DATA_KEYS_CHOICES)[number]

/** What the command line says of them. */
export interface InitFlags {
  readonly dir: string
  readonly kms?: KmsChoice
  readonly keyId?: string
  readonly region?: string
  readonly passphraseEnv?: string
  readonly scheme?: SchemeChoice
  readonly dataKeys?: DataKeysChoice
  readonly useCase: readonly string[]
}

export const DEFAULT_KEY = 'alias/parasol'

export function settingsOf(flags: InitFlags): InitSettings {
  return {
    dir: flags.dir,
    kms: flags.kms ?? 'local',
    keyId: flags.keyId ?? DEFAULT_KEY,
    region: flags.region ?? 'cn-hangzhou',
    passphraseEnv: flags.passphraseEnv,
    scheme: flags.scheme ?? 'envelope',
    dataKeys: flags.dataKeys ?? 'reuse',
    useCases: flags.useCase.length > 0 ? flags.useCase : ['customer.phone'],
  }
}
