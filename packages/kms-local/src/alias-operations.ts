import { ARN_PREFIX } from './key-names.js'
import type { KeyService } from './key-service.js'
import { done, type OperationTable, paginate } from './operation.js'
import type { Parameters } from './parameters.js'

/** What concerns aliases. */
export const aliasOperations: OperationTable = {
  CreateAlias: (service, parameters) => done(service.createAlias(...aliasAndKey(parameters))),
  UpdateAlias: (service, parameters) => done(service.updateAlias(...aliasAndKey(parameters))),
  DeleteAlias: (service, parameters) => done(service.deleteAlias(parameters.text('AliasName'))),
  ListAliases: (service, parameters) => listAliases(service, parameters),
  ListAliasesByKeyId: listAliasesByKeyId,
}

function listAliasesByKeyId(service: KeyService, parameters: Parameters): object {
  return listAliases(service, parameters, service.describeKey(parameters.text('KeyId')).metadata.id)
}

function listAliases({ aliases }: KeyService, parameters: Parameters, ofKey?: string): object {
  const { page, items } = paginate(
    aliases.filter(({ keyId }) => ofKey === undefined || keyId === ofKey),
    parameters,
  )
  const Alias = items.map(({ name, keyId }) => ({ KeyId: keyId, AliasName: name, AliasArn: `${ARN_PREFIX}${name}` }))
  return { ...page, Aliases: { Alias } }
}

function aliasAndKey(parameters: Parameters): [name: string, keyId: string] {
  return [parameters.text('AliasName'), parameters.text('KeyId')]
}
