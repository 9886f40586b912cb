import { expect, it } from 'vitest';
import { instantFrom, timeOf } from '../../cli/rehearsal/local-clock';
import { typed } from './typed';

const NOW = new Date('2026-03-01T10:30:00Z');
const here = { now: () => NOW, sleep: async () => {} };

it.each([
  ['+10d', '2026-03-11T10:30:00.000Z'],
  ['+36h', '2026-03-02T22:30:00.000Z'],
  ['+90m', '2026-03-01T12:00:00.000Z'],
  ['2027-02-01', '2027-02-01T00:00:00.000Z'],
  ['2027-02-01T12:00:00+02:00', '2027-02-01T10:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(instantFrom(text, NOW).toISOString()).toBe(instant);
});

it.each(['10d', '+10', '-1d', '+1w', '2027-02-30', ''])('%j is no time', (text) => {
  expect(() => instantFrom(text, NOW)).toThrow('is no time to move on to: expected +10d, +36h or +90m, or a date');
});

it('without a local world there is no clock, and nothing else is asked', async () => {
  delete process.env.KEYTURN_LOCAL;
  const { code, stdout, stderr } = await typed(['clock', '+10d']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^KEYTURN_LOCAL is not set\. .*npm start -- --serve/);
});

it('of what the variable may name, only loopback is one', async () => {
  process.env.KEYTURN_LOCAL = 'http://192.0.2.1:80#aaaaaaaaaaaaaaaaaaaaaaaa';
  const { code, stderr } = await typed(['clock', '+10d']);
  delete process.env.KEYTURN_LOCAL;
  expect(code).toBe(2);
  expect(stderr).toMatch(/^KEYTURN_LOCAL must be http:\/\/127\.0\.0\.1:<port>#<token>/);
});

it('commands go by this machine’s time where the account is not a local one, whatever KEYTURN_LOCAL says', async () => {
  const KEYTURN_LOCAL = 'http://127.0.0.1:1#aaaaaaaaaaaaaaaaaaaaaaaa';
  expect(await timeOf({ KEYTURN_LOCAL }, here)).toBe(here);
  expect(await timeOf({ KEYTURN_LOCAL, AWS_ENDPOINT_URL: 'https://sts.eu-west-1.amazonaws.com' }, here)).toBe(here);
  // A world that has ended is told by the account, which has ended with it.
  const time = await timeOf({ KEYTURN_LOCAL, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, here);
  expect(time.now()).toEqual(NOW);
});
