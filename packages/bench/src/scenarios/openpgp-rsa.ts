import type { Cipher } from '@parasol/core'
import { contender } from '../contender.js'
import { gpgCipher } from '../gpg-cipher.js'
import { sampleText } from '../sample-text.js'
import type { Contender, Goal, Scenario } from '../scenario.js'

/** From 24 on, OpenPGP.js has Node do what it computed itself before. */
const isNew = Number(process.versions.node.split('.')[0]) >= 24
const goal: Goal = { text: "OpenPGP: RSA-3072 decrypt, against OpenPGP.js's own", measure: 'faster', bound: 5 }

export const openpgpRsa: Scenario = {
  name: 'openpgp-rsa',
  title: 'OpenPGP: RSA-3072',
  shows: 'what decrypting and verifying 1 KiB costs with an RSA key, beside OpenPGP.js as it is',
  async *run() {
    const { generateKey } = await import('openpgp')
    const { privateKey } = await generateKey({ type: 'rsa', rsaBits: 3072, userIDs: [{ name: 'Bench' }] })
    const cipher = await gpgCipher({ keys: [privateKey] })
    const text = sampleText(1024)
    const message = await cipher.encryptBytes(Buffer.from(text), {})
    yield {
      title: 'Decrypt and verify 1 KiB, RSA-3072',
      metric: 'cpu',
      contenders: [await openpgpJs(privateKey, message, text), parasol(cipher, message, text)],
    }
  },
}

async function openpgpJs(armoredKey: string, binaryMessage: Uint8Array, text: string): Promise<Contender> {
  const { decrypt, readMessage, readPrivateKey } = await import('openpgp')
  const key = await readPrivateKey({ armoredKey })
  const keys = { decryptionKeys: key, verificationKeys: key.toPublic(), expectSigned: true }
  return contender({
    name: 'OpenPGP.js',
    kind: 'peer',
    work: async () => decrypt({ message: await readMessage({ binaryMessage }), ...keys, format: 'binary' }),
    undo: ({ data }) => Buffer.from(data).toString(),
    expected: text,
  })
}

function parasol(cipher: Cipher, message: Uint8Array, text: string): Contender {
  return contender({
    name: 'Parasol',
    kind: 'ours',
    goals: isNew ? [] : [goal],
    work: () => cipher.decryptBytes(message, {}),
    undo: (opened) => Buffer.from(opened).toString(),
    expected: text,
  })
}
