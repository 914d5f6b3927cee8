import { enums, type PrivateKey, type PublicKey, type SignaturePacket, type Subkey } from 'openpgp'
import { openpgpConfig, toleratedNow } from './openpgp-config.js'
import { asVerifiable, isDummy, replacePacket } from './openpgp-internals.js'

/**
 * What two copies of a certificate say together. OpenPGP.js would let a newer signature of a subkey take the place of the
 * one that is there without verifying it, so that whoever can have a forged certificate imported could make a key useless:
 * what does not verify is left out first.
 */
export async function mergeCertificates(former: PublicKey, incoming: PublicKey): Promise<PublicKey> {
  for (const subkey of incoming.subkeys) subkey.bindingSignatures = await verifiedBindings(subkey, former)
  return former.update(incoming, toleratedNow(), openpgpConfig)
}

/** The same of secret keys, where a part that one copy lacks comes from the other. */
export async function mergeSecretKeys(former: PrivateKey, incoming: PrivateKey): Promise<PrivateKey> {
  const merged = (await mergeCertificates(former, incoming)) as PrivateKey
  const parts = new Map([incoming, ...incoming.subkeys].map((part) => [part.getFingerprint(), part]))
  for (const part of [merged, ...merged.subkeys]) {
    const other = parts.get(part.getFingerprint())
    if (other && isDummy(part) && !isDummy(other)) replacePacket(part, other.keyPacket)
  }
  return merged
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
