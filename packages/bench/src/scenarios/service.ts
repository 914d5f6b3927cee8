import { FAST_SUITE } from '../ciphers.js'
import { sampleRecord } from '../sample-text.js'
import type { Contender, Goal, Kind, Scenario } from '../scenario.js'
import { CONNECTIONS, ServerUnderLoad } from '../server-under-load.js'
import { serviceRequest } from '../service-requests.js'

const costGoal: Goal = {
  text: 'The service, five fields, against a bare echo (CPU)',
  measure: 'cost',
  bound: 1.8,
  aim: 1.35,
}
const logGoal: Goal = {
  text: 'Throughput with the backup log on, against off',
  measure: 'faster',
  bound: 0.6,
  aim: 0.75,
}

export const service: Scenario = {
  name: 'service',
  title: 'The service, five fields in a request',
  shows: `what a request costs the server, ${CONNECTIONS} connections, beside a bare JSON echo, and what the log takes`,
  async *run({ requests, requestRounds, warmTurns }) {
    await using echo = await ServerUnderLoad.start('echo')
    await using fast = await ServerUnderLoad.start('service')
    await using aes = await ServerUnderLoad.start('service-aes')
    await using logged = await ServerUnderLoad.start('service-logged')
    await using audited = await ServerUnderLoad.start('service-audited')
    const common = { times: requests, rounds: requestRounds, warmTurns }
    yield {
      title: 'CPU time of the server for a request',
      metric: 'cpu',
      ...common,
      contenders: [
        requesting('node:http, JSON echo', 'baseline', echo),
        requesting(`service, ${FAST_SUITE}, reuse`, 'ours', fast, [costGoal]),
        requesting('service, aes-256-gcm, reuse', 'ours', aes),
        requesting(`service, ${FAST_SUITE}, reuse, backup log`, 'ours', logged),
        requesting(`service, ${FAST_SUITE}, reuse, both logs`, 'ours', audited),
      ],
      note: 'On in every service: API key, permissions, strict JSON, limits, metrics, security headers. Logs where named.',
    }
    yield {
      title: `Time by the clock for a request, of ${CONNECTIONS} at once`,
      metric: 'wall',
      ...common,
      contenders: [
        requesting('service, no log', 'ours', fast),
        requesting('service, every record on disk before it is answered', 'ours', logged, [logGoal]),
        requesting('service, and every request in the audit log', 'ours', audited),
      ],
      note: 'Time by the clock: 1,000,000 divided by it are requests in a second. The disk takes part.',
    }
  },
}

const fields = sampleRecord(5)

function requesting(name: string, kind: Kind, server: ServerUnderLoad, goals: readonly Goal[] = []): Contender {
  const request = serviceRequest('encrypt', fields)
  return {
    name,
    kind,
    goals,
    async check() {
      const answer = JSON.parse(await server.ask(request))
      const isEcho = kind === 'baseline'
      const opened = isEcho ? answer : JSON.parse(await server.ask(serviceRequest('decrypt', answer)))
      const isSame = Object.entries(fields).every(([field, value]) => opened[field] === value)
      const isHidden = isEcho || Object.entries(fields).every(([field, value]) => answer[field] !== value)
      if (!isSame || !isHidden) throw new Error(`"${name}" does not give back what it was given`)
    },
    turn: (times) => server.serve(Array<Buffer>(times).fill(request)),
  }
}
