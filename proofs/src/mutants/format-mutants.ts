import type { Mutant } from './catalogue.js'

const envelope = (name: string) => `backend-envelope/${name}.js` as const

/** In the format: what is forged would be taken. */
export const formatMutants: readonly Mutant[] = [
  {
    mistake: 'the commitment of a record is not compared',
    file: envelope('record-codec'),
    find: 'if (timingSafeEqual(commitment, greenKey.commitment))',
    replace: 'if (true)',
    killedBy: 'envelope',
  },
  {
    mistake: 'the commitment of a stream is not compared',
    file: envelope('record'),
    find: 'if (timingSafeEqual(recordKey.commitment, commitment))',
    replace: 'if (true)',
    killedBy: 'envelope',
  },
  {
    mistake: 'the tag of the wrapped keys is not compared',
    file: envelope('wrapped-keys'),
    find: 'return timingSafeEqual(listTag(encoded.subarray(0, tagAt), dataKey), encoded.subarray(tagAt));',
    replace: 'return true;',
    killedBy: 'envelope',
  },
  {
    mistake: 'the tag of the wrapped keys leaves the version out',
    file: envelope('wrapped-keys'),
    find: '.update(Uint8Array.of(FORMAT_VERSION)).update(list)',
    replace: '.update(list)',
    killedBy: 'golden',
  },
  {
    mistake: 'more than sixteen wrapped keys are read',
    file: envelope('wrapped-keys'),
    find: 'if (count < 1 || count > MAX_WRAPPED_KEYS)',
    replace: 'if (count < 1)',
    killedBy: 'golden',
  },
  {
    mistake: 'a label that is not UTF-8 is taken',
    file: envelope('wrapped-keys'),
    find: 'if (!isUtf8(label))',
    replace: 'if (false)',
    killedBy: 'golden',
  },
  {
    mistake: 'another version is read as this one',
    file: envelope('green-key'),
    find: 'if (bytes[0] !== FORMAT_VERSION || bytes.length < LIST_AT)',
    replace: 'if (bytes.length < LIST_AT)',
    killedBy: 'envelope',
  },
  {
    mistake: 'the name of a field is not bound',
    file: envelope('field'),
    find: 'return Buffer.concat([Uint8Array.of(1), Buffer.from(name)]);',
    replace: 'return Uint8Array.of(1);',
    killedBy: 'envelope',
  },
  {
    mistake: 'a field passes for a single value',
    file: envelope('field'),
    find: 'SINGLE_VALUE = Uint8Array.of(0)',
    replace: 'SINGLE_VALUE = Uint8Array.of(1)',
    killedBy: 'golden',
  },
  {
    mistake: 'a plaintext is given out although its tag is wrong',
    file: envelope('node-aead'),
    find: 'plaintext.fill(0);',
    replace: 'return plaintext;',
    killedBy: 'envelope',
  },
  {
    mistake: 'the last segment of a stream is not marked',
    file: envelope('segment'),
    find: 'nonce[NONCE_BYTES - 1] = last && number === count - 1 ? 1 : 0;',
    replace: 'nonce[NONCE_BYTES - 1] = 0;',
    killedBy: 'envelope',
  },
  {
    mistake: 'the segments of a stream are not numbered',
    file: envelope('segment'),
    find: 'nonce.writeUInt32BE(index + number, COUNTER_AT);',
    replace: '',
    killedBy: 'envelope',
  },
  {
    mistake: 'a stream may end with an empty segment',
    file: envelope('segment'),
    find: 'const shortest = run.index + count === 1 ? 0 : 1;',
    replace: 'const shortest = 0;',
    killedBy: 'golden',
  },
  {
    mistake: 'a stream may ask for segments of any size',
    file: envelope('stream-header'),
    find: 'return exponent >= MIN_EXPONENT && exponent <= MAX_EXPONENT;',
    replace: 'return exponent < 31;',
    killedBy: 'golden',
  },
]
