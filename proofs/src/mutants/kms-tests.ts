import { KmsDirectProvider } from '@parasol/backend-kms-direct'
import { CryptoError } from '@parasol/core'
import { FailoverKms } from '@parasol/kms-failover'
import { LocalKms } from '@parasol/kms-local'
import { FakeKms, kmsCases, providerCases } from '@parasol/testing'
import { TemporaryFolder } from '../temporary-folder.js'
import { conforms, demand, demandRefusal, passes } from './conforms.js'

const keys = { keyId: 'alias/one', otherKeyId: 'alias/two' }

/** The conformance kit over the local KMS, and what a failover must not do. */
export async function kmsTests(): Promise<boolean> {
  using folder = new TemporaryFolder()
  using other = new TemporaryFolder()
  await using kms = localKms(folder.path)
  await using stranger = localKms(other.path)
  return (await passes(failoverRoutes)) && (await conforms(kmsCases, { kms, stranger, ...keys }))
}

export async function kmsDirectTests(): Promise<boolean> {
  const create = () => new KmsDirectProvider({ kms: new FakeKms(), keyId: 'alias/one' })
  return conforms(providerCases, { provider: create(), stranger: create() })
}

async function failoverRoutes(): Promise<void> {
  const [first, second] = [new FakeKms(), new FakeKms()]
  const kms = new FailoverKms({ first: { name: 'a', kms: first }, fallback: [{ name: 'b', kms: second }] })
  first.failNext(new CryptoError('ACCESS_DENIED', 'on purpose'))
  await demandRefusal('ACCESS_DENIED', () => kms.encrypt('alias/one', Buffer.from('text'), {}))
  first.failNext(new CryptoError('KMS_UNAVAILABLE', 'on purpose'))
  const ciphertext = await kms.encrypt('alias/one', Buffer.from('text'), {})
  demand(Buffer.from(await kms.decrypt(ciphertext, {})).toString() === 'text', 'opened by the KMS that made it')
  demand(first.calls.decrypt === 0, 'not shown to the other one')
}

function localKms(folder: string): LocalKms {
  return new LocalKms({
    folder,
    rootKey: { passphrase: () => 'only for proofs' },
    scryptN: 1024,
    createKeys: [keys.keyId, keys.otherKeyId],
  })
}
