/** Lines with `indent` in front of each that is not empty. */
export function indented(lines: readonly string[], indent: string): string {
  return lines
    .flatMap((line) => line.split('\n'))
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}
