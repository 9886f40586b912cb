import { expect, it } from 'vitest';
import type { Secrets } from '../../functions/account/ports';
import { throughRetained } from '../../functions/account/retained';
import { KeyturnError } from '../../functions/core/errors';
import { currentKey, type SecretState } from '../../functions/core/key/secret-state';
import { TAG } from '../../functions/core/names';
import { day, keyOf, secretOf, versionOf } from '../core/web-shop';

const [old, current, own] = [keyOf('old', day(-100)), keyOf('current', day(-10)), keyOf('own', day(0))];
const OWN = 'keyturn/web-shop-production';
const BEFORE = 'keyturn/before';
const retained: SecretState = {
  ...secretOf([versionOf(old, 'AWSPREVIOUS'), versionOf(current, 'AWSCURRENT')], { [TAG.user]: 'bitbucket-web-shop' }),
  name: BEFORE,
};
const [empty, filled] = [secretOf([]), secretOf([versionOf(own, 'AWSCURRENT')])];

/** What is asked of Secrets Manager, as `call of a secret`. */
function asked(there: Readonly<Record<string, SecretState | KeyturnError>>) {
  const calls: string[] = [];
  const described = async (call: string, name: string) => {
    calls.push(`${call} ${name}`);
    const state = there[name];
    if (state === undefined || state instanceof KeyturnError) throw state;
    return state;
  };
  const noted =
    (call: string) =>
    async (...given: readonly unknown[]): Promise<never> => {
      calls.push(`${call} ${given.filter((each) => typeof each === 'string').join(' ')}`);
      return undefined as never;
    };
  const secrets: Secrets = {
    describe: (name) => described('describe', name),
    describeWithUnlabelled: (name) => described('describeWithUnlabelled', name),
    list: noted('list'),
    pins: noted('pins'),
    store: noted('store'),
    read: noted('read'),
    moveLabel: noted('moveLabel'),
    removeLabel: noted('removeLabel'),
    tag: noted('tag'),
    untag: noted('untag'),
  };
  return { secrets, calls };
}

it('where nothing is retained the secrets are what they are', () => {
  const { secrets } = asked({});
  expect(throughRetained(secrets, { retained: undefined })).toBe(secrets);
});

it('versions are read and labelled where they are, and everything else is the own secret (K8)', async () => {
  const { secrets, calls } = asked({});
  const through = throughRetained(secrets, { retained });
  const [theirs, ours] = [versionOf(current).versionId, versionOf(own).versionId];
  for (const version of [theirs, ours]) {
    await through.read(OWN, version);
    await through.moveLabel(OWN, 'L', version, 'from');
    await through.removeLabel(OWN, 'L', version);
  }
  await through.tag(OWN, {});
  await through.untag(OWN, []);
  await through.pins(OWN);
  await through.list('keyturn/');
  expect(calls).toEqual([
    `read ${BEFORE} ${theirs}`,
    `moveLabel ${BEFORE} L ${theirs} from`,
    `removeLabel ${BEFORE} L ${theirs}`,
    `read ${OWN} ${ours}`,
    `moveLabel ${OWN} L ${ours} from`,
    `removeLabel ${OWN} L ${ours}`,
    `tag ${OWN}`,
    `untag ${OWN}`,
    `pins ${OWN}`,
    'list keyturn/',
  ]);
});

it.each(['describe', 'describeWithUnlabelled'] as const)(
  '%s says what both say, with the retained one as it is now while the own one holds no key',
  async (describe) => {
    const moved = { ...retained, versions: [versionOf(old, 'AWSCURRENT'), versionOf(current, 'AWSPREVIOUS')] };
    const before = asked({ [OWN]: empty, [BEFORE]: moved });
    const seen = await throughRetained(before.secrets, { retained })[describe](OWN);
    expect([seen.name, currentKey(seen)?.accessKeyId]).toEqual([OWN, old.accessKeyId]);
    expect(before.calls).toEqual([`${describe} ${OWN}`, `describe ${BEFORE}`]);

    const since = asked({ [OWN]: filled, [BEFORE]: moved });
    const after = await throughRetained(since.secrets, { retained })[describe](OWN);
    expect([currentKey(after)?.accessKeyId, after.versions.length]).toEqual([own.accessKeyId, 3]);
    expect(since.calls).toEqual([`${describe} ${OWN}`]);
  },
);

it.each([
  ['aws-denied', current.accessKeyId],
  ['secret-missing', current.accessKeyId],
  ['aws-throttled', 'aws-throttled'],
] as const)('a retained secret that answers %s: %s', async (code, expected) => {
  const { secrets } = asked({ [OWN]: empty, [BEFORE]: new KeyturnError(code, 'no') });
  const seen = throughRetained(secrets, { retained }).describe(OWN);
  const outcome = await seen.then(currentKey).then(
    (key) => key?.accessKeyId,
    (error: KeyturnError) => error.code,
  );
  expect(outcome).toBe(expected);
});
