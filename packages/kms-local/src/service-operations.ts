import { keySpecNames, keySpecs } from './key-specs.js'
import type { OperationTable } from './operation.js'

/** What the service tells of itself. */
export const serviceOperations: OperationTable = {
  DescribeRegions: () => ({ Regions: { Region: [{ RegionId: 'local' }] } }),
  DescribeAccountKmsStatus: () => ({ AccountStatus: 'Enabled' }),
  DescribeService: describeService,
}

const levels = { SupportedProtectionLevel: ['SOFTWARE'] }

function describeService(): object {
  const KeySpec = keySpecNames.map((Name) => ({
    Name,
    SupportedProtectionLevels: levels,
    Usages: { Usage: keySpecs[Name].usages },
  }))
  return { KeySpecs: { KeySpec }, ProtectionLevels: { ProtectionLevel: [{ Type: 'SOFTWARE' }] } }
}
