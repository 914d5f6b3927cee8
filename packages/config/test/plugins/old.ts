export const plugin = { options: { parse: () => ({}) }, module: () => undefined }
