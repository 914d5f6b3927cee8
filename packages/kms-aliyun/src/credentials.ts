import { CryptoError } from '@parasol/core'

export interface AliyunCredentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Of the security token service, for temporary credentials. */
  readonly securityToken?: string
}

/**
 * Asked before each attempt, so that temporary credentials can be renewed. What it throws is not repeated in our error
 * unless it is a CryptoError; one that is retryable is tried again.
 */
export type CredentialsSource = () => AliyunCredentials | Promise<AliyunCredentials>

/** Reads the variables that Alibaba Cloud's own tools read. @throws CryptoError INVALID_CONFIG that names those missing */
export function environmentCredentials(env: Readonly<Record<string, string | undefined>>): CredentialsSource {
  return () => {
    const accessKeyId = env['ALIBABA_CLOUD_ACCESS_KEY_ID']
    const accessKeySecret = env['ALIBABA_CLOUD_ACCESS_KEY_SECRET']
    const securityToken = env['ALIBABA_CLOUD_SECURITY_TOKEN']
    if (!accessKeyId || !accessKeySecret) {
      throw new CryptoError(
        'INVALID_CONFIG',
        'No credentials for the KMS: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      )
    }
    return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) }
  }
}

/** Credentials that do not change, as they are now. @throws CryptoError INVALID_CONFIG */
export function toSource(credentials: AliyunCredentials | CredentialsSource): CredentialsSource {
  if (typeof credentials === 'function') return credentials
  const copy = checked(credentials)
  return () => copy
}

/** @throws CryptoError UNAUTHENTICATED if the source fails, INVALID_CONFIG if it gives something else than credentials */
export async function obtainCredentials(source: CredentialsSource): Promise<AliyunCredentials> {
  return checked(await ask(source))
}

export function sameCredentials(a: AliyunCredentials, b: AliyunCredentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.accessKeySecret === b.accessKeySecret && a.securityToken === b.securityToken
  )
}

/** A source talks to other services; what it throws may repeat their answers, so only its code is kept. */
async function ask(source: CredentialsSource): Promise<AliyunCredentials> {
  try {
    return await source()
  } catch (error) {
    if (CryptoError.is(error)) throw error
    const { code } = Object(error) as { code?: unknown }
    const reason = typeof code === 'string' && /^\w{1,64}$/.test(code) ? { reason: code } : {}
    throw new CryptoError('UNAUTHENTICATED', 'The credentials for the KMS could not be obtained', reason)
  }
}

function checked(credentials: AliyunCredentials): AliyunCredentials {
  const { accessKeyId, accessKeySecret, securityToken } = Object(credentials) as AliyunCredentials
  if (!isText(accessKeyId) || !isText(accessKeySecret) || !(securityToken === undefined || isText(securityToken))) {
    throw new CryptoError(
      'INVALID_CONFIG',
      'The credentials for the KMS must be { accessKeyId, accessKeySecret, securityToken? }, strings that are not empty',
    )
  }
  return { accessKeyId, accessKeySecret, ...(securityToken === undefined ? {} : { securityToken }) }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}
