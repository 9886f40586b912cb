const COLUMNS = 80;

/**
 * Breaks a text at its blanks, for a terminal of 80 columns; a word that is longer, such as an ARN, stays whole.
 *
 * @param indent what each line after the first begins with
 */
export function hanging(text: string, indent = ''): readonly string[] {
  const lines: string[] = [];
  const [, start = '', rest = ''] = /^(\s*)(.*)$/s.exec(text) ?? [];
  let line = start;
  for (const word of rest.split(' ')) {
    const isFirst = line.trim() === '';
    if (!isFirst && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent + word;
    } else line += isFirst ? word : ` ${word}`;
  }
  return [...lines, line];
}
