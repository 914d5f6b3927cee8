// Run by kms-full.ts in a process of its own, whose files may not grow beyond a limit: serves a local KMS. In the mode
// `careless` it answers requests whose events could not be written, as a server would that does not wait for its log.
import { join } from 'node:path'
import { LocalKms, startKmsServer } from '@parasol/kms-local'
import { KEY_ID } from '../local-kms-server.js'

const [mode = '', folder = ''] = process.argv.slice(2)

const kms = new LocalKms({
  folder: join(folder, 'kms'),
  rootKey: { keyFile: join(folder, 'root.key') },
  createKeys: [KEY_ID],
})
const service = await kms.open()
const { id, secret } = await service.createAccessKey()
const audit = mode === 'store' ? undefined : await service.openAuditLog()
if (audit && mode === 'careless') {
  const record = audit.record.bind(audit)
  audit.record = (event) => record(event).catch(() => undefined)
}
const server = await startKmsServer({ service, ...(audit ? { audit } : {}) })
process.send?.({ port: server.port, id, secret })
