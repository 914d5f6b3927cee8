// Run by tls.test.ts in a process of its own, whose environment names a CA. Arguments: the endpoint, the transport.
import { AliyunKms } from '@parasol/kms-aliyun'

const [endpoint, transport] = process.argv.slice(2)
const limits = { maxAttempts: 1, attemptTimeoutMs: 60_000, totalTimeoutMs: 60_000 }
const credentials = { accessKeyId: 'LTAItest', accessKeySecret: 'secret' }
const kms = new AliyunKms({ region: 'cn-test', endpoint, transport, credentials, ...limits })
try {
  process.stdout.write(await kms.encrypt('alias/one', Buffer.from('a'), {}))
} catch (error) {
  process.stdout.write(`${error.code} ${error.reason}`)
}
