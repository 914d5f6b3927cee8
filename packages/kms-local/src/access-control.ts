import { randomBytes } from 'node:crypto'
import { KmsFault } from './faults.js'
import type { KeyStore } from './key-store.js'
import { type AccessKey, timestamp } from './keys.js'
import { checkPolicy, type Policy } from './policy.js'
import {
  checkPrincipal,
  type Identity,
  type Principal,
  principalArn,
  RAM_PREFIX,
  type Role,
  statementsOf,
  type User,
} from './principals.js'
import { entityId } from './store-state.js'

/** What an access key may be made with: a user to whom it belongs, or a policy of its own; with neither it may all. */
export interface AccessKeyOptions {
  readonly user?: string
  readonly policy?: Policy
}

/** The secret of an access key, and who it is that signs with it. */
export interface Credential {
  readonly secret: string
  readonly identity: Identity
}

/** What a session token says. */
interface Session {
  readonly accessKeyId: string
  readonly secret: string
  readonly role: string
  readonly session: string
  readonly expires: number
  readonly policy?: Policy
}

/** A session as it is handed out, once. */
export interface SessionCredentials {
  readonly accessKeyId: string
  readonly secret: string
  readonly securityToken: string
  readonly expiration: string
}

const PURPOSE = 'session'
const SESSION_PREFIX = 'STS.'

/** Access keys, users, roles and their sessions: who makes a request, and what he may do. */
export class AccessControl {
  readonly #store: KeyStore
  readonly #now: () => Date

  constructor(store: KeyStore, now: () => Date) {
    this.#store = store
    this.#now = now
  }

  /**
   * Of an access key, or of a session by its token.
   *
   * @returns undefined if there is none such, or no more
   * @throws KmsFault MissingSecurityToken, InvalidSecurityToken.Malformed, InvalidSecurityToken.MismatchWithAccessKey
   */
  credential(accessKeyId: string, securityToken?: string): Credential | undefined {
    if (securityToken !== undefined) return this.#sessionCredential(accessKeyId, securityToken)
    if (accessKeyId.startsWith(SESSION_PREFIX)) throw new KmsFault('MissingSecurityToken')
    const accessKey = this.#store.accessKey(accessKeyId)
    const identity = accessKey && this.#identityOf(accessKey)
    return accessKey && identity && { secret: accessKey.secret, identity }
  }

  /** @throws CryptoError INVALID_INPUT for what is no policy; KmsFault EntityNotExist.User */
  async createAccessKey({ user, policy }: AccessKeyOptions = {}): Promise<AccessKey> {
    if (user !== undefined && !this.#store.principal('user', user)) throw new KmsFault('EntityNotExist.User')
    const id = `LTAI${randomBytes(10).toString('hex')}`
    const secret = randomBytes(24).toString('base64url')
    const accessKey = {
      id,
      secret,
      ...(user === undefined ? {} : { user }),
      ...(policy ? { policy: checkPolicy(policy) } : {}),
    }
    await this.#store.putAccessKey(accessKey)
    return accessKey
  }

  get principals(): readonly Principal[] {
    return this.#store.principals
  }

  principal(type: Principal['type'], name: string): Principal | undefined {
    return this.#store.principal(type, name)
  }

  /** Makes or replaces a user or a role. @throws CryptoError INVALID_INPUT */
  putPrincipal(principal: Principal): Promise<void> {
    const checked = checkPrincipal(principal)
    return this.#store.put(entityId(checked.type, checked.name), { kind: 'principal', principal: checked })
  }

  /** A user's access keys and a role's sessions are refused from then on. @throws KmsFault EntityNotExist */
  async deletePrincipal(type: Principal['type'], name: string): Promise<void> {
    if (!this.#store.principal(type, name)) throw new KmsFault(ABSENT[type])
    await this.#store.put(entityId(type, name), { kind: 'principal-deleted', principal: { type, name } })
  }

  /** Credentials of a role for a while. Nothing of them is kept: all is in the token, sealed. */
  startSession(role: Role, session: string, seconds: number, policy?: Policy): SessionCredentials {
    const accessKeyId = `${SESSION_PREFIX}${randomBytes(16).toString('hex')}`
    const secret = randomBytes(24).toString('base64url')
    const expires = this.#now().getTime() + seconds * 1000
    const content: Session = { accessKeyId, secret, role: role.name, session, expires, ...(policy ? { policy } : {}) }
    const securityToken = this.#store.tokens.seal(PURPOSE, Buffer.from(JSON.stringify(content)))
    return { accessKeyId, secret, securityToken, expiration: timestamp(new Date(expires)) }
  }

  #sessionCredential(accessKeyId: string, token: string): Credential | undefined {
    const content = this.#store.tokens.open(PURPOSE, token)
    if (!content) throw new KmsFault('InvalidSecurityToken.Malformed')
    const { secret, role, session, expires, policy, ...of }: Session = JSON.parse(content.toString())
    if (of.accessKeyId !== accessKeyId) throw new KmsFault('InvalidSecurityToken.MismatchWithAccessKey')
    const principal = this.#store.principal('role', role)
    if (!principal || expires <= this.#now().getTime()) return undefined
    const identity: Identity = {
      type: 'role',
      accessKeyId,
      arn: `${principalArn(principal)}/${session}`,
      name: `${role}:${session}`,
      statements: statementsOf(principal.policies),
      ...(policy ? { boundary: policy.Statement } : {}),
    }
    return { secret, identity }
  }

  #identityOf({ id, user, policy }: AccessKey): Identity | undefined {
    const own = policy ? { statements: policy.Statement } : {}
    if (user === undefined) {
      return { type: policy ? 'access-key' : 'account', accessKeyId: id, arn: `${RAM_PREFIX}root`, ...own }
    }
    const principal = this.#store.principal('user', user) as User | undefined
    if (!principal) return undefined
    const statements = [...statementsOf(principal.policies), ...(policy?.Statement ?? [])]
    return { type: 'user', accessKeyId: id, arn: principalArn(principal), name: user, statements }
  }
}

const ABSENT = { user: 'EntityNotExist.User', role: 'EntityNotExist.Role' } as const
