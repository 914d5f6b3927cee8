/** A parasol.yaml with a local KMS and the use case `customer`, for a service that is described by the given lines. */
export function configurationOf(service: string): string {
  return `version: 1
kms:
  own: { use: local, store: ./kms, keyFile: ./kms.key, createKeys: [alias/parasol] }
schemes:
  envelope: { kms: own, keyId: alias/parasol }
useCases:
  customer: { scheme: envelope }
service:
${service}`
}
