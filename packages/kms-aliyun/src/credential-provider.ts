import { CryptoError } from '@parasol/core'
import type { AliyunCredentials, CredentialsSource } from './credentials.js'

/** Where temporary credentials come from. */
export type CredentialProviderOptions =
  /** Wherever Alibaba's SDKs look: environment, OIDC of a Kubernetes pod, profile files, the role of an ECS instance, a URI. */
  | { readonly from: 'default' }
  /** The role of the ECS instance that this process runs on. */
  | { readonly from: 'ecs-ram-role'; readonly roleName?: string | undefined }
  /** A role that an access key may assume. */
  | ({ readonly from: 'ram-role' } & AliyunCredentials & Role)
  /** A role that the bearer of an OIDC token may assume, as a pod of Kubernetes is. */
  | ({ readonly from: 'oidc'; readonly oidcProviderArn: string; readonly tokenFile: string } & Role)
  /** A service of your own that hands them out. */
  | { readonly from: 'uri'; readonly uri: string }

interface Role {
  readonly roleArn: string
  readonly sessionName?: string | undefined
  /** `sts.aliyuncs.com` by default. */
  readonly stsEndpoint?: string | undefined
}

/**
 * Temporary credentials by Alibaba's own library, `@alicloud/credentials`, which is loaded at the first call. It renews
 * them a quarter of an hour before they expire and goes on with the old ones while that fails; here, callers that come
 * together share one request for them.
 */
export function credentialProvider(options: CredentialProviderOptions): CredentialsSource {
  let provider: Promise<Provider> | undefined
  let asked: Promise<AliyunCredentials> | undefined
  const ask = async (): Promise<AliyunCredentials> => {
    provider ??= createProvider(options)
    try {
      return pick(await (await provider).getCredential())
    } catch (error) {
      throw toTransient(error)
    }
  }
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined
    })
    return asked
  }
}

interface Provider {
  getCredential(): Promise<{ accessKeyId?: string; accessKeySecret?: string; securityToken?: string }>
}

async function createProvider(options: CredentialProviderOptions): Promise<Provider> {
  const { default: library } = await import('@alicloud/credentials')
  const { default: Credential, Config } = library
  const config = configOf(options)
  return new Credential(config && new Config(config))
}

/** In the library's words. */
function configOf(options: CredentialProviderOptions): Record<string, unknown> | undefined {
  if (options.from === 'default') return undefined
  if (options.from === 'uri') return { type: 'credentials_uri', credentialsURI: options.uri }
  if (options.from === 'ecs-ram-role') return { type: 'ecs_ram_role', roleName: options.roleName }
  const { roleArn, sessionName: roleSessionName, stsEndpoint } = options
  const role = { roleArn, roleSessionName, stsEndpoint }
  if (options.from === 'ram-role') return { type: 'ram_role_arn', ...role, ...pick(options) }
  const { oidcProviderArn, tokenFile: oidcTokenFilePath } = options
  return { type: 'oidc_role_arn', ...role, oidcProviderArn, oidcTokenFilePath }
}

function pick({
  accessKeyId = '',
  accessKeySecret = '',
  securityToken,
}: Partial<AliyunCredentials>): AliyunCredentials {
  return { accessKeyId, accessKeySecret, ...(securityToken ? { securityToken } : {}) }
}

/** A network error comes right by itself; what else the library throws may repeat an answer, and is not kept. */
function toTransient(thrown: unknown): unknown {
  const { code, name } = Object(thrown) as { code?: unknown; name?: unknown }
  const reason = name === 'RequestTimeoutError' ? 'TIMEOUT' : code
  if (typeof reason !== 'string' || !/^(E[A-Z_]{2,32}|TIMEOUT)$/.test(reason)) return thrown
  return new CryptoError('KMS_UNAVAILABLE', 'The credentials for the KMS could not be obtained now', { reason })
}
