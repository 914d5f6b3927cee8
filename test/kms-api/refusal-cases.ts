import type { Case } from './cases.js'

const encrypt = { KeyId: 'alias/one', Plaintext: 'x' }

/** Each fault of the cloud's that this service has reason to answer with, once at least. */
export const refusalCases: readonly Case[] = [
  refusal('DescribeKey', 'a key that there is not', 404, 'Forbidden.KeyNotFound', { KeyId: 'alias/none' }),
  refusal('DescribeKeyVersion', 'a version that there is not', 404, 'Forbidden.KeyVersionNotFound', {
    KeyId: 'alias/one',
    KeyVersionId: '86a9efd9-3d16-4894-bd4f-1fc43f3f2abf',
  }),
  refusal('DeleteAlias', 'an alias that there is not', 404, 'Forbidden.AliasNotFound', { AliasName: 'alias/none' }),
  { ...refusal('ListKeys', 'of nobody', 404, 'InvalidAccessKeyId.NotFound', {}), as: 'nobody' },
  { ...refusal('ListKeys', 'of a session that has ended', 404, 'InvalidAccessKeyId.NotFound', {}), as: 'ended' },
  { ...refusal('ListKeys', 'with a wrong secret', 400, 'SignatureDoesNotMatch', {}), as: 'wrong' },
  { ...refusal('Encrypt', 'of who may look on only', 403, 'Forbidden.NoPermission', encrypt), as: 'reader' },
  { ...refusal('CreateKey', 'of a role for who uses keys', 403, 'Forbidden.NoPermission', {}), as: 'session' },
  { ...refusal('ListKeys', 'with another token', 400, 'InvalidSecurityToken.MismatchWithAccessKey', {}), as: 'mixed' },
  { ...refusal('ListKeys', 'with a forged token', 400, 'InvalidSecurityToken.Malformed', {}), as: 'forged' },
  { ...refusal('ListKeys', 'of a session without its token', 400, 'MissingSecurityToken', {}), as: 'untold' },
  refusal('Encrypt', 'without a plaintext', 400, 'MissingParameter', { KeyId: 'alias/one' }),
  refusal('Encrypt', 'with a context that is a list', 400, 'InvalidParameter', { ...encrypt, EncryptionContext: '[]' }),
  refusal('Encrypt', 'with a plaintext too long', 400, 'InvalidParameter', { ...encrypt, Plaintext: 'x'.repeat(6145) }),
  refusal('Decrypt', 'of what is no ciphertext', 400, 'InvalidParameter', { CiphertextBlob: 'AAAA' }),
  refusal('GenerateDataKey', 'of 1,025 bytes', 400, 'InvalidParameter', { KeyId: 'alias/one', NumberOfBytes: '1025' }),
  refusal('ScheduleKeyDeletion', 'in six days', 400, 'InvalidParameter', {
    KeyId: 'alias/one',
    PendingWindowInDays: '6',
  }),
  {
    ...refusal('ScheduleKeyDeletion', 'of a protected key', 409, 'Rejected.DeletionProtected', {}),
    given: async (world) => {
      const { KeyId } = await world.key()
      await world.service.changeKey(KeyId, (key) => key.with({ deletionProtection: '' }))
      return { KeyId, PendingWindowInDays: '7' }
    },
  },
  { ...refusal('ListKeys', 'by a clock 20 minutes off', 400, 'IllegalTimestamp', {}), server: 'late' },
  {
    ...refusal('CreateAlias', 'that is there', 400, 'AliasAlreadyExists', {}),
    given: (world) => ({ AliasName: 'alias/one', KeyId: world.service.findKey('alias/one') ?? '' }),
  },
  refusal('CreateAlias', 'of the cloud’s own', 400, 'Unsupported.Alias', {
    AliasName: 'alias/acs/x',
    KeyId: 'alias/one',
  }),
  refusal('CreateKey', 'in an HSM', 400, 'Unsupported.ProtectionLevel', { ProtectionLevel: 'HSM' }),
  refusal('CreateKey', 'of RSA from outside', 400, 'Unsupported.Origin', { KeySpec: 'RSA_2048', Origin: 'EXTERNAL' }),
  refusal('CreateKey', 'of SM2', 400, 'InvalidParameter', { KeySpec: 'EC_SM2' }),
  refusal('DeleteKeyMaterial', 'of a key of the service', 400, 'Unsupported.Origin', { KeyId: 'alias/one' }),
  refusal('CreateSecret', 'which concerns no key', 400, 'UnsupportedOperation', { SecretName: 'a' }),
  refusal('Explode', 'which there is not', 400, 'UnsupportedOperation', {}),
  {
    ...refusal('Encrypt', 'under a key that signs', 400, 'UnsupportedOperation', {}),
    given: async (world) => ({ KeyId: (await world.key({ spec: 'EC_P256' })).KeyId, Plaintext: 'x' }),
  },
  {
    ...refusal('CreateKeyVersion', 'of a key that has one for ever', 400, 'Rejected.LimitExceeded', {}),
    given: async (world) => ({ KeyId: (await world.key({ spec: 'HMAC_SHA_256' })).KeyId }),
  },
  {
    ...refusal('ImportKeyMaterial', 'of other material than before', 400, 'InvalidKeyMaterial', {}),
    given: async (world) => ({ ...(await world.imported()), EncryptedKeyMaterial: 'AAAA' }),
  },
  {
    ...refusal('ImportKeyMaterial', 'by a token that is none', 400, 'InvalidImportToken', {}),
    given: async (world) => ({
      KeyId: (await world.key({ external: {} })).KeyId,
      EncryptedKeyMaterial: 'AAAA',
      ImportToken: 'AAAA',
    }),
  },
  ...(['Encrypt', 'AsymmetricSign', 'CreateKey', 'ListKeys', 'EnableKey'] as const).map(
    (action): Case => ({
      ...refusal(action, 'beyond the quota', 429, 'Rejected.Throttling', { KeyId: 'alias/one' }),
      server: 'throttled',
    }),
  ),
  ...(
    [
      ['ListKeys', 403, 'Forbidden.AccessKey'],
      ['Encrypt', 403, 'Forbidden.KmsServiceNotEnabled'],
      ['Decrypt', 403, 'Forbidden.ProhibitedByRiskControl'],
      ['GenerateDataKey', 403, 'Forbidden.InDebt'],
      ['CreateKey', 403, 'Forbidden.InDebtOverdue'],
      ['DescribeKey', 409, 'Rejected.Unavailable'],
      ['DescribeRegions', 503, 'ServiceUnavailableTemporary'],
      ['DescribeService', 500, 'InternalFailure'],
    ] as const
  ).map(
    ([action, status, code]): Case => ({
      ...refusal(action, `which fails as ${code}`, status, code, {}),
      server: 'failing',
    }),
  ),
  refusal('Encrypt', 'tried out', 400, 'DryRunOperationError', { ...encrypt, DryRun: 'true' }),
  refusal('Encrypt', 'tried out in vain', 400, 'ValidationError', { KeyId: 'alias/one', DryRun: 'true' }),
  {
    ...refusal('Encrypt', 'tried out by who may not', 403, 'AccessDeniedError', { ...encrypt, DryRun: 'true' }),
    as: 'reader',
  },
  { ...refusal('AssumeRole', 'as the account', 403, 'NoPermission', assumed()) },
  {
    ...refusal(
      'AssumeRole',
      'for too long',
      400,
      'InvalidParameter.DurationSeconds',
      assumed({ DurationSeconds: '9999' }),
    ),
    as: 'alice',
  },
  {
    ...refusal(
      'AssumeRole',
      'with a policy that is none',
      400,
      'InvalidParameter.PolicyGrammar',
      assumed({ Policy: '{}' }),
    ),
    as: 'alice',
  },
  {
    ...refusal(
      'AssumeRole',
      'under no name',
      400,
      'InvalidParameter.RoleSessionName',
      assumed({ RoleSessionName: '*' }),
    ),
    as: 'alice',
  },
]

function assumed(more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return { RoleArn: 'acs:ram::0:role/app', RoleSessionName: 'case', ...more }
}

function refusal(
  action: string,
  what: string,
  status: number,
  code: string,
  fields: Readonly<Record<string, string>>,
): Case {
  return { action, what, refused: [status, code], given: () => fields }
}
