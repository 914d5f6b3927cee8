import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeyService, type KmsServer, LocalKms, startKmsServer } from '@parasol/kms-local'
import type { ApiClient, Fields, Reply } from './clients.js'

export type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion' | 'PendingImport'
type Details = NonNullable<Parameters<KeyService['createKey']>[1]>

export const KMS = '2016-01-20'
export const STS = '2015-04-01'
/** The servers of a world: as they are, with no quota left, with another clock, and failing by a plan. */
export type ServerName = 'plain' | 'throttled' | 'late' | 'failing'

/** What each operation is refused with by the server that fails. */
export const failures = {
  ListKeys: 'access-key-disabled',
  Encrypt: 'not-enabled',
  Decrypt: 'risk-control',
  GenerateDataKey: 'in-debt',
  CreateKey: 'in-debt-overdue',
  DescribeKey: 'key-unavailable',
  DescribeRegions: 'unavailable',
  DescribeService: 'failure',
} as const

/** A store with several servers over it, and a client that somebody else wrote. */
export class World implements AsyncDisposable {
  readonly service: KeyService
  readonly #client: ApiClient
  readonly #servers: Readonly<Record<ServerName, KmsServer>>
  readonly #close: () => Promise<void>
  readonly #rsaKeys = new Map<string, Awaited<ReturnType<KeyService['createKey']>>>()
  #accessKeys = new Map<string, { id: string; secret: string; token?: string }>()

  private constructor(
    client: ApiClient,
    service: KeyService,
    servers: Record<ServerName, KmsServer>,
    close: () => Promise<void>,
  ) {
    this.#client = client
    this.service = service
    this.#servers = servers
    this.#close = close
  }

  static async start(client: ApiClient): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'parasol-world-'))
    const kms = new LocalKms({ folder, rootKey: { keyFile: join(folder, 'key') }, createKeys: ['alias/one'] })
    const service = await kms.open()
    const none = { crypto: 0, asymmetric: 0, createKey: 0, metadata: 0, changes: 0 }
    const servers = {
      plain: await startKmsServer({ service }),
      throttled: await startKmsServer({ service, quotas: none }),
      failing: await startKmsServer({
        service,
        faultPlan: {
          rules: Object.entries(failures).map(([action, fault]) => ({ fault, share: 1, operations: [action] })),
        },
      }),
      late: await startKmsServer({ service, now: () => new Date(Date.now() + 20 * 60_000) }),
    }
    const world = new World(client, service, servers, async () => {
      for (const server of Object.values(servers)) await server[Symbol.asyncDispose]()
      await kms[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })
    await world.#makeCallers()
    return world
  }

  /** What the client got, as one of the callers: `root`, `reader`, `alice`, `nobody`, `wrong`, `session`, `ended`. */
  async call(action: string, fields: Fields, options: { server?: ServerName; as?: string } = {}): Promise<Reply> {
    const { server = 'plain', as = 'root' } = options
    const caller = this.#accessKeys.get(as)
    if (!caller) throw new TypeError(`There is no caller ${as}`)
    const version = ['AssumeRole', 'GetCallerIdentity'].includes(action) ? STS : KMS
    return this.#client.call({ endpoint: this.#servers[server].endpoint, ...caller, version }, action, fields)
  }

  async get(action: string, fields: Fields): Promise<Record<string, string>> {
    const { status, body } = await this.call(action, fields)
    if (status !== 200) throw new Error(`${action} was refused: ${body['Code']}`)
    return body as Record<string, string>
  }

  /** A new key, but for RSA keys, which take long to make and are not changed. */
  async key(details: Details = {}): Promise<{ KeyId: string; KeyVersionId: string }> {
    const name = JSON.stringify(details)
    const key = this.#rsaKeys.get(name) ?? (await this.service.createKey('', details))
    if (details.spec?.startsWith('RSA')) this.#rsaKeys.set(name, key)
    return { KeyId: key.metadata.id, KeyVersionId: key.primaryVersion.id }
  }

  async keyIn(state: KeyState): Promise<string> {
    const { KeyId } = await this.key(state === 'PendingImport' ? { external: {} } : {})
    if (state === 'Disabled') await this.service.disableKey(KeyId)
    if (state === 'PendingDeletion') await this.service.scheduleKeyDeletion(KeyId, 7)
    return KeyId
  }

  /** A ciphertext under a key that is then put into a state. */
  async ciphertextIn(state: KeyState): Promise<string> {
    if (state === 'PendingImport') return this.#ciphertextWithoutMaterial()
    const { KeyId } = await this.key()
    const { CiphertextBlob = '' } = await this.get('Encrypt', { KeyId, Plaintext: 'x' })
    if (state === 'Disabled') await this.service.disableKey(KeyId)
    if (state === 'PendingDeletion') await this.service.scheduleKeyDeletion(KeyId, 7)
    return CiphertextBlob
  }

  /** What ImportKeyMaterial takes, for a key of its own in a state, or for a given one. */
  async imported(state: 'PendingImport' | 'PendingDeletion' = 'PendingImport', id?: string): Promise<Fields> {
    const KeyId = id ?? (await this.key({ external: {} })).KeyId
    const asked = { KeyId, WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' }
    const { PublicKey = '', ImportToken = '' } = await this.get('GetParametersForImport', asked)
    const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' })
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
    if (state === 'PendingDeletion') await this.service.scheduleKeyDeletion(KeyId, 7)
    const EncryptedKeyMaterial = publicEncrypt({ key, ...padding }, Buffer.alloc(32, 7)).toString('base64')
    return { KeyId, ImportToken, EncryptedKeyMaterial }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close()
  }

  async #ciphertextWithoutMaterial(): Promise<string> {
    const { KeyId = '', ...rest } = await this.imported()
    await this.get('ImportKeyMaterial', { KeyId, ...rest })
    const { CiphertextBlob = '' } = await this.get('Encrypt', { KeyId, Plaintext: 'x' })
    await this.get('DeleteKeyMaterial', { KeyId })
    return CiphertextBlob
  }

  async #makeCallers(): Promise<void> {
    const { access } = this.service
    const root = await access.createAccessKey()
    await access.putPrincipal({ type: 'user', name: 'reader', policies: ['AliyunKMSReadOnlyAccess'] })
    await access.putPrincipal({ type: 'user', name: 'alice', policies: ['AliyunSTSAssumeRoleAccess'] })
    const role = { type: 'role', name: 'app', policies: ['AliyunKMSCryptoUserAccess'], trusted: ['alice'] } as const
    await access.putPrincipal(role)
    const { accessKeyId, secret, securityToken } = access.startSession(role, 'tests', 900)
    const ended = access.startSession(role, 'tests', -1)
    this.#accessKeys = new Map(
      Object.entries({
        root,
        reader: await access.createAccessKey({ user: 'reader' }),
        alice: await access.createAccessKey({ user: 'alice' }),
        nobody: { id: 'nobody', secret: 'x' },
        wrong: { id: root.id, secret: 'x' },
        session: { id: accessKeyId, secret, token: securityToken },
        ended: { id: ended.accessKeyId, secret: ended.secret, token: ended.securityToken },
        mixed: { id: accessKeyId, secret, token: ended.securityToken },
        forged: { id: accessKeyId, secret, token: 'AAAA' },
        untold: { id: accessKeyId, secret },
      }),
    )
  }
}
