import { COLUMNS } from './wrapped';

/**
 * A command to paste, in lines of 80 columns where its parts let it.
 *
 * @param parts each stays whole: what is called, an option with its value, what its output goes into
 */
export function continued(...parts: readonly string[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(part);
    else if (`${last} ${part} \\`.length > COLUMNS) lines.push(`  ${part}`);
    else lines[lines.length - 1] = `${last} ${part}`;
  }
  return lines.join(' \\\n');
}
