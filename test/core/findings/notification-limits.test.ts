import { describe, expect, it } from 'vitest';
import { notificationOf, type Sender, type Told } from '../../../functions/core/findings/notification';
import { day } from '../web-shop';

const sender: Sender = {
  account: '111122223333',
  region: 'eu-central-1',
  run: 'run-1',
  function: 'rotate',
  functionName: 'Rotate-1A',
  runbooks: 'runbooks/',
  now: day(90),
};
const END = 'Run run-1 of rotate (Rotate-1A), account 111122223333, eu-central-1, 2026-04-01T03:00:00.000Z';

const told = (more: Partial<Told> = {}): Told => ({
  code: 'step-failed',
  key: 'k',
  severity: 'attention',
  what: 'w',
  brokenNow: 'Nothing is broken.',
  outcome: 'failed',
  message: 'm',
  ...more,
});
const several = (count: number, one: (index: number) => Partial<Told>) =>
  Array.from({ length: count }, (_, index) => told(one(index)));
const textOf = (findings: readonly Told[]) => notificationOf(findings, sender).text;
const commandsIn = (text: string) => text.split('\n').filter((line) => line.startsWith('  '));
const listed = (count: number) => Array.from({ length: count }, (_, index) => `[step-failed] m${index}`).join('\n');

describe('of very many findings a message has', () => {
  it.each([
    [2, `\n\n${listed(2)}\n\nRunbook: `],
    [20, `\n\n${listed(20)}\n\nRunbook: `],
    [21, `\n\n${listed(20)}\nand 1 more\n\nRunbook: `],
  ])('of %i messages about one key what can be read', (count, lines) => {
    expect(textOf(several(count, (index) => ({ message: `m${index}` })))).toContain(lines);
  });

  it.each([
    [20, 'k18, k19\n[step-failed] m\n', '"k18","k19"]}\''],
    [22, 'k18, k19, and 2 more\n[step-failed] m\n', "'{}'"],
  ])('of %i keys the names of twenty, and starts the function for no more than these', (count, keys, payload) => {
    expect(textOf(several(count, (index) => ({ key: `k${index}` })))).toContain(keys);
    expect(textOf(several(count, (index) => ({ key: `k${index}`, code: 'proof-failed' })))).toContain(
      `${payload} --cli`,
    );
  });

  it('of 21 access keys the commands for twenty', () => {
    const findings = several(21, (index) => ({ code: 'reactivated', user: 'u', accessKeyId: `AKIA${index}` }));
    expect(commandsIn(textOf(findings))).toHaveLength(20);
  });

  it('of 21 keys the commands for twenty', () => {
    const findings = several(21, (index) => ({ code: 'invalid-entry', key: `k${index}` }));
    expect(commandsIn(textOf(findings))).toHaveLength(20);
  });

  it('one message where all have one connection', () => {
    const connection = { name: 'acme', secret: 'keyturn/connections/acme' };
    const text = textOf(several(21, (index) => ({ message: `m${index}`, connection })));
    expect(text).toContain('\n\n[step-failed] m0\n\nRunbook: ');
  });

  it('no command that is longer than any of a deployment, because a part of it is another one', () => {
    const command = 'aws iam get-access-key-last-used --access-key-id ';
    const withId = (length: number) =>
      commandsIn(textOf([told({ code: 'reactivated', user: 'u', accessKeyId: 'A'.repeat(length - command.length) })]));
    expect(withId(2_500)).toEqual([`  ${command}${'A'.repeat(2_500 - command.length)}`]);
    expect(withId(2_501)).toEqual([]);
  });
});

describe('a message that would be too long', () => {
  const first = several(20, () => ({ code: 'undelivered', message: 'a'.repeat(1_500) }));
  const second = (length: number) =>
    several(12, (index) => ({ key: 's', message: 'b'.repeat(index === 0 ? length : 1_400) }));
  const last = told({ code: 'rotation-cap', key: 'l' });
  const sizeOf = (findings: readonly Told[]) => textOf(findings).length - `\n\n${END}`.length;
  const room = () => 48_000 - sizeOf(first) - sizeOf(second(1)) + 1;
  const headline = (key: string) => `${key}: w. Nothing is broken. (Account 111122223333, eu-central-1.)`;

  it('is whole as long as it fits', () => {
    const text = textOf([...first, ...second(room())]);
    expect(text.includes(`\n\n${headline('s')}\n\n`)).toBe(true);
    expect(text.length).toBe(48_000 + `\n\n\n\n${END}`.length);
  });

  it('has one line of each cause from the first on that does not fit', () => {
    const text = textOf([...first, ...second(room() + 1), last]);
    expect(text.endsWith(`\n\n[step-failed] ${headline('s')}\n\n[rotation-cap] ${headline('l')}\n\n${END}`)).toBe(true);
    expect(text.includes('bb')).toBe(false);
  });

  it('has the first cause in any case', () => {
    const text = textOf(
      several(20, (index) => ({ code: 'reactivated', user: 'u', accessKeyId: `${index}`.padStart(2_440, 'A') })),
    );
    expect(text.startsWith(`${headline('k')}\n\nSee its last use:\n`)).toBe(true);
    expect(text.length).toBeGreaterThan(48_000);
  });
});

describe('a subject', () => {
  const [x, y] = ['x', 'y'].map((letter) => (length: number) => letter.repeat(length)) as [
    (length: number) => string,
    (length: number) => string,
  ];

  it.each<[string, Partial<Told>, string]>([
    [
      'where there is room',
      { key: x(10), what: y(32) },
      `${x(10)}: ${y(32)}; nothing is broken, 111122223333 eu-central-1`,
    ],
    ['no place where it is a letter too long', { key: x(10), what: y(33) }, `${x(10)}: ${y(33)}; nothing is broken`],
    ['what happened whole as long as it fits', { key: x(10), what: y(59) }, `${x(10)}: ${y(59)}; nothing is broken`],
    ['a part of what happened', { key: x(10), what: y(60) }, `${x(10)}: ${y(56)}...; nothing is broken`],
    ['a part of a long name', { key: x(50), what: y(45) }, `${x(21)}...: ${y(45)}; nothing is broken`],
    ['a part of each', { key: x(50), what: y(46) }, `${x(21)}...: ${y(42)}...; nothing is broken`],
    [
      'no letter that mail does not take',
      { key: 'köln', what: 'größer' },
      'k?ln: gr??er; nothing is broken, 111122223333 eu-central-1',
    ],
    [
      'that it may be broken',
      { brokenNow: 'Perhaps broken: who knows.' },
      'k: w; perhaps broken, 111122223333 eu-central-1',
    ],
    ['that it is', { brokenNow: 'Broken now: all.' }, 'k: w; broken now, 111122223333 eu-central-1'],
  ])('has %s', (_what, finding, subject) => {
    expect(notificationOf([told(finding)], sender).subject).toBe(`Keyturn: ${subject}`);
  });

  it('is there even where nothing is told', () => {
    expect(notificationOf([], sender)).toEqual({ subject: 'Keyturn', text: `\n\n${END}` });
  });
});

it('a function without a name in AWS is named all the same', () => {
  const { functionName: _, ...unknown } = sender;
  expect(notificationOf([told()], unknown).text.split('\n').at(-1)).toBe(END.replace(' (Rotate-1A)', ''));
});
