import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/duration';
import type { Typed } from '../cli/typed';
import { endpointThatGives } from '../infra/synthesized';
import { at, configOf, FAULTS, type Fault } from './faults';
import { RINGING, STACK } from './stack-faults';
import { hasWord, type LastLines, ToldWorld } from './told-world';

const ALL = Object.entries(FAULTS);
const IN_HOURS = ALL.filter(([, { within }]) => within === 'hours');
const BY_DAY = ALL.filter(([, { within }]) => within === undefined);
const PROVIDER = endpointThatGives({ secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD' }] });
let told: ToldWorld;
/** What was typed at this instant, as nothing changes until a cure is typed. */
const shown = new Map<string, Promise<Typed>>();

beforeAll(async () => {
  told = await ToldWorld.open({ ...configOf(FAULTS), provider: PROVIDER });
  await told.untilHour(6);
  for (const [name, { plant }] of ALL) await plant(at(told, name));
  for (const plant of Object.values(STACK)) plant(told);
  await told.passes(3 * HOUR);
}, 240_000);
afterAll(() => told.close());

function linesOf(name: string, { isNotice }: Fault): LastLines {
  const { key, user, connection } = at(told, name);
  return isNotice ? told.lastLinesOfRunbook(name, key, user) : told.lastLines(name, [key, connection]);
}

function show(command: string): Promise<Typed> {
  const known = shown.get(command) ?? told.type(command);
  shown.set(command, known);
  return known;
}

async function shows(name: string, fault: Fault): Promise<void> {
  const { key, connection } = at(told, name);
  const { code, stdout, stderr } = await show(linesOf(name, fault).more);
  expect([code, stderr]).toEqual([fault.exits ?? 1, '']);
  const text = stdout.replaceAll(/\s+/g, ' ');
  if (fault.shows !== undefined) return expect(text).toMatch(fault.shows);
  expect(hasWord(text.replaceAll(key, '').replaceAll(connection, ''), name), text).toBe(true);
  expect(text).toContain(name === 'request-refused' ? 'k-nobody' : key);
}

async function cures(name: string, fault: Fault): Promise<void> {
  const { cures: commands } = linesOf(name, fault);
  if (fault.uncured !== undefined) return expect(commands).toEqual([]);
  expect(commands).toHaveLength(1);
  await fault.heal?.(at(told, name));
  const [command = ''] = commands;
  const done = await (command.startsWith('keyturn connect ')
    ? told.type(command, ['--token-stdin'], Readable.from([told.token(`w-${at(told, name).key}`)]))
    : told.type(command, ['--yes']));
  const { code, stdout } = done;
  if (fault.isMarkedLater)
    expect([code, stdout]).toEqual([1, expect.stringContaining('\nDelivered, and not marked yet.\n')]);
  else expect([code, stdout]).toEqual([0, expect.any(String)]);
}

describe('what is told within hours', () => {
  it.each(IN_HOURS)('%s: the first command shows it', shows);
  it.each(IN_HOURS)('%s: the second command cures it, where there is one', cures);
});

describe('what the daily runs tell', () => {
  beforeAll(async () => {
    shown.clear();
    await told.untilHour(9);
    // Its alarm is on for ten minutes.
    STACK['token-reused']?.(told);
    await told.passes(2 * MINUTE);
  }, 120_000);

  it.each(BY_DAY)('%s: the first command shows it', shows);

  it.each(Object.entries(RINGING))('the alarm %s: what the first command shows makes the second', async (name, of) => {
    const { more, cures: commands } = told.lastLinesOfAlarm(name);
    const { code, stdout } = await show(more);
    expect([code, commands.length]).toEqual([1, name === 'two-keys' || name === 'foreign-key' ? 0 : 1]);
    const text = stdout.replaceAll(/\s+/g, ' ');
    expect(text).toContain(more === 'keyturn doctor' ? `runbooks/${name}.md` : `k-${of}`);
    for (const command of commands) {
      const filled = command.replace('KEY', `k-${of}`).replace('CONNECTION', `c-${of}`);
      expect(text).toContain(/^keyturn \S+ \S+/.exec(filled)?.[0] ?? filled);
    }
  });

  it.each(Object.keys(STACK))('%s: the command shows it', async (name) => {
    const isMail = name === 'keyturn-changed';
    const { more, cures: commands } = isMail ? told.lastLines(name) : told.lastLinesOfAlarm(name);
    const { code, stdout } = await show(more);
    expect([code, commands]).toEqual([1, []]);
    const shownAs = isMail ? /disabled Keyturn-\S*Delete/ : new RegExp(`runbooks/${name}\\.md`);
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(shownAs);
  });

  it.each(BY_DAY)('%s: the second command cures it, where there is one', cures);
});

it('finds nothing of what was cured in the runs until the next morning', async () => {
  const cured = ALL.filter(([, { uncured }]) => uncured === undefined);
  await told.passes(2 * HOUR);
  const since = told.now;
  await told.untilHour(5);
  const found = new Set(told.found(since).map(({ code, key }) => `${code} ${key}`));
  expect(cured.filter(([name]) => found.has(`${name} ${at(told, name).key}`)).map(([name]) => name)).toEqual([]);
}, 120_000);
