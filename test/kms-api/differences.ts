/** In what an operation differs from the cloud's, as far as is known. */
export const differences: Readonly<Record<string, string>> = {
  Encrypt: 'the context has at most 8,192 bytes instead of characters',
  Decrypt: 'no `Recipient`',
  GenerateDataKey: 'no `Recipient`',
  ReEncrypt: 'symmetric keys only',
  ExportDataKey: 'to RSA keys of 2,048 bits only, no SM2',
  GenerateAndExportDataKey: 'to RSA keys of 2,048 bits only, no SM2',
  CreateKey:
    'no `EC_SM2`, `DKMSInstanceId`, `KeyStorageMechanism`, `Policy`; protection level `SOFTWARE` only; the names of the specs and of the usage of HMAC keys are assumed; `Aliyun_SM4` and `HMAC_SM3` where OpenSSL has them',
  ListKeys: '`Filters` by state, spec, usage and protection level',
  AsymmetricSign: 'no `SM2DSA`: node:crypto signs no given digest by SM2',
  AsymmetricVerify: 'no `SM2DSA`',
  AsymmetricEncrypt: 'no `SM2PKE`',
  AsymmetricDecrypt: 'no `SM2PKE`',
  CreateKeyVersion: 'symmetric keys too, and at any time',
  GetParametersForImport: '`RSAES_PKCS1_V1_5` needs OpenSSL 3.2, as in Node 24; no `SM2PKE`',
  ImportKeyMaterial: 'symmetric keys only',
  ScheduleKeyDeletion:
    'the key is destroyed in the minute after its window has passed; `Rejected.DeletionProtected` is ours',
  DescribeRegions: 'one region, `local`',
  TagResource: 'keys only',
  UntagResource: 'keys only',
  ListResourceTags: 'keys only',
  TagResources: 'keys only',
  UntagResources: 'keys only',
  ListTagResources: 'keys only, on one page',
  AssumeRole: 'at the same address as the KMS, version 2015-04-01; by users only',
  GetCallerIdentity: 'at the same address as the KMS, version 2015-04-01',
}

/** Of the cloud's documented faults, those that no client can provoke here. */
export const faultsLeftOut: Readonly<Record<string, string>> = {
  IncompleteSignature: 'clients sign whole: `packages/kms-local/test/request-signature.test.ts`',
  ParseRequestParameterException: 'clients encode right: `packages/kms-local/test/server.test.ts`',
  UnsupportedHTTPMethod: 'clients send GET and POST: `packages/kms-local/test/server.test.ts`',
  SignatureNonceUsed: 'clients send nothing twice: `npm run prove -- auth`',
  ExpiredImportToken: 'a day would have to pass: `packages/kms-local/test/import.test.ts`',
  'Rejected.Enabled': 'documented for no operation of these',
}
