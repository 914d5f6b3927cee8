import { once } from '@parasol/testing'
import { afterAll, expect, it, vi } from 'vitest'
import { OurSide, TEXT } from './our-side.js'
import { RnpTool } from './rnp-tool.js'
import { hasProgram, type Tool } from './tool.js'

vi.setConfig({ testTimeout: 60_000 })

const ours = new OurSide()
let peer: Promise<{ readonly tool: Tool; readonly key: Buffer }> | undefined
afterAll(async () => (await peer)?.tool[Symbol.dispose]())

async function meet() {
  const tool = new RnpTool()
  return { tool, key: await tool.makeKey() }
}

it.skipIf(!hasProgram('rnp')).each([
  ['OCB', ['--aead=OCB']],
  ['EAX', ['--aead=EAX']],
  ['bzip2', ['--bzip2']],
  ['no compression', ['-z', '0']],
])('reads and verifies what rnp writes with %s, whole and as a stream (needs rnp)', async (_name, flags) => {
  peer ??= meet()
  const { tool, key } = await peer
  const certificate = Buffer.from((await ours.key('encrypted')).certificate)
  const message = await tool.encrypt(TEXT, [certificate], key, { armor: false, flags })
  const provider = await ours.provider('encrypted', key)
  expect(Buffer.from(await provider.decrypt(message, {}))).toEqual(TEXT)
  const pieces: Uint8Array[] = []
  for await (const piece of provider.decryptStream(once(message), {})) pieces.push(Uint8Array.from(piece))
  expect(Buffer.concat(pieces)).toEqual(TEXT)
})
