import { leftOut } from './left-out';
import { PAGES, SHELL_PAGE, withShell } from './pages';
import { Scene } from './scene';
import type { Aws, Ended } from './shell';
import { blocksOf, type Statement } from './statements';

/** A command of a page that did not do what the page says. */
export interface Failure extends Ended {
  readonly at: string;
  readonly statement: string;
  readonly expected: string;
}

/** Does what a page says, command by command, in a world of its own. @returns what went otherwise */
export async function live(page: string, aws: Aws): Promise<readonly Failure[]> {
  const told = PAGES[page] ?? {};
  const scene = await Scene.open(aws, told);
  try {
    if (withShell(page))
      for (const { statements } of blocksOf(SHELL_PAGE)) for (const { text } of statements) await scene.type(text);
    await told.plant?.(scene);
    const failures: Failure[] = [];
    const ran: string[] = [];
    for (const [n, { line, statements }] of blocksOf(page).entries()) {
      await told.meanwhile?.[n]?.(scene);
      const fill = { 'AKIA…': scene.foreign ?? scene.oldKey, ...told.fill?.(scene) };
      for (const statement of statements) {
        const nth = ran.filter((text) => text === statement.text).length;
        ran.push(statement.text);
        failures.push(...(await runOne({ page, at: `${page}:${line}`, fill, nth }, statement, scene)));
      }
      await scene.passes(2 * 60_000);
    }
    return failures;
  } finally {
    await scene.close();
  }
}

interface Place {
  readonly page: string;
  readonly at: string;
  readonly fill: Readonly<Record<string, string>>;
  /** How often the same command was run before. */
  readonly nth: number;
}

async function runOne(
  { page, at, fill, nth }: Place,
  { text, shown }: Statement,
  scene: Scene,
): Promise<readonly Failure[]> {
  const out = leftOut(page, text);
  if (out !== undefined) {
    await out.instead?.(scene);
    return [];
  }
  const { exits = {}, prints = {}, as = {} } = PAGES[page] ?? {};
  const filled = Object.entries(fill).reduce(
    (command, [placeholder, value]) => command.replaceAll(placeholder, value),
    text,
  );
  const of = <T>(table: Readonly<Record<string, T>>) =>
    Object.entries(table).find(([begin]) => text.startsWith(begin))?.[1];
  const isConnect = /^npx keyturn connect /.test(filled);
  const ended = await scene.type(isConnect ? `${filled} --token-stdin` : filled, `${scene.token()}\n`, of(as)?.(scene));
  const codes = [of(exits) ?? 0].flat();
  const code = codes[Math.min(nth, codes.length - 1)];
  const pattern = of(prints);
  if (ended.code !== code) return [{ at, statement: filled, expected: `exit code ${code}`, ...ended }];
  if (pattern !== undefined && !pattern.test(ended.stdout))
    return [{ at, statement: filled, expected: String(pattern), ...ended }];
  // What keyturn says of a page's own story is compared, word by word, by that page's test.
  const isTold = shown !== undefined && (text.startsWith('aws ') || text.includes('keyturn -- clock'));
  if (isTold && shapeOf(ended.stdout) !== shapeOf(shown)) return [{ at, statement: filled, expected: shown, ...ended }];
  return [];
}

/** What is the same whatever the key, the day and the hour. */
function shapeOf(output: string): string {
  return output
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/arn:aws:\S+/g, 'ARN')
    .replaceAll(/AKIA[A-Z0-9]{16}/g, 'KEY')
    .replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d/g, 'TIME')
    .replaceAll(/\d+ runs?/g, 'N runs');
}
