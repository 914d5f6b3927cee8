import { enums, type PrivateKey, type PublicKey, type SignaturePacket, type Subkey } from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { asVerifiable, isDummy, replacePacket } from './openpgp-internals.js'

/**
 * What two copies of a certificate say together. OpenPGP.js would let a newer signature of a subkey take the place of the
 * one that is there: without verifying it, so that whoever can have a forged certificate imported could make a key
 * useless, and so that what the subkey had signed before would no longer be valid. All that verify are kept.
 */
export async function mergeCertificates<Key extends PublicKey>(former: Key, incoming: PublicKey): Promise<Key> {
  for (const subkey of incoming.subkeys) subkey.bindingSignatures = await verifiedBindings(subkey, former)
  const bindings = new Map(former.subkeys.map((subkey) => [subkey.getFingerprint(), subkey.bindingSignatures]))
  const merged = await former.update(incoming, toleratedNow(), openpgpConfig)
  const coming = new Map(incoming.subkeys.map((subkey) => [subkey.getFingerprint(), subkey.bindingSignatures]))
  for (const subkey of merged.subkeys) {
    const digits = subkey.getFingerprint()
    subkey.bindingSignatures = union(bindings.get(digits) ?? [], coming.get(digits) ?? [])
  }
  return merged as Key
}

/** The same of secret keys, where a part that one copy lacks comes from the other. */
export async function mergeSecretKeys(former: PrivateKey, incoming: PrivateKey): Promise<PrivateKey> {
  const merged = await mergeCertificates(former, incoming)
  const parts = new Map([incoming, ...incoming.subkeys].map((part) => [part.getFingerprint(), part]))
  for (const part of [merged, ...merged.subkeys]) {
    const other = parts.get(part.getFingerprint())
    if (other && isDummy(part) && !isDummy(other)) replacePacket(part, other.keyPacket)
  }
  return merged
}

function union(one: readonly SignaturePacket[], other: readonly SignaturePacket[]): SignaturePacket[] {
  const known = new Map(one.map((signature) => [written(signature), signature]))
  for (const signature of other) if (!known.has(written(signature))) known.set(written(signature), signature)
  return [...known.values()]
}

/** What of a signature counts: the rest is not signed, and anybody can change it. */
function written(signature: SignaturePacket): string {
  const { signatureData, writeParams } = signature as unknown as SignatureInternals
  return Buffer.concat([signatureData, writeParams.call(signature)]).toString('base64')
}

/** What the types of OpenPGP.js do not tell of a signature. */
interface SignatureInternals {
  readonly signatureData: Uint8Array
  writeParams(): Uint8Array
}

async function verifiedBindings(subkey: Subkey, primary: PublicKey): Promise<SignaturePacket[]> {
  const data = { key: primary.keyPacket, bind: subkey.keyPacket }
  const verified = await Promise.all(
    subkey.bindingSignatures.map((signature) =>
      asVerifiable(signature)
        .verify(primary.keyPacket, enums.signature.subkeyBinding, data, toleratedNow(), false, openpgpConfig)
        .then(
          () => true,
          () => false,
        ),
    ),
  )
  return subkey.bindingSignatures.filter((_signature, index) => verified[index])
}
