import { decrypt, type PrivateKey, readMessage } from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { hasAcceptedSignature, type SignaturePolicy } from './signatures.js'

export interface OpenPolicy extends SignaturePolicy {
  /** Whether a message without a signature is read, and any message if there are no certificates. */
  readonly allowUnsigned: boolean
}

/** The plaintext of a binary message. Undefined for every message that is not wholly in order, whatever is wrong. */
export async function openMessage(
  binaryMessage: Uint8Array,
  decryptionKeys: readonly PrivateKey[],
  policy: OpenPolicy,
): Promise<Uint8Array | undefined> {
  try {
    const { data, signatures } = await decrypt({
      message: await readMessage({ binaryMessage, config: openpgpConfig }),
      decryptionKeys: [...decryptionKeys],
      verificationKeys: [...policy.certificates],
      format: 'binary',
      date: toleratedNow(),
      config: openpgpConfig,
    })
    const unjudged = signatures.length === 0 || policy.certificates.length === 0
    const accepted = (unjudged && policy.allowUnsigned) || (await hasAcceptedSignature(signatures, policy))
    return accepted ? (data as Uint8Array) : undefined
  } catch {
    return undefined
  }
}
