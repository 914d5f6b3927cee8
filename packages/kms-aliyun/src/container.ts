import { kmsModule } from '@parasol/core/container'
import {
  definePlugin,
  type Plugin,
  type PluginHost,
  readSecret,
  resolvePath,
  type SecretReference,
  secretReference,
} from '@parasol/core/plugin'
import * as z from 'zod'
import { AliyunKms, type TransportName } from './aliyun-kms.js'
import { type CredentialProviderOptions, credentialProvider } from './credential-provider.js'
import { type AliyunCredentials, type CredentialsSource, environmentCredentials } from './credentials.js'

interface CredentialReferences {
  readonly accessKeyId: SecretReference
  readonly accessKeySecret: SecretReference
  readonly securityToken?: SecretReference | undefined
}

/** The options of `credentialProvider`, with references in place of secrets. */
type ProviderSection =
  | Exclude<CredentialProviderOptions, { from: 'ram-role' }>
  | (Omit<Extract<CredentialProviderOptions, { from: 'ram-role' }>, keyof CredentialReferences> & CredentialReferences)

/** A section of `kms` in parasol.yaml with `use: aliyun`. */
export interface AliyunKmsSection {
  readonly region: string
  readonly endpoint?: string | undefined
  readonly protocol?: 'https' | 'http' | undefined
  readonly credentials?: CredentialReferences | ProviderSection | undefined
  readonly transport?: TransportName | undefined
  readonly ca?: string | undefined
  readonly attemptTimeoutMs?: number | undefined
  readonly totalTimeoutMs?: number | undefined
  readonly maxAttempts?: number | undefined
  readonly maxConcurrent?: number | undefined
  readonly breakAfter?: number | undefined
  readonly breakForMs?: number | undefined
}

const milliseconds = z.int().min(10).max(600_000)

const references = {
  accessKeyId: secretReference,
  accessKeySecret: secretReference,
  securityToken: secretReference.optional(),
}

const text = z.string().min(1)
const role = { roleArn: text, sessionName: text.optional(), stsEndpoint: text.optional() }

const providers = [
  z.strictObject({ from: z.literal('default') }),
  z.strictObject({ from: z.literal('ecs-ram-role'), roleName: text.optional() }),
  z.strictObject({ from: z.literal('ram-role'), ...references, ...role }),
  z.strictObject({ from: z.literal('oidc'), oidcProviderArn: text, tokenFile: text, ...role }),
  z.strictObject({ from: z.literal('uri'), uri: z.url({ protocol: /^https?$/ }) }),
] as const

const section: z.ZodType<AliyunKmsSection> = z.strictObject({
  region: z.string().min(1).describe('Region of the keys, such as cn-hangzhou'),
  endpoint: z.string().min(1).optional().describe('host or host:port; by default kms.<region>.aliyuncs.com'),
  protocol: z.enum(['https', 'http']).optional().describe('https; http only for a KMS on this machine'),
  credentials: z
    .union([z.strictObject(references), ...providers])
    .optional()
    .describe('By default the ALIBABA_CLOUD_ACCESS_KEY_ID, _ACCESS_KEY_SECRET and _SECURITY_TOKEN variables'),
  transport: z.enum(['lean', 'official']).optional().describe("lean; official asks by Alibaba's own client"),
  ca: text.optional().describe('File of the CA certificates in PEM that alone are trusted, for a private endpoint'),
  attemptTimeoutMs: milliseconds.optional().describe('Limit of one attempt; 1500'),
  totalTimeoutMs: milliseconds.optional().describe('Limit of a call with its retries; 5000'),
  maxAttempts: z.int().min(1).max(20).optional().describe('Attempts of a call, the first among them; 6'),
  maxConcurrent: z.int().min(1).max(10_000).optional().describe('Calls under way at a time; 32'),
  breakAfter: z.int().min(1).max(1000).optional().describe('Failed calls in a row after which it is left alone; 5'),
  breakForMs: milliseconds.optional().describe('For how long it is left alone; 2000'),
})

export const plugin: Plugin<AliyunKmsSection> = definePlugin({
  options: section,
  module: (name, options, host) =>
    kmsModule(name, () => new AliyunKms({ ...given(options, host), credentials: credentialsOf(options, host) }), []),
})

/** The options that are set: an absent one takes its default, an undefined one would not. */
function given(
  { credentials: _, ca, ...options }: AliyunKmsSection,
  host: PluginHost,
): ConstructorParameters<typeof AliyunKms>[0] {
  const set = Object.entries(options).filter(([, value]) => value !== undefined)
  const caFile = ca === undefined ? {} : { caFile: resolvePath(ca, host) }
  return { region: options.region, ...caFile, ...Object.fromEntries(set) }
}

/** References are read at each call, so that a file whose token is renewed is read anew. */
function credentialsOf({ credentials }: AliyunKmsSection, host: PluginHost): CredentialsSource {
  if (!credentials) return environmentCredentials(host.env)
  if (!('from' in credentials)) return () => readReferences(credentials, host)
  let source: CredentialsSource | undefined
  return () => {
    source ??= credentialProvider(providerOptions(credentials, host))
    return source()
  }
}

function providerOptions(section: ProviderSection, host: PluginHost): CredentialProviderOptions {
  if (section.from === 'oidc') return { ...section, tokenFile: resolvePath(section.tokenFile, host) }
  if (section.from !== 'ram-role') return section
  const { from, roleArn, sessionName, stsEndpoint } = section
  return { from, roleArn, sessionName, stsEndpoint, ...readReferences(section, host) }
}

function readReferences(references: CredentialReferences, host: PluginHost): AliyunCredentials {
  const { accessKeyId, accessKeySecret, securityToken } = references
  return {
    accessKeyId: readSecret(accessKeyId, host),
    accessKeySecret: readSecret(accessKeySecret, host),
    ...(securityToken ? { securityToken: readSecret(securityToken, host) } : {}),
  }
}
