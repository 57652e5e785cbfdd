/** Text without characters that a terminal would obey instead of showing. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
