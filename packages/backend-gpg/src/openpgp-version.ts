import { config } from 'openpgp'

/** Which OpenPGP.js this is. */
export const OPENPGP_VERSION: string = config.versionString
