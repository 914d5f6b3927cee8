import { readFileSync } from 'node:fs'
import { encryptData, readCertificates } from '@parasol/backend-gpg/stateless'
import { gather, once } from '@parasol/testing'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { GpgTool } from './gpg-tool.js'
import { BEFORE_RFC9580, type Cell, formatMatrix, MATRIX, PROGRAMS, type Program } from './matrix.js'
import { LARGE, OurSide, TEXT } from './our-side.js'
import { RnpTool } from './rnp-tool.js'
import { hasSequoia2, SequoiaTool } from './sequoia-tool.js'
import { SopTool } from './sop-tool.js'
import { SqTool } from './sq-tool.js'
import { hasProgram, type Tool } from './tool.js'

vi.setConfig({ testTimeout: 300_000 })

const TOOLS: Readonly<Record<Program, () => Tool>> = {
  gpg: () => new GpgTool(),
  sq: () => new SqTool(),
  sqop: () => new SopTool('sqop'),
  rnp: () => new RnpTool(),
  'pgpainless-cli': () => new SopTool('pgpainless-cli'),
  pysequoia: () => new SequoiaTool(),
}
const PASSWORD = '密码 correct'
const ours = new OurSide()

interface Exchange {
  readonly cell: Cell
  readonly tool: Tool
  /** The secret key that the tool made. */
  readonly peer: Buffer
  readonly peerCertificate: Buffer
  /** Ours, as the tool takes it. */
  readonly secretKey: Buffer
  readonly certificate: Buffer
  /** What the tool writes to our keys of all algorithms that it knows. */
  toAllKeys(): Promise<Buffer>
}

type Check = (exchange: Exchange) => Promise<void>

function same(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) throw new Error('Other data came out')
}

/** Programs differ in whether they give back the last line end of a clear-signed text, and in the kind of the others. */
function sameText(actual: Buffer): void {
  const lines = (text: Buffer) => text.toString().replaceAll('\r\n', '\n').trimEnd()
  if (lines(actual) !== lines(TEXT)) throw new Error('Other text came out')
}

/** @param signers cells whose keys sign beside that of this cell */
const reads =
  (data: Buffer, write: (exchange: Exchange) => Promise<Uint8Array>, signers: readonly Cell[] = []): Check =>
  async (exchange) => {
    const message = Buffer.from(await write(exchange))
    const others = await Promise.all(signers.map(async (cell) => Buffer.from((await ours.key(cell)).certificate)))
    const certificates = Buffer.concat([exchange.certificate, ...others])
    same(await exchange.tool.decrypt(message, exchange.secretKey, certificates), data)
  }
const byProvider = (data: Buffer, options: { armor?: boolean; hidden?: boolean } = {}): Check =>
  reads(data, async ({ cell, peer }) => (await ours.provider(cell, peer, options)).encrypt(data, {}))

const detached: Check = async ({ tool, certificate, cell }) =>
  tool.verify(TEXT, await ours.sign(cell, 'detached'), certificate)
const inline: Check = async ({ tool, certificate, cell }) =>
  same(await tool.verifyInline(await ours.sign(cell, 'inline'), certificate), TEXT)
const cleartext: Check = async ({ tool, certificate, cell }) =>
  sameText(await tool.verifyInline(await ours.sign(cell, 'cleartext'), certificate))

/** A message, a detached and a clear signature. */
const byKey: Check = async (exchange) => {
  const { tool, cell, certificate } = exchange
  await byProvider(TEXT)(exchange)
  await tool.verify(TEXT, await ours.sign(cell, 'detached'), certificate)
  sameText(await tool.verifyInline(await ours.sign(cell, 'cleartext'), certificate))
}

