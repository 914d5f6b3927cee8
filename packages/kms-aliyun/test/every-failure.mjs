// Run by secrecy.test.ts in a process of its own, with DEBUG=*: meets every failure and prints all that there is to
// see of it. Arguments: the endpoint of a server that fails each request in another way, one where nothing listens, how
// many calls to make to the first, and the plaintext in hex.
import { createRequire } from 'node:module'
import { inspect } from 'node:util'
import { AliyunKms } from '@parasol/kms-aliyun'

const [transport, endpoint, nowhere, count, hex] = process.argv.slice(2)
const plaintext = Buffer.from(hex, 'hex')
const credentials = { accessKeyId: 'LTAIcanary', accessKeySecret: 'SecretCanary', securityToken: 'TokenCanary' }
const limits = { attemptTimeoutMs: 250, maxAttempts: 1, breakAfter: 1_000_000 }
const options = { region: 'cn-test', protocol: 'http', credentials, transport, ...limits }

for (const at of [nowhere, endpoint]) {
  const kms = new AliyunKms({ ...options, endpoint: at })
  const calls = [
    () => kms.encrypt('alias/one', plaintext, { row: '7' }),
    () => kms.generateDataKey('alias/one', { row: '7' }),
    () => kms.decrypt(Buffer.alloc(64), { row: '7' }),
  ]
  for (let index = 0; index < (at === nowhere ? 3 : Number(count)); index++) await show(kms, calls[index % 3])
}
if (process.env.RAW === '1') await showRawClient()

async function show(kms, call) {
  try {
    const result = await call()
    console.log('answered', typeof result.toJSON === 'function' ? result : 'bytes')
  } catch (error) {
    const every = { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null, maxArrayLength: null }
    console.log('failed', error.code, String(error), error.stack, JSON.stringify(error), inspect(error, every))
    console.log(inspect(kms, { ...every, depth: 10 }), JSON.stringify(kms))
  }
}

/** The control: what Alibaba's client shows by itself. */
async function showRawClient() {
  const require = createRequire(import.meta.url)
  const { default: Client, EncryptRequest } = require('@alicloud/kms20160120')
  const { Config } = require('@alicloud/rpc-client')
  const client = new Client(new Config({ ...credentials, endpoint: nowhere, protocol: 'http', regionId: 'cn-test' }))
  const request = new EncryptRequest({ keyId: 'alias/one', plaintext: plaintext.toString('base64') })
  await client.encrypt(request).catch((error) => console.log(error.message))
}
