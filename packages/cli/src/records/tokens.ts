/** Whether a value is a token, or means to be one. */
export function isToken(text: string): boolean {
  return text.charCodeAt(0) === 101 && text.startsWith('enc1.')
}
