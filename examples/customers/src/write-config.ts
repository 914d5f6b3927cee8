import { writeFileAtomic } from '@parasol/core/files'
import { GPG_PASSPHRASE, type GpgParties } from './gpg-keys.js'
import { ACCESS_KEY_ID, ACCESS_KEY_SECRET } from './kms-process.js'
import type { WorkingFolder } from './working-folder.js'

/** What the demo's parasol.yaml offers. */
export type UseCaseName = 'customers.values' | 'customers.rows' | 'customers.files'

/** Writes the configuration that everything after it is opened from. */
export async function writeConfig(
  folder: WorkingFolder,
  endpoint: string,
  { own, partner }: GpgParties,
): Promise<void> {
  await writeFileAtomic(
    folder.config,
    `version: 1
kms:
  main:
    use: aliyun                      # Alibaba Cloud's own client, pointed at the local KMS server;
    region: cn-hangzhou              # in the cloud: your region and credentials, and the next two lines go
    endpoint: ${endpoint}
    protocol: http
    credentials:
      accessKeyId: { file: secrets/${ACCESS_KEY_ID} }
      accessKeySecret: { file: secrets/${ACCESS_KEY_SECRET} }
schemes:
  kms-direct: { kms: main, keyId: alias/customers }
  envelope: { kms: main, keyId: alias/customers }
  gpg:
    keyRing: gpg
    recipients: ['${own}', '${partner}']
    signer: '${own}'
    passphrase: { file: secrets/${GPG_PASSPHRASE} }
    context: signed
useCases:
  customers.values: { scheme: kms-direct }
  customers.rows: { scheme: envelope }
  customers.files: { scheme: gpg }
`,
  )
}
