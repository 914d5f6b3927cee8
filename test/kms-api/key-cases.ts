import { expect } from 'vitest'
import type { Case } from './cases.js'

const text = expect.any(String)
const page = { PageNumber: '1', PageSize: '5' }
const paged = { TotalCount: expect.any(Number), PageNumber: 1, PageSize: 5 }
let aliases = 0
const newAlias = (): string => `alias/case-${aliases++}`
const Tags = '[{"TagKey":"team","TagValue":"付款"}]'

/** The life of keys, their versions, aliases and tags, and what the service tells of itself. */
export const keyCases: readonly Case[] = [
  {
    action: 'CreateKey',
    what: 'that rotates, written as Python writes it',
    given: () => ({ EnableAutomaticRotation: 'True', RotationInterval: '30d' }),
    answer: { KeyMetadata: expect.objectContaining({ AutomaticRotation: 'Enabled' }) },
  },
  {
    action: 'CreateKey',
    what: 'that rotates, with tags',
    given: () => ({
      Description: 'of a case',
      KeySpec: 'Aliyun_AES_256',
      KeyUsage: 'ENCRYPT/DECRYPT',
      Origin: 'Aliyun_KMS',
      ProtectionLevel: 'SOFTWARE',
      EnableAutomaticRotation: 'true',
      RotationInterval: '30d',
      Tags,
    }),
    answer: {
      KeyMetadata: expect.objectContaining({
        KeyId: text,
        Arn: text,
        KeyState: 'Enabled',
        AutomaticRotation: 'Enabled',
        RotationInterval: '2592000s',
        NextRotationDate: text,
        Creator: text,
        CreationDate: text,
        PrimaryKeyVersion: text,
      }),
    },
  },
  {
    action: 'CreateKey',
    what: 'whose material comes from outside',
    given: () => ({ Origin: 'EXTERNAL' }),
    answer: { KeyMetadata: expect.objectContaining({ KeyState: 'PendingImport', Origin: 'EXTERNAL' }) },
  },
  ...['EC_P256', 'EC_P256K', 'RSA_2048', 'HMAC_SHA_256'].map((KeySpec) => ({
    action: 'CreateKey',
    what: KeySpec,
    given: () => ({ KeySpec }),
    answer: { KeyMetadata: expect.objectContaining({ KeySpec }) },
  })),
  {
    action: 'ListKeys',
    what: 'page by page, filtered',
    given: () => ({ ...page, Filters: '[{"Key":"KeyState","Values":["Enabled"]}]' }),
    answer: { ...paged, Keys: { Key: expect.arrayContaining([{ KeyId: text, KeyArn: text }]) } },
  },
  {
    action: 'ListAliases',
    what: 'page by page',
    given: () => page,
    answer: {
      ...paged,
      Aliases: { Alias: expect.arrayContaining([{ KeyId: text, AliasName: text, AliasArn: text }]) },
    },
  },
  {
    action: 'ListAliasesByKeyId',
    what: 'page by page',
    given: (world) => ({ KeyId: world.service.findKey('alias/one') ?? '', ...page }),
    answer: { ...paged, Aliases: { Alias: [{ KeyId: text, AliasName: 'alias/one', AliasArn: text }] } },
  },
  {
    action: 'UpdateAlias',
    what: 'to another key',
    given: async (world) => {
      const AliasName = newAlias()
      await world.service.createAlias(AliasName, (await world.key()).KeyId)
      return { AliasName, KeyId: (await world.key()).KeyId }
    },
  },
  {
    action: 'SetDeletionProtection',
    what: 'by ARN',
    given: async (world) => ({
      ProtectedResourceArn: `acs:kms:local:0:key/${(await world.key()).KeyId}`,
      EnableDeletionProtection: 'true',
      DeletionProtectionDescription: 'of a case',
    }),
  },
  {
    action: 'CreateKeyVersion',
    what: 'of a key pair',
    given: async (world) => ({ KeyId: (await world.key({ spec: 'EC_P256' })).KeyId }),
    answer: { KeyVersion: { KeyId: text, KeyVersionId: text, CreationDate: text } },
  },
  {
    action: 'ListKeyVersions',
    what: 'page by page',
    given: async (world) => ({ KeyId: (await world.key()).KeyId, ...page }),
    answer: { ...paged, KeyVersions: { KeyVersion: [{ KeyId: text, KeyVersionId: text, CreationDate: text }] } },
  },
  {
    action: 'DescribeKeyVersion',
    what: 'that there is',
    given: (world) => world.key(),
    answer: { KeyVersion: { KeyId: text, KeyVersionId: text, CreationDate: text } },
  },
  {
    action: 'GetParametersForImport',
    what: 'by OAEP',
    given: async (world) => ({
      KeyId: (await world.key({ external: {} })).KeyId,
      WrappingAlgorithm: 'RSAES_OAEP_SHA_1',
      WrappingKeySpec: 'RSA_2048',
    }),
    answer: { KeyId: text, PublicKey: text, ImportToken: text, TokenExpireTime: text },
  },
  {
    action: 'ImportKeyMaterial',
    what: 'until a time',
    given: async (world) => ({
      ...(await world.imported()),
      KeyMaterialExpireUnix: `${Math.floor(Date.now() / 1000) + 3600}`,
    }),
  },
  {
    action: 'UntagResource',
    what: 'of a tag',
    given: async (world) => ({ KeyId: (await world.key({ tags: { team: 'a' } })).KeyId, TagKeys: '["team"]' }),
  },
  {
    action: 'ListResourceTags',
    what: 'of a key',
    given: async (world) => ({ KeyId: (await world.key({ tags: { team: 'a' } })).KeyId }),
    answer: { Tags: { Tag: [{ KeyId: text, TagKey: 'team', TagValue: 'a' }] } },
  },
  {
    action: 'TagResources',
    what: 'two keys at once',
    given: async (world) => ({
      ResourceType: 'key',
      'ResourceId.1': (await world.key()).KeyId,
      'ResourceId.2': (await world.key()).KeyId,
      'Tag.1.Key': 'team',
      'Tag.1.Value': '付款',
    }),
  },
  {
    action: 'UntagResources',
    what: 'of a tag',
    given: async (world) => ({
      ResourceType: 'key',
      'ResourceId.1': (await world.key({ tags: { team: 'a' } })).KeyId,
      'TagKey.1': 'team',
    }),
  },
  {
    action: 'ListTagResources',
    what: 'of a key',
    given: async (world) => ({ ResourceType: 'key', 'ResourceId.1': (await world.key({ tags: { team: 'a' } })).KeyId }),
    answer: {
      TagResources: { TagResource: [{ ResourceId: text, ResourceType: 'key', TagKey: 'team', TagValue: 'a' }] },
    },
  },
  {
    action: 'DescribeRegions',
    what: 'to anybody',
    given: () => ({}),
    answer: { Regions: { Region: [{ RegionId: 'local' }] } },
  },
  {
    action: 'DescribeService',
    what: 'to who may look on',
    given: () => ({}),
    as: 'reader',
    answer: {
      KeySpecs: { KeySpec: expect.arrayContaining([expect.objectContaining({ Name: 'EC_P256' })]) },
      ProtectionLevels: { ProtectionLevel: [{ Type: 'SOFTWARE' }] },
    },
  },
  { action: 'DescribeAccountKmsStatus', what: 'always', given: () => ({}), answer: { AccountStatus: 'Enabled' } },
  {
    action: 'AssumeRole',
    what: 'as a trusted user',
    given: () => ({
      RoleArn: 'acs:ram::0:role/app',
      RoleSessionName: 'case',
      DurationSeconds: '900',
      Policy: '{"Version":"1","Statement":[{"Effect":"Allow","Action":"kms:Encrypt","Resource":"*"}]}',
    }),
    as: 'alice',
    answer: {
      AssumedRoleUser: { Arn: 'acs:ram::0:role/app/case', AssumedRoleId: text },
      Credentials: { AccessKeyId: text, AccessKeySecret: text, SecurityToken: text, Expiration: text },
    },
  },
  {
    action: 'GetCallerIdentity',
    what: 'as a role',
    given: () => ({}),
    as: 'session',
    answer: { Arn: 'acs:ram::0:role/app/tests', IdentityType: 'AssumedRoleUser', AccountId: '0', PrincipalId: text },
  },
]
