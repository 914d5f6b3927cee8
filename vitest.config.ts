import { defineConfig } from 'vitest/config'

// Tests import the packages by name and get their TypeScript source, without a build,
// through the private export condition that every package.json declares.
const conditions = ['@parasol/source', 'node', 'development|production']

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: ['@parasol/source', 'node'] } },
  test: {
    include: ['{packages,examples}/*/test/**/*.test.ts', '{proofs,test}/**/*.test.ts'],
    // Import CommonJS packages as Node does: `import kms from '@alicloud/kms20160120'` is module.exports.
    deps: { interopDefault: false },
    testTimeout: 20_000,
  },
})
