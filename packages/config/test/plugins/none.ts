export const plugins = 'a module that exports no plug-in'
