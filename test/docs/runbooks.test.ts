import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { ALARM_NAMES } from '../../functions/core/config/alarm-names';
import { usually } from '../../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS } from '../../functions/core/findings/findings';
import { BREAK_GLASS_USED, KEYTURN_CHANGED } from '../../functions/core/names';
import { DOCUMENTS, read } from './documents';
import { keyturnOf } from './findings';
import { parsed } from './parsed';

const NAMES = [...new Set([...FINDING_CODES, ...ALARM_NAMES, BREAK_GLASS_USED, KEYTURN_CHANGED])].sort();
const index = read('docs/operate/runbooks/README.md');

/** What a page answers where a message starts with these words. */
const ANSWERS: readonly (readonly [start: string, answer: string])[] = [
  ['Broken now', 'yes'],
  ['Perhaps broken', 'perhaps'],
  ['Nothing is broken', 'no'],
];

describe('runbooks', () => {
  it('are one page for each finding and each alarm, one for changes to Keyturn, one for the break-glass role, and no other', () => {
    const pages = DOCUMENTS.filter((path) => path.startsWith('docs/operate/runbooks/') && !path.endsWith('README.md'));
    expect(pages).toEqual(NAMES.map((name) => `docs/operate/runbooks/${name}.md`).sort());
  });

  it.each(NAMES)('%s says what it means, what is broken, what to do, when it is over and when to worry', (name) => {
    const page = read(`docs/operate/runbooks/${name}.md`);
    const headings = page.match(/^#.*$/gm)?.filter((line) => line.startsWith('# ') || line.startsWith('## '));
    expect(headings?.filter((line) => !line.startsWith('# ') || line === `# ${name}`)).toEqual([
      `# ${name}`,
      '## What to do',
      '## How to see that it is over',
      '## When to worry',
    ]);
    expect(page).toMatch(/^\*\*Is anything broken now\?\*\* (Yes|No|Perhaps)[.:, ]/m);
    expect(index).toContain(`[${name}](${name}.md)`);
  });

  it.each(FINDING_CODES)('%s answers as the message and the overview do whether anything is broken', (code) => {
    const answer = ANSWERS.find(([start]) => usually(FINDINGS[code].brokenNow).startsWith(start))?.[1] ?? '';
    const [, page = ''] =
      /^\*\*Is anything broken now\?\*\* (\w+)/m.exec(read(`docs/operate/runbooks/${code}.md`)) ?? [];
    expect(page.toLowerCase()).toBe(answer);
    const row = read('docs/operate/findings.md')
      .split('\n')
      .find((line) => line.startsWith(`| [${code}](runbooks/${code}.md) `));
    expect(row?.split('|').at(-2)?.trim()).toMatch(new RegExp(`^${answer}\\b`));
  });

  it.each(NAMES)(
    '%s ends with the command that shows more and the one that cures it, which take these words',
    async (name) => {
      const { shows, cures } = keyturnOf(name);
      const page = read(`docs/operate/runbooks/${name}.md`).trimEnd();
      expect(page).toMatch(/<!-- keyturn:end -->$/);
      expect(page).toContain(`Shows more: \`${shows}\``);
      for (const command of [shows, cures ?? shows]) {
        expect(page).toContain(`\`${command}\``);
        expect(await parsed(command), command).toBe('parsed');
      }
    },
  );

  it('would not end with a command that there is not, or that lacks something', async () => {
    for (const wrong of ['keyturn mend x', 'aws s3 ls', 'keyturn deliver x', 'keyturn status --all', 'keyturn why'])
      expect(await parsed(wrong), wrong).not.toBe('parsed');
  });

  it('name the access key that has leaked, as the current one may have come after it', () => {
    const unnamed = NAMES.flatMap((name) =>
      [...read(`docs/operate/runbooks/${name}.md`).matchAll(/`(keyturn\s+rotate\s[^`]+--compromised[^`]*)`/g)]
        .map(([, command = '']) => command)
        .filter((command) => /^keyturn\s+rotate\s+[^-]/.test(command) && !/\s--key\s/.test(command)),
    );
    expect(unnamed).toEqual([]);
  });

  it('have commands that a shell can read', () => {
    for (const name of ['README', ...NAMES]) {
      const blocks = [...read(`docs/operate/runbooks/${name}.md`).matchAll(/^```sh\n([\s\S]*?)^```$/gm)];
      for (const [, script = ''] of blocks) {
        expect(spawnSync('bash', ['-n'], { input: script }).stderr.toString(), name).toBe('');
      }
    }
  });

  it('use no name that their shell does not set', () => {
    const [, setup = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(index) ?? [];
    for (const name of NAMES) {
      const scripts = [...read(`docs/operate/runbooks/${name}.md`).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
        ([, script]) => script,
      );
      const script = scripts.join('\n');
      for (const [, variable = ''] of script.matchAll(/\$\{?([A-Za-z_]+)/g)) {
        const isSet = [setup, script].some((text) =>
          new RegExp(`(^|\\s)(${variable}=|read -rs? ${variable}\\b|for ${variable} in)`, 'm').test(text),
        );
        expect(isSet, `${variable} in ${name}`).toBe(true);
      }
      for (const [, helper = ''] of script.matchAll(/^(run|audit|found|alarm) /gm))
        expect(setup).toContain(`${helper}() {`);
    }
  });
});