/** We write, the tool reads and verifies. */
const READ: Readonly<Record<Cell, Check>> = {
  encrypted: byProvider(TEXT),
  armored: byProvider(TEXT, { armor: true }),
  stream: reads(LARGE, async ({ cell, peer }) =>
    gather((await ours.provider(cell, peer)).encryptStream(once(LARGE), {})),
  ),
  reused: reads(TEXT, async ({ cell, peer }) => {
    using provider = await ours.provider(cell, peer, { sessionKeys: { reuse: {} } })
    await provider.encrypt(LARGE, {})
    return await provider.encrypt(TEXT, {})
  }),
  several: reads(TEXT, async () => {
    const keys = await Promise.all((['nistp256', 'rsa3072', 'encrypted'] as const).map((cell) => ours.key(cell)))
    const recipients = await readCertificates(Buffer.from(keys.map(({ certificate }) => certificate).join('\n')))
    const signers = [await ours.signer('nistp256'), await ours.signer('encrypted')]
    return (await encryptData(TEXT, { recipients, signers })).message
  }, ['nistp256']),
  empty: byProvider(Buffer.alloc(0)),
  hidden: byProvider(TEXT, { hidden: true }),
  password: async ({ tool }) => {
    const { message } = await encryptData(TEXT, { recipients: [], passwords: [PASSWORD] })
    same(await tool.decryptByPassword(Buffer.from(message), PASSWORD), TEXT)
  },
  detached,
  detachedText: async ({ tool, certificate, cell }) =>
    tool.verify(TEXT, await ours.sign(cell, 'detachedText'), certificate),
  inline,
  cleartext,
  rsa3072: byKey,
  rsa4096: byKey,
  nistp256: byKey,
  nistp384: byKey,
  nistp521: byKey,
  brainpoolP256r1: byKey,
  modern: byKey,
  modernStream: reads(LARGE, async ({ cell, peer }) =>
    gather((await ours.provider(cell, peer)).encryptStream(once(LARGE), {})),
  ),
  modernPassword: async ({ tool }) => {
    const { message } = await encryptData(TEXT, { profile: 'modern', recipients: [], passwords: [PASSWORD] })
    same(await tool.decryptByPassword(Buffer.from(message), PASSWORD), TEXT)
  },
  modernDetached: detached,
  modernInline: inline,
  modernCleartext: cleartext,
  modernCurve448: byKey,
  modernRsa3072: byKey,
  modernNistp256: byKey,
}

const decrypts =
  (armor: boolean): Check =>
  async ({ cell, tool, certificate, peer }) => {
    const message = await tool.encrypt(TEXT, [certificate], peer, { armor })
    same(await (await ours.provider(cell, peer)).decrypt(message, {}), TEXT)
  }
/** One message to all of our keys, for some programs take a second to start. */
const writtenToKey: Check = async ({ cell, peer, toAllKeys }) => {
  same(await (await ours.provider(cell, peer)).decrypt(await toAllKeys(), {}), TEXT)
}
const decryptsStream: Check = async ({ cell, tool, certificate, peer }) => {
  const message = await tool.encrypt(LARGE, [certificate], peer, { armor: false })
  same(await gather((await ours.provider(cell, peer)).decryptStream(once(message), {})), LARGE)
}
const decryptsNothing: Check = async ({ cell, tool, certificate, peer }) => {
  const message = await tool.encrypt(Buffer.alloc(0), [certificate], peer, { armor: false })
  same(await (await ours.provider(cell, peer)).decrypt(message, {}), Buffer.alloc(0))
}
const nothing: Check = async () => undefined
const byPassword: Check = async ({ cell, tool, peer }) => {
  const provider = await ours.provider(cell, peer, { recipients: [], password: () => PASSWORD, ...UNSIGNED })
  same(await provider.decrypt(await tool.encryptToPassword(TEXT, PASSWORD), {}), TEXT)
}
const signsDetached: Check = async ({ tool, peer, peerCertificate }) =>
  ours.verify(await tool.sign(TEXT, peer, { armor: false }), peerCertificate)
const signsInline: Check = async ({ tool, peer, peerCertificate }) =>
  same(await ours.verifyInline(await tool.signInline(TEXT, peer), peerCertificate), TEXT)
const signsCleartext: Check = async ({ tool, peer, peerCertificate }) =>
  sameText(await ours.verifyInline(await tool.signCleartext(TEXT, peer), peerCertificate))

/** The tool writes, we read and verify. */
const WRITTEN: Readonly<Record<Cell, Check>> = {
  encrypted: decrypts(false),
  armored: decrypts(true),
  stream: decryptsStream,
  reused: nothing,
  several: nothing,
  empty: decryptsNothing,
  hidden: nothing,
  password: byPassword,
  detached: signsDetached,
  detachedText: async ({ tool, peer, peerCertificate }) =>
    ours.verify(await tool.sign(TEXT, peer, { armor: true }), peerCertificate),
  inline: signsInline,
  cleartext: signsCleartext,
  rsa3072: writtenToKey,
  rsa4096: writtenToKey,
  nistp256: writtenToKey,
  nistp384: writtenToKey,
  nistp521: writtenToKey,
  brainpoolP256r1: writtenToKey,
  modern: decrypts(false),
  modernStream: async ({ cell, tool, certificate, peer }) => {
    const message = await tool.encrypt(LARGE, [certificate], peer, { armor: false })
    same(await gather((await ours.provider(cell, peer)).decryptStream(once(message), {})), LARGE)
  },
  modernPassword: byPassword,
  modernDetached: signsDetached,
  modernInline: signsInline,
  modernCleartext: signsCleartext,
  modernCurve448: decrypts(true),
  modernRsa3072: decrypts(true),
  modernNistp256: decrypts(true),
}
const UNSIGNED = { allowUnsigned: true }

