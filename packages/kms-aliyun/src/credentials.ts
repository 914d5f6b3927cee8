import { CryptoError } from '@parasol/core'

export interface AliyunCredentials {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Of the security token service, for temporary credentials. */
  readonly securityToken?: string
}

/** Asked before each call, so that temporary credentials can be renewed. */
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

export function sameCredentials(a: AliyunCredentials, b: AliyunCredentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.accessKeySecret === b.accessKeySecret && a.securityToken === b.securityToken
  )
}
