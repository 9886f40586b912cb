/** Columns of a terminal that nobody has widened. */
export const COLUMNS = 80;

/** A paragraph in lines of at most 80 columns; a word that is longer stays whole. @param indent what each line begins with */
export function wrapped(text: string, indent = ''): string {
  const lines: string[] = [];
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > COLUMNS) lines.push(`${indent}${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}

/** `1 mistake`, `2 mistakes`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
