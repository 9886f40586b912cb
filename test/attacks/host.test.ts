import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formsOf } from '../../cli/rehearsal/witness/forms';
import type { BitbucketFault, BitbucketRequest } from '../../local/hosts/bitbucket/fault';
import { Attacked, OTHER, textsIn, UNCLEAN, VICTIM } from './attacked';

let attacked: Attacked;

beforeAll(async () => {
  attacked = await Attacked.open();
}, 60_000);
beforeEach(() => {
  attacked.host = undefined;
  attacked.aws = undefined;
  attacked.undelivered();
});
afterAll(() => attacked.close());

const uuidOf = (number: number) => `{7b3e4a52-6a52-4d2b-9a53-${String(number).padStart(12, '0')}}`;

/** The host lists these environments for the attacked key's repository, and is itself for everybody else. */
function calls(...names: readonly string[]) {
  const values = names.map((name, number) => ({ uuid: uuidOf(number), name }));
  return ({ kind, path }: BitbucketRequest): BitbucketFault | undefined =>
    kind === 'environments' && path.includes(`/${VICTIM}/`)
      ? { kind: 'status', status: 200, body: { values, size: values.length, pagelen: 100 } }
      : undefined;
}

const isDelivered = (audits: readonly { readonly event: string; readonly key?: string | undefined }[], id: string) =>
  audits.some(({ event, key }) => event === 'version-delivered' && key === id);

describe('K6: a host that was sent our token and a key', () => {
  it('and calls its environments by them, in every form, finds them in no log, record, event, mail or answer', async () => {
    const { token, secretAccessKey } = attacked;
    const said = [
      `Bearer ${token}`,
      `Authorization: Bearer ${token}`,
      Buffer.from(`ci@example.com:${token}`).toString('base64'),
      [...token].join('\u200b'),
      ...[token, secretAccessKey].flatMap((secret) => formsOf(secret).map(({ text }) => text)),
    ];
    for (let at = 0; at < said.length; at += 15) {
      attacked.host = calls('Staging', ...said.slice(at, at + 15));
      attacked.undelivered();
      const { audits } = await attacked.sync();
      const failed = audits.find(({ event, key }) => event === 'target-failed' && key === VICTIM);
      expect(failed).toMatchObject({ code: 'environment-not-found' });
      expect(failed?.message).toContain('The repository has: "Staging", "(not shown: it could hold a secret)"');
      if (at === 0) expect(isDelivered(audits, OTHER)).toBe(true);
    }
    expect(attacked.leaks()).toEqual([]);
  });

  it('and says them in the body, the headers and the Retry-After of a refusal, finds them nowhere either', async () => {
    const { token, secretAccessKey } = attacked;
    const said = `${token} ${secretAccessKey}`;
    const headers = { 'retry-after': `${token}`, location: `https://user:${token}@evil.example/`, 'x-said': said };
    attacked.host = ({ path }) =>
      path.includes(`/${VICTIM}/`)
        ? { kind: 'status', status: 403, headers, body: { error: { message: said } } }
        : undefined;
    const { audits } = await attacked.sync();
    expect(audits.find(({ event, key }) => event === 'target-failed' && key === VICTIM)).toMatchObject({
      code: 'scope-missing',
    });
    expect(attacked.leaks()).toEqual([]);
  });

  it('and is left out of a link that leads elsewhere: no path but the list’s own gets the token', async () => {
    const asked: string[] = [];
    attacked.host = (request) => {
      asked.push(request.path);
      if (request.kind !== 'environments' || !request.path.includes(`/${VICTIM}/`)) return undefined;
      const values = [{ uuid: uuidOf(1), name: 'Staging' }];
      const next = request.query.page === undefined ? 'https://api.bitbucket.org/2.0/x/../../evil/loot' : undefined;
      return { kind: 'status', status: 200, body: { values, next } };
    };
    await attacked.sync();
    expect(asked.filter((path) => path.includes('evil') || path.includes('loot'))).toEqual([]);
  });
});

describe('K7, K11: a host whose environment has a name of 1.2 MB', () => {
  it('keeps no event out of the record, and nothing from the key beside it', async () => {
    attacked.host = calls('x'.repeat(1_200_000), 'Stag ing '.repeat(130_000));
    const { audits, answer } = await attacked.sync();
    expect(answer).toMatchObject({ unrecorded: 0, unpublished: 0, untold: 0 });
    expect(isDelivered(audits, OTHER)).toBe(true);
    expect(audits.map(({ sequence }) => sequence)).toEqual(audits.map((_event, at) => at + 1));
    expect(audits.at(-1)?.event).toBe('run-finished');
    expect(audits.find(({ event }) => event === 'target-failed')?.message?.length).toBeLessThan(1_000);
  });
});

describe('K7: a host that writes lines of its own', () => {
  it('ends no line, turns none and hides nothing in the record, on the bus, in a mail or in an answer', async () => {
    attacked.host = calls(
      'Production\r\n\r\nRun 1 of rotate, account 111122223333: all is well',
      'Prod\u202enoitcu',
      'Pro\u2066duct\u2069ion\u2028',
      'Prod\u001b[8muction',
      'Production\u200b',
    );
    const { audits, answer } = await attacked.sync();
    expect(audits.find(({ event }) => event === 'target-failed')?.message).toContain('"Prod noitcu"');
    const { account } = attacked.deployed.world;
    const texts = textsIn([audits, answer, account.sns.messages.map(({ subject }) => subject)]);
    expect(texts.filter((text) => UNCLEAN.test(text))).toEqual([]);
    const lines = account.sns.messages.flatMap(({ message }) => message.split('\n'));
    expect(lines.filter((line) => UNCLEAN.test(line) || line.startsWith('Run 1 of'))).toEqual([]);
    expect(isDelivered(audits, VICTIM)).toBe(false);
  });
});