/** Any other `sop` that knows RFC 9580 can be asked what pysequoia is: PARASOL_SOP names programs, with commas. */
const OTHERS = (process.env['PARASOL_SOP'] ?? '').split(',').filter(Boolean)

interface Column {
  /** Whose cells they are. */
  readonly program: Program
  readonly name: string
  readonly there: boolean
  open(): Tool
}

/** What Debian does not have is asked where it is there, and missed by nobody where it is not. */
const ASKED = (Object.keys(PROGRAMS) as Program[]).filter((program) => program !== 'pysequoia' || isThere(program))

const COLUMNS: readonly Column[] = [
  ...ASKED.map((program) => {
    return { program, name: program, there: isThere(program), open: TOOLS[program] }
  }),
  ...OTHERS.map((name) => ({ program: 'pysequoia' as const, name, there: true, open: () => new SopTool(name) })),
]

describe.each(COLUMNS)('$name', ({ program, name, there, open }) => {
  const withProgram = it.skipIf(!there)
  let peer: Promise<Peer> | undefined
  afterAll(async () => (await peer)?.tool[Symbol.dispose]())

  async function failures(direction: 'read' | 'written', checks: Readonly<Record<Cell, Check>>): Promise<unknown> {
    peer ??= meet(program, open())
    const failed: Record<string, string> = {}
    for (const cell of cellsOf(program, direction)) {
      const { certificate, secretKey } = await ours.key(cell)
      const exchange = {
        ...(await peer),
        cell,
        certificate: Buffer.from(certificate),
        secretKey: Buffer.from(isGivenLocked(program, cell) ? secretKey : (await ours.signer(cell)).armor()),
      }
      await checks[cell](exchange).catch((error) => {
        failed[cell] = String(error)
      })
    }
    return failed
  }

  withProgram(`decrypts and verifies what we write, of every kind (needs ${name})`, async () => {
    expect(await failures('read', READ)).toEqual({})
  })

  withProgram(`writes what we decrypt and verify, of every kind (needs ${name})`, async () => {
    expect(await failures('written', WRITTEN)).toEqual({})
  })
})

it.skipIf(!BEFORE_RFC9580.every(isThere))(
  `cannot be read of RFC 9580 by the programs of Debian 12 (needs ${BEFORE_RFC9580.join(', ')})`,
  async () => {
    const { certificate } = await ours.key('modern')
    const secretKey = Buffer.from((await ours.signer('modern')).armor())
    const recipients = await readCertificates(Buffer.from(certificate))
    const { message } = await encryptData(TEXT, {
      profile: 'modern',
      recipients,
      signers: [await ours.signer('modern')],
    })
    for (const program of BEFORE_RFC9580) {
      using tool = TOOLS[program]()
      const reading = tool.decrypt(Buffer.from(message), secretKey, Buffer.from(certificate))
      await expect(reading, program).rejects.toThrow(/ended with/)
    }
  },
)

it('is what docs/gpg.md says: replace its table by this one', () => {
  const docs = readFileSync(new URL('../../../../docs/gpg.md', import.meta.url), 'utf8')
  expect(docs).toContain(formatMatrix())
})

function isThere(program: Program): boolean {
  return program === 'pysequoia' ? hasSequoia2() : hasProgram(program)
}

/** To unlock a key takes up to a second, so each program does it with one; sq would ask at a terminal. */
function isGivenLocked(program: Program, cell: Cell): boolean {
  return program !== 'sq' && !ours.hasOwnAlgorithm(cell)
}

type Peer = Pick<Exchange, 'tool' | 'peer' | 'peerCertificate' | 'toAllKeys'>

async function meet(program: Program, tool: Tool): Promise<Peer> {
  const peer = await tool.makeKey()
  let message: Promise<Buffer> | undefined
  const toAllKeys = async (): Promise<Buffer> => {
    const keys = await Promise.all(cellsOf(program, 'written').map((cell) => ours.key(cell)))
    const certificates = [...new Set(keys.map(({ certificate }) => certificate))]
    return tool.encrypt(
      TEXT,
      certificates.map((each) => Buffer.from(each)),
      peer,
      { armor: false },
    )
  }
  return {
    tool,
    peer,
    peerCertificate: await tool.extractCertificate(peer),
    toAllKeys: () => {
      message ??= toAllKeys()
      return message
    },
  }
}

function cellsOf(program: Program, direction: 'read' | 'written'): readonly Cell[] {
  const cells = Object.keys(MATRIX) as Cell[]
  return cells.filter((cell) => (MATRIX[cell][direction] as readonly Program[]).includes(program))
}
