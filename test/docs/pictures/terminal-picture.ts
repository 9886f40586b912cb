/** What a terminal shows: text, with the codes that make it bold or coloured. */
export interface Session {
  /** As it was typed. */
  readonly command: string;
  readonly output: string;
}

const [WIDTH, HEIGHT, SIZE, MARGIN] = [8.4, 19, 14, 16];
const COLUMNS = 80;

/** The classes that an SGR code sets (ECMA-48, "SELECT GRAPHIC RENDITION"); the other ones take them back. */
const CLASSES: Readonly<Record<string, string>> = {
  '1': 'bold',
  '2': 'dim',
  '31': 'red',
  '32': 'green',
  '33': 'yellow',
};
const ENDS: Readonly<Record<string, readonly string[]>> = { '22': ['bold', 'dim'], '39': ['red', 'green', 'yellow'] };

const STYLE = `
  .paper { fill: #ffffff; stroke: #d0d7de } text { fill: #1f2328 }
  .bold { font-weight: bold } .dim { fill: #59636e }
  .red { fill: #cf222e } .green { fill: #1a7f37 } .yellow { fill: #9a6700 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #3d444d } text { fill: #f0f6fc }
    .dim { fill: #9198a1 } .red { fill: #f85149 } .green { fill: #3fb950 } .yellow { fill: #d29922 }
  }`;

/** A picture of a terminal of 80 columns, in the light or dark of whoever looks at it. */
export function pictureOf({ command, output }: Session): string {
  const lines = [`\u001b[2m$\u001b[22m ${command}`, '', ...output.trimEnd().split('\n')];
  const [width, height] = [COLUMNS * WIDTH + 2 * MARGIN, lines.length * HEIGHT + 2 * MARGIN];
  const texts = lines.flatMap((line, row) => {
    const spans = runsOf(line).map(
      ({ text, column, classes }) =>
        `<tspan x="${round(MARGIN + column * WIDTH)}" textLength="${round(text.length * WIDTH)}"${classes === '' ? '' : ` class="${classes}"`}>${escaped(text)}</tspan>`,
    );
    return spans.length === 0 ? [] : [`<text y="${MARGIN + row * HEIGHT + SIZE}">${spans.join('')}</text>`];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(command)}">
<style>${STYLE}
  text { font: ${SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
</style>
<rect class="paper" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

/** The text of a picture, without what only makes it look well. */
export function textOf(picture: string): string {
  const lines = [...picture.matchAll(/<text y="(\d+)">(.*)<\/text>/g)].map(([, y, spans = '']) => {
    const parts = [...spans.matchAll(/<tspan x="([\d.]+)"[^>]*>([^<]*)<\/tspan>/g)];
    const text = parts.reduce(
      (before, [, x, part = '']) => before.padEnd(Math.round((Number(x) - MARGIN) / WIDTH)) + unescaped(part),
      '',
    );
    return { row: (Number(y) - MARGIN - SIZE) / HEIGHT, text };
  });
  const last = lines.at(-1)?.row ?? 0;
  return Array.from({ length: last + 1 }, (_, row) => lines.find((line) => line.row === row)?.text ?? '').join('\n');
}

interface Run {
  readonly text: string;
  readonly column: number;
  readonly classes: string;
}

/** What stands together and looks the same; spaces alone are nothing to see. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  const classes = new Set<string>();
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads
  for (const part of line.split(/(\u001b\[\d+m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above
    const [, code] = /^\u001b\[(\d+)m$/.exec(part) ?? [];
    if (code !== undefined) {
      for (const ended of ENDS[code] ?? []) classes.delete(ended);
      const begun = CLASSES[code];
      if (begun !== undefined) classes.add(begun);
      continue;
    }
    const text = part.trimEnd();
    const indent = text.length - text.trimStart().length;
    if (text !== '') runs.push({ text: text.slice(indent), column: column + indent, classes: [...classes].join(' ') });
    column += part.length;
  }
  return runs;
}

const round = (value: number) => Math.round(value * 10) / 10;
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const unescaped = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
