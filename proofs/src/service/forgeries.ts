import { createApiKey, hashApiKey, type SignatureStamp, signRequest } from '@parasol/service'
import type { Random } from '../random.js'

/** What those who may call have: `writer` may encrypt, `reader` decrypt, and who has the secret signs and may do both. */
export interface Callers {
  readonly writer: string
  readonly reader: string
  readonly secret: string
}

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly body?: string
  readonly type?: string
}

type Headers = readonly (readonly [name: string, value: string])[]

const PATH = '/v1/customer/encrypt'
const BODY = '{"phone":"13800138000"}'
const LINES = 'application/x-ndjson'
/** A little more than the service's clock may be from the caller's. */
const SKEW_S = 62

/** Requests that are let in, and whether they are let in only once. */
export const honestRequests: readonly ((callers: Callers) => { request: string; isSigned: boolean })[] = [
  ({ writer }) => ({ request: format({}, bearer(writer)), isSigned: false }),
  (callers) => ({ request: signedFor(callers), isSigned: true }),
  (callers) => {
    const sent = { path: `${PATH}/batch`, body: `{"fields":${BODY}}\n`, type: LINES }
    return { request: signedFor(callers, sent), isSigned: true }
  },
]

/** Requests that nobody may be answered who sends them, by what is wrong with them. */
export const forgeries: Readonly<Record<string, (callers: Callers, random: Random) => string>> = {
  noKey: () => format({}, []),
  otherKey: () => format({}, bearer(createApiKey())),
  changedKey: ({ writer }, random) => format({}, bearer(change(writer, random))),
  cutKey: ({ writer }, random) => format({}, bearer(writer.slice(0, random.below(writer.length)))),
  longKey: ({ writer }) => format({}, bearer(`${writer}A`)),
  hashAsKey: ({ writer }) => format({}, bearer(hashApiKey(writer))),
  secretAsKey: ({ secret }) => format({}, bearer(secret)),
  otherScheme: ({ writer }) => format({}, [['authorization', `Basic ${writer}`]]),
  twoKeys: ({ writer }) => format({}, [...bearer(createApiKey()), ...bearer(writer)]),
  keyElsewhere: ({ writer }, random) =>
    format({}, [[random.pick(['x-api-key', 'cookie', 'proxy-authorization']), writer]]),
  keyInPath: ({ writer }) => format({ path: `${PATH}?key=${writer}` }, []),
  certificateInHeader: () =>
    format({}, [
      ['x-forwarded-client-cert', 'Subject="CN=writer"'],
      ['x-ssl-client-verify', 'SUCCESS'],
    ]),

  otherOperation: ({ writer }) => format({ path: '/v1/customer/decrypt' }, bearer(writer)),
  readerEncrypts: ({ reader }) => format({}, bearer(reader)),
  otherUseCase: ({ writer }, random) => format({ path: `/v1/${random.pick(OTHERS)}/encrypt` }, bearer(writer)),
  rewrap: ({ writer }) => format({ path: '/v1/customer/rewrap', body: '{"kms_encrypt_key":"a"}' }, bearer(writer)),
  metrics: ({ writer }) => format({ path: '/metrics', method: 'GET' }, bearer(writer)),
  linesOfOther: ({ writer }) => format({ path: '/v1/other/encrypt/batch', type: LINES }, bearer(writer)),

  otherSecret: ({ secret }, random) => signedFor({ secret: change(secret, random) }),
  hashAsSecret: ({ secret }) => signedFor({ secret: hashApiKey(secret) }),
  otherName: (callers, random) => signedFor(callers, {}, { caller: random.pick(['writer', 'nobody', '__proto__']) }),
  tooOld: (callers, random) => signedFor(callers, {}, { created: now() - SKEW_S - random.below(1e6) }),
  tooEarly: (callers, random) => signedFor(callers, {}, { created: now() + SKEW_S + random.below(1e6) }),
  shortNonce: (callers) => signedFor(callers, {}, { nonce: 'short' }),
  otherBody: (callers, random) => format({ body: change(BODY, random) }, sign(callers)),
  otherPath: (callers) => format({ path: '/v1/customer/decrypt' }, sign(callers)),
  otherLines: (callers) => {
    const sent = { path: `${PATH}/batch`, body: `{"fields":${BODY}}\n`, type: LINES }
    return format({ ...sent, body: sent.body + sent.body }, sign(callers, sent))
  },
  contextAdded: (callers) => format({}, [...sign(callers), ['parasol-context', '{"a":"b"}']]),
  partRemoved: (callers, random) => {
    const headers = sign(callers)
    const gone = random.below(headers.length)
    return format(
      {},
      headers.filter((_, index) => index !== gone),
    )
  },
  partChanged: (callers, random) => {
    const headers = sign(callers)
    const changed = random.below(headers.length)
    return format(
      {},
      headers.map(([name, value], index) => [name, index === changed ? change(value, random) : value]),
    )
  },
  partOfOther: (callers, random) => {
    const [headers, other] = [sign(callers), sign(callers)]
    // The digest is the same in both.
    const taken = 1 + random.below(2)
    return format(
      {},
      headers.map((header, index) => (index === taken ? (other[index] ?? header) : header)),
    )
  },
}

const OTHERS = ['other', 'nothing', '__proto__', 'customer%00', '%63ustomer%2f..%2fother', 'Customer', 'customer%20']

function signedFor(
  callers: Pick<Callers, 'secret'>,
  sent: Sent = {},
  stamp: Partial<SignatureStamp> & { readonly caller?: string } = {},
): string {
  return format(sent, sign(callers, sent, stamp))
}

function sign(
  { secret }: Pick<Callers, 'secret'>,
  { path = PATH, body = BODY }: Sent = {},
  {
    caller = 'orders',
    created = now(),
    nonce = createApiKey(),
  }: Partial<SignatureStamp> & { readonly caller?: string } = {},
): Headers {
  return Object.entries(signRequest({ method: 'POST', path, body }, { caller, secret }, { created, nonce }))
}

function bearer(key: string): Headers {
  return [['authorization', `Bearer ${key}`]]
}

/** Another letter at one place; not at the end, where base64 lets several stand for the same bytes. */
function change(text: string, random: Random): string {
  const at = random.below(text.length - 4)
  return `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

function format(
  { method = 'POST', path = PATH, body = BODY, type = 'application/json' }: Sent,
  headers: Headers,
): string {
  const all: Headers = [
    ['host', 'localhost'],
    ['content-type', type],
    ['content-length', String(Buffer.byteLength(body))],
    ['connection', 'close'],
    ...headers,
  ]
  return `${method} ${path} HTTP/1.1\r\n${all.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`
}
