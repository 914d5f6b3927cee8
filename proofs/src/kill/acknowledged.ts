import type { AttachedPolicy, KeyService, LocalKms } from '@parasol/kms-local'

/** What a writer was told that it is kept: a key by its alias, a version of it, or the policies of a user. */
export type Acknowledged =
  | { readonly alias: string; readonly keyId?: string; readonly versionId?: string; readonly blob?: string }
  | { readonly user: string; readonly generation: number }

/** The policies of a user, first as he was made and then as they were changed. */
export function policiesOf(generation: number): readonly AttachedPolicy[] {
  return generation === 0 ? ['AliyunKMSReadOnlyAccess'] : ['AliyunKMSReadOnlyAccess', 'AliyunKMSCryptoUserAccess']
}

/** Whether it is still there, or what was written over it later. */
export async function isKept(service: KeyService, kms: LocalKms, one: Acknowledged): Promise<boolean> {
  if ('user' in one) {
    const { policies = [] } = service.access.principal('user', one.user) ?? {}
    return policies.length >= policiesOf(one.generation).length
  }
  const { alias, keyId, versionId, blob } = one
  const there = service.aliases.find(({ name }) => name === alias)?.keyId
  if (there === undefined || (keyId !== undefined && there !== keyId)) return false
  const { versions } = service.describeKey(there).metadata
  if (versionId !== undefined && !versions.some(({ id }) => id === versionId)) return false
  return blob === undefined || (await isReadable(kms, blob, alias))
}

async function isReadable(kms: LocalKms, blob: string, alias: string): Promise<boolean> {
  const opened = await kms.decrypt(Buffer.from(blob, 'base64'), {}).catch(() => undefined)
  return opened !== undefined && Buffer.from(opened).toString() === alias
}
