import { describe, expect, it } from 'vitest';
import { type Environment, instantFrom, isLocal, timeOf } from '../../cli/rehearsal/local-clock';
import { KeyturnError } from '../../functions/core/errors';
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

describe('a local world that a file of the environment still names', () => {
  const KEYTURN_LOCAL = 'http://127.0.0.1:1#aaaaaaaaaaaaaaaaaaaaaaaa';
  const AWS_ENDPOINT_URL = 'http://127.0.0.1:1';

  it.each<[string, boolean, Environment, string?]>([
    ['is used where nothing else is named', true, { AWS_ENDPOINT_URL }],
    ['is used where the option names the same', true, { AWS_ENDPOINT_URL }, 'http://127.0.0.1:1/'],
    ['is used where the option alone names it', true, {}, AWS_ENDPOINT_URL],
    ['is not used where the option names AWS', false, { AWS_ENDPOINT_URL }, 'https://sts.eu-west-1.amazonaws.com'],
    ['is not used where the option names another world', false, { AWS_ENDPOINT_URL }, 'http://127.0.0.1:2'],
    [
      'is used where a service is named at the same place',
      true,
      { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS: AWS_ENDPOINT_URL },
    ],
    ['is used where the name of a service is empty', true, { AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_STS: '' }],
  ])('%s', (_what, local, env, endpointUrl) => {
    expect(isLocal({ KEYTURN_LOCAL, ...env }, endpointUrl)).toBe(local);
  });

  it('is refused where a service is somewhere else: a token of one would go to the other (K6)', () => {
    const env = {
      KEYTURN_LOCAL,
      AWS_ENDPOINT_URL,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://secretsmanager.eu-west-1.amazonaws.com',
    };
    expect(() => isLocal(env)).toThrow(
      'AWS_ENDPOINT_URL_SECRETS_MANAGER is not at http://127.0.0.1:1, where the local world of KEYTURN_LOCAL is. Unset one of the two.',
    );
    expect(isLocal({ ...env, KEYTURN_LOCAL: undefined })).toBe(false);
  });

  it('is decided on when the command line is read, and a wrong name is a message', async () => {
    const asked: (string | undefined)[] = [];
    const localTime = async (endpointUrl: string | undefined) => {
      asked.push(endpointUrl);
      throw new KeyturnError('invalid-request', 'no');
    };
    expect(await typed(['doctor', '--help'], { localTime })).toMatchObject({ code: 0 });
    expect(asked).toEqual([]);
    expect(await typed(['doctor', '--endpoint-url', 'http://127.0.0.1:9'], { localTime })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'no\n',
    });
    expect(asked).toEqual(['http://127.0.0.1:9']);
  });
});
