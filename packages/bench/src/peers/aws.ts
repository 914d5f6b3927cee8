import { randomBytes } from 'node:crypto'
import { CONTEXT } from '../ciphers.js'
import type { Peer, PeerPackage } from './peer.js'

export const AWS_CACHED = '@aws-crypto, unsigned, warm cache'

const ANY = { maxAge: 86_400_000, maxMessagesEncrypted: 2 ** 32 - 1, maxBytesEncrypted: Number.MAX_SAFE_INTEGER }

export const aws: PeerPackage = {
  name: '@aws-crypto',
  fairness:
    'The AWS Encryption SDK, without signatures and with a local AES key ring, so that no cloud takes part. It commits to ' +
    'its keys, binds a context and frames the message as ours; the context stands in its header in clear.',
  load,
}

async function load(): Promise<readonly Peer[]> {
  const { CommitmentPolicy, AlgorithmSuiteIdentifier } = await import('@aws-crypto/material-management-node')
  const { RawAesKeyringNode } = await import('@aws-crypto/raw-aes-keyring-node')
  const { buildEncrypt } = await import('@aws-crypto/encrypt-node')
  const { buildDecrypt } = await import('@aws-crypto/decrypt-node')
  const caching = await import('@aws-crypto/caching-materials-manager-node')
  const policy = CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT
  const { encrypt } = buildEncrypt(policy)
  const { decrypt } = buildDecrypt(policy)
  const keyring = new RawAesKeyringNode({
    keyName: 'bench',
    keyNamespace: 'parasol',
    // Not of Node's pool, which it refuses.
    unencryptedMasterKey: new Uint8Array(randomBytes(32)),
    wrappingSuite: AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16,
  })
  const cache = caching.getLocalCryptographicMaterialsCache(1000)
  const cached = new caching.NodeCachingMaterialsManager({ backingMaterials: keyring, cache, ...ANY })
  const suiteId = AlgorithmSuiteIdentifier.ALG_AES256_GCM_IV12_TAG16_HKDF_SHA512_COMMIT_KEY
  const peer = (name: string, materials: typeof keyring | typeof cached): Peer => ({
    name,
    encrypt: async (text) => (await encrypt(materials, text, { encryptionContext: CONTEXT, suiteId })).result,
    decrypt: async (sealed: Uint8Array) => {
      const { plaintext, messageHeader } = await decrypt(materials, Buffer.from(sealed))
      // It takes the context from the message: who reads has to compare it.
      if (messageHeader.encryptionContext['customerId'] !== CONTEXT.customerId) throw new Error('Another context')
      return plaintext.toString()
    },
  })
  return [peer('@aws-crypto, unsigned', keyring), peer(AWS_CACHED, cached)]
}
