import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { hasTmux, Tmux } from './tmux.js'
import { Workplace } from './workplace.js'

vi.setConfig({ testTimeout: 120_000 })

let place: Workplace
beforeEach(() => {
  place = new Workplace()
})
afterEach(() => place.remove())

it.skipIf(!hasTmux)('asks what a first configuration is to be, and shows no passphrase (needs tmux)', async () => {
  using terminal = new Tmux(place.folder)
  terminal.start('parasol init')
  await terminal.until(/Where are the keys\?\n {2}1\. in a local store.*\n {2}2\. at Alibaba.*\nNumber \[1\]: *\n/)
  terminal.type('3', 'Enter')
  await terminal.until(/Answer with a number from 1 to 2\.\nNumber/)
  terminal.type('1', 'Enter')
  await terminal.until(/What opens the store\?[\s\S]*Number \[1\]: *\n/)
  terminal.type('2', 'Enter')
  await terminal.until(/Passphrase:/)
  terminal.type('short', 'Enter')
  await terminal.until(/12 characters or more[\s\S]*Passphrase:/)
  terminal.type('correct horse battery', 'Enter')
  await terminal.until(/Once more:/)
  terminal.type('correct horse battery', 'Enter')
  await terminal.until(/How is data encrypted\?[\s\S]*Number \[1\]: *\n/)
  terminal.type('Enter')
  await terminal.until(/What is data for\?.*\[customer\.phone\]:/)
  terminal.type('user.phone, user.mail', 'Enter')
  const screen = await terminal.until(/ended with \d/)
  expect(screen).toMatch(/Wrote parasol\.yaml[\s\S]*Set PARASOL_KMS_PASSPHRASE wherever[\s\S]*ended with 0/)
  expect(screen).not.toMatch(/horse|short/)
  expect(readFileSync(join(place.folder, 'parasol.yaml'), 'utf8')).toMatch(
    /passphrase: \{ env: PARASOL_KMS_PASSPHRASE \}[\s\S]*user\.phone: \{ scheme: envelope \}\n {2}user\.mail:/,
  )
  const secret = { PARASOL_KMS_PASSPHRASE: 'correct horse battery' }
  const { code } = await place.parasol(['encrypt', '-u', 'user.mail', '-c', 'id=1', 'x'], '', secret)
  expect(code).toBe(0)
})

it.skipIf(!hasTmux)('ends a dialogue at Ctrl-C, and leaves nothing (needs tmux)', async () => {
  using terminal = new Tmux(place.folder)
  terminal.start('parasol init', { LC_ALL: 'zh_CN.UTF-8' })
  await terminal.until(/密钥放在哪里？[\s\S]*编号 \[1\]/)
  terminal.type('C-c')
  expect(await terminal.until(/ended with \d/)).toMatch(/错误：已中断\nended with 130/)
  expect(existsSync(join(place.folder, 'parasol.yaml'))).toBe(false)
})

it.skipIf(!hasTmux)('shows progress on a terminal, and wipes it away (needs tmux)', async () => {
  await place.parasol(['init', '-u', 'customer'])
  const rows = Array.from({ length: 150_000 }, (_, id) => `${id},138${id}\n`)
  writeFileSync(join(place.folder, 'in.csv'), `id,phone\n${rows.join('')}`)
  using terminal = new Tmux(place.folder)
  terminal.start('parasol records encrypt in.csv -F phone -k id -u customer -o out.csv')
  await terminal.until(/in\.csv [█░]{24} \d+% [\d.]+ \w+, [\d.]+ [KM]?i?B\/s, \d+ s left/)
  const screen = await terminal.until(/ended with \d/)
  expect(screen).toMatch(/150000 rows\nended with 0/)
  expect(screen).not.toMatch(/[█░]/)
})
