import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { LineDriver } from './line-driver.js'

export type Fields = Readonly<Record<string, string>>

/** Where a request goes, and whose it is. */
export interface Target {
  readonly endpoint: string
  readonly id: string
  readonly secret: string
  readonly token?: string | undefined
  readonly version: string
}

/** What came back: of a refusal `Code` and `Message`, of an answer its fields by their names on the wire. */
export interface Reply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A client that somebody else wrote, used as it is. */
export interface ApiClient {
  readonly name: string
  readonly isThere: boolean
  call(target: Target, action: string, fields: Fields): Promise<Reply>
}

const require = createRequire(import.meta.url)
const kms = require('@alicloud/kms20160120')
const { Config: RpcConfig } = require('@alicloud/rpc-client')
const { RPCClient } = require('@alicloud/pop-core')
const openApi = require('@alicloud/openapi-client')
const { RuntimeOptions } = require('@alicloud/tea-util')
const python = spawnSync('python3', ['-c', 'import hmac'])

export const clients: readonly ApiClient[] = [
  { name: '@alicloud/kms20160120', isThere: true, call: callByKms },
  { name: '@alicloud/pop-core', isThere: true, call: callByPopCore },
  { name: '@alicloud/openapi-client', isThere: true, call: callByOpenApi },
  { name: 'Python', isThere: python.status === 0, call: callByPython('JSON') },
  { name: 'Python, in XML', isThere: python.status === 0, call: callByPython('XML') },
]

/** By the typed method where the client has one that takes these fields, else by its way for all other operations. */
async function callByKms({ endpoint, id, secret, token, version }: Target, action: string, fields: Fields) {
  const config = { accessKeyId: id, accessKeySecret: secret, endpoint, protocol: 'http', regionId: 'local' }
  const client = new kms.default(new RpcConfig(token === undefined ? config : { ...config, securityToken: token }))
  const method = action.charAt(0).toLowerCase() + action.slice(1)
  const names: Fields = kms[`${action}Request`]?.names() ?? {}
  const camel = Object.entries(names).filter(([, wire]) => wire in fields)
  const isTyped = client[method] !== undefined && camel.length === Object.keys(fields).length
  return settle(async () => {
    if (!isTyped) return client.doRequest(action, 'http', 'POST', version, 'AK', fields, null, new RuntimeOptions({}))
    const request = kms[`${action}Request`]
    const typed = Object.fromEntries(camel.map(([name, wire]) => [name, fields[wire]]))
    return (await (request ? client[method](new request(typed)) : client[method]())).toMap()
  })
}

async function callByPopCore({ endpoint, id, secret, token, version }: Target, action: string, fields: Fields) {
  const config = { accessKeyId: id, accessKeySecret: secret, endpoint: `http://${endpoint}`, apiVersion: version }
  const client = new RPCClient(token === undefined ? config : { ...config, securityToken: token })
  return settle(() => client.request(action, fields, { method: 'POST', timeout: 20_000, formatParams: false }))
}

async function callByOpenApi({ endpoint, id, secret, token, version }: Target, action: string, fields: Fields) {
  const config = { accessKeyId: id, accessKeySecret: secret, endpoint }
  const client = new openApi.default(
    new openApi.Config(token === undefined ? config : { ...config, securityToken: token }),
  )
  const params = new openApi.Params({
    action,
    version,
    protocol: 'HTTP',
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  })
  const request = new openApi.OpenApiRequest({ query: fields })
  return settle(async () => (await client.callApi(params, request, new RuntimeOptions({}))).body)
}

async function settle(call: () => Promise<Record<string, unknown>>): Promise<Reply> {
  try {
    return { status: 200, body: await call() }
  } catch (error) {
    const { data } = error as { data?: Record<string, unknown> }
    if (!data?.['Code']) throw error
    return { status: Number(data['HttpStatus']), body: data }
  }
}

const rpcClient = new LineDriver(['python3', new URL('rpc_client.py', import.meta.url).pathname])

/** One process for all of them. By GET and in XML is what Alibaba's older Java SDK does. */
function callByPython(format: 'JSON' | 'XML'): ApiClient['call'] {
  return (target, action, fields) => rpcClient.ask({ ...target, action, fields, format })
}

export function endClients(): void {
  rpcClient.end()
}
