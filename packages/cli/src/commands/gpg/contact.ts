import type { ContactUse } from '@parasol/backend-gpg'
import { Command } from 'commander'
import { catalogue } from '../../catalogue.js'
import { commandGroup } from '../../command-group.js'
import { examples } from '../../examples.js'
import { formatTable, print } from '../../print.js'
import type { Terminal } from '../../terminal.js'
import { UsageError } from '../../usage-error.js'
import { addRingOptions, openRing, type RingOptions, ringFolder } from './ring-options.js'

interface AddOptions extends RingOptions {
  readonly for: string
  readonly replace?: boolean
}

const USES = ['encrypt', 'verify'] as const

/** Whose full fingerprints are trusted, and for what. */
export function contactCommand(terminal: Terminal): Command {
  return commandGroup(terminal, { name: 'contact', description: texts(terminal).description }, [
    addCommand,
    listCommand,
    removeCommand,
  ])
}

function addCommand(terminal: Terminal): Command {
  const text = texts(terminal)
  const command = new Command('add')
    .description(text.add)
    .argument('<name>', text.name)
    .argument('<fingerprint>', text.fingerprint)
    .option('--for <uses>', text.uses, 'encrypt,verify')
    .option('--replace', text.replace)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, ADD_EXAMPLES))
    .action((name, fingerprint, options) => add(terminal, name, fingerprint, options))
}

async function add(terminal: Terminal, name: string, fingerprint: string, options: AddOptions): Promise<void> {
  const uses = options.for.split(',')
  if (!uses.every((use): use is ContactUse => USES.includes(use as ContactUse))) {
    throw new UsageError(texts(terminal).noUse)
  }
  // Nobody is trusted whose key is not here to look at.
  await (await openRing(terminal, options)).certificate(fingerprint)
  const contacts = await openContacts(terminal, options)
  const contact = await contacts.add(name, fingerprint, uses, options.replace)
  print(terminal, options, { name, ...contact }, () => '')
}

function listCommand(terminal: Terminal): Command {
  return addRingOptions(new Command('list').description(texts(terminal).list), terminal)
    .addHelpText('after', examples(terminal, ['parasol gpg contact list', 'parasol gpg contact list --json']))
    .action((options: RingOptions) => list(terminal, options))
}

async function list(terminal: Terminal, options: RingOptions): Promise<void> {
  const contacts = await (await openContacts(terminal, options)).list()
  const text = texts(terminal)
  print(terminal, options, { contacts }, () =>
    formatTable(
      terminal,
      [text.contact, 'encrypt', 'verify'],
      Object.entries(contacts).map(([name, { encrypt, verify }]) => [name, encrypt, verify]),
    ),
  )
}

function removeCommand(terminal: Terminal): Command {
  const command = new Command('remove').description(texts(terminal).remove).argument('<name>', texts(terminal).name)
  return addRingOptions(command, terminal)
    .addHelpText('after', examples(terminal, ['parasol gpg contact remove acme']))
    .action((name, options) => remove(terminal, name, options))
}

async function remove(terminal: Terminal, name: string, options: RingOptions): Promise<void> {
  await (await openContacts(terminal, options)).remove(name)
  print(terminal, options, { name }, () => '')
}

async function openContacts(terminal: Terminal, options: RingOptions) {
  const { Contacts } = await import('@parasol/backend-gpg')
  return new Contacts(ringFolder(terminal, options))
}

const ADD_EXAMPLES = [
  'parasol gpg contact add acme 0123456789ABCDEF0123456789ABCDEF01234567',
  'parasol gpg contact add acme 0123456789ABCDEF0123456789ABCDEF01234567 --for verify --json',
]

const texts = catalogue(
  {
    description: 'say whose keys are whose: a contact is a name for a full fingerprint that you have compared',
    add: 'trust a key of the ring as that of a contact; a contact with another key is refused',
    list: 'list the contacts',
    remove: 'trust a contact no longer',
    name: 'the name of the contact',
    fingerprint: 'the full fingerprint, as the contact read it to you',
    uses: 'what for: encrypt, verify, or both with a comma',
    replace: 'put this key in the place of the one that the contact has',
    noUse: 'Expected --for encrypt, --for verify or --for encrypt,verify',
    contact: 'contact',
  },
  {
    description: '说明密钥属于谁：联系人是你核对过的完整指纹的名字',
    add: '把钥匙环中的密钥认定为某联系人的；联系人已有另一密钥时拒绝',
    list: '列出联系人',
    remove: '不再信任某联系人',
    name: '联系人的名字',
    fingerprint: '完整指纹，由联系人亲自告知',
    uses: '用途：encrypt（加密）、verify（验证），或用逗号同时给出',
    replace: '用此密钥替换联系人现有的密钥',
    noUse: '--for 应为 encrypt、verify 或 encrypt,verify',
    contact: '联系人',
  },
)
