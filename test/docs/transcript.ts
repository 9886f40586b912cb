/** Key IDs of AWS's own documentation, in the order in which a page shows them. */
const EXAMPLES = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'AKIAI33QH7DHAEXAMPLE'];

/** What a command has printed, with key IDs and a time of day that stay the same from run to run. */
export function steady(output: string): string {
  const ids = [...new Set(output.match(/AKIA[A-Z0-9]{16}/g))];
  const known = ids.reduce((text, id, n) => text.replaceAll(id, EXAMPLES[n] ?? id), output.trimEnd());
  return known.replaceAll(/ \d\d:\d\d UTC/g, ' 09:00 UTC');
}

/** A command and its output, as a page shows them. */
export function transcript(command: string, output: string): string {
  return `\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${steady(output)}\n\`\`\`\n`;
}
