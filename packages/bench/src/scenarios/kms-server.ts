import { randomBytes } from 'node:crypto'
import type { Contender, Goal, Kind, Scenario } from '../scenario.js'
import { CONNECTIONS, ServerUnderLoad } from '../server-under-load.js'
import { KEY_ID, signedRequest } from '../signed-requests.js'

const goal: Goal = {
  text: 'The local KMS, Encrypt of 64 B, against a bare server that verifies the same signature (CPU)',
  measure: 'cost',
  bound: 1.5,
}

export const kmsServer: Scenario = {
  name: 'kms-server',
  title: 'The local KMS over HTTP',
  shows: `what Encrypt of 64 bytes costs the server, ${CONNECTIONS} connections, beside the least that its API can cost`,
  async *run({ requests, requestRounds, warmTurns }) {
    await using bare = await ServerUnderLoad.start('signed')
    await using kms = await ServerUnderLoad.start('kms')
    await using audited = await ServerUnderLoad.start('kms-audited')
    yield {
      title: 'CPU time of the server for Encrypt of 64 B',
      metric: 'cpu',
      times: requests,
      rounds: requestRounds,
      warmTurns,
      contenders: [
        encrypting('node:http that verifies the signature', 'baseline', bare),
        encrypting('local KMS', 'ours', kms, [goal]),
        encrypting('local KMS, every request in its audit log before the answer', 'ours', audited),
      ],
    }
  },
}

const plaintext = randomBytes(64).toString('base64')

function encrypting(name: string, kind: Kind, server: ServerUnderLoad, goals: readonly Goal[] = []): Contender {
  const { accessKey } = server
  if (!accessKey) throw new Error(`"${name}" has no access key`)
  const encrypt = () =>
    signedRequest({ accessKey, action: 'Encrypt', parameters: { KeyId: KEY_ID, Plaintext: plaintext } })
  return {
    name,
    kind,
    goals,
    async check() {
      const { CiphertextBlob } = JSON.parse(await server.ask(encrypt()))
      if (kind === 'baseline') return
      const decrypt = signedRequest({ accessKey, action: 'Decrypt', parameters: { CiphertextBlob } })
      const { Plaintext } = JSON.parse(await server.ask(decrypt))
      if (Plaintext !== plaintext) throw new Error(`"${name}" does not give back what it was given`)
    },
    // Signed before the clock starts, since none may come twice.
    turn: (times) => server.serve(Array.from({ length: times }, encrypt)),
  }
}
