import { expect, it } from 'vitest';
import { survey } from '../../functions/account/survey';
import { KeyturnError } from '../../functions/core/errors';
import { CLOUDFORMATION_STACK_TAG, TAG } from '../../functions/core/names';
import { day, entryOf, keyOf, secretOf, versionOf } from '../core/web-shop';
import { failing, told } from '../runtime/doers/did';
import { ran, type World } from '../runtime/ran';

const one = (id: string) => entryOf({ id, user: `ci-${id}` });
const key = keyOf('current', day(0));
const full = (user: string, tags: Record<string, string> = {}) =>
  secretOf([versionOf(key, 'AWSCURRENT')], { [TAG.user]: user, ...tags });
const made = { [CLOUDFORMATION_STACK_TAG]: 'Keyturn' };
const by = { stacks: new Set(['Keyturn']), existing: new Set<string>() };

const surveyed = (world: World, deployed?: typeof by) =>
  ran(async (ports, _run) => {
    const { managed, entries, secrets, problems } = await survey(ports, deployed);
    return {
      managed: managed.map(({ entry, secret, retained, digest, changedAt }) => ({
        id: entry.id,
        versions: secret.versions.length,
        retained: retained?.name,
        digest,
        changedAt,
      })),
      entries: entries.map(({ id }) => id),
      secrets: secrets.map(({ name }) => name),
      problems: problems.map((problem) =>
        'error' in problem ? `${problem.entry.id}: ${problem.error.code}` : problem.finding,
      ),
    };
  }, world);

it('a survey of what should be and what is', async () => {
  const broken = {
    entries: [one('a')],
    digests: new Map([['a', 'digest']]),
    changedAt: new Map([['a', day(9)]]),
    invalid: [{ id: 'broken', error: new KeyturnError('invalid-entry', 'it is no entry') }],
  };
  const gone = (code: Parameters<typeof failing>[0]) => ({
    entries: [one('a'), one('b')],
    secrets: { 'keyturn/a': full('ci-a'), 'keyturn/b': undefined },
    answers: { 'secrets.describe': failing(code) },
  });
  const renamed = { 'keyturn/a': secretOf([], made), 'keyturn/before': full('ci-a', made) };
  const cases = {
    'all is there': surveyed({ entries: [one('a')], secrets: { 'keyturn/a': full('ci-a') } }),
    'an entry that cannot be read keeps its secret': surveyed({
      entries: [one('a')],
      secrets: { 'keyturn/broken': full('ci-x'), 'keyturn/connections/acme': secretOf([]) },
      answers: { 'registry.list': broken },
    }),
    'a secret that is not listed yet': surveyed({
      entries: [one('a')],
      answers: { 'secrets.list': [], 'secrets.describe': { ...full('ci-a'), name: 'keyturn/a' } },
    }),
    'a secret that is missing': surveyed(gone('secret-missing')),
    'a secret that may not be described': surveyed(gone('aws-denied')),
    'a secret that does not answer': surveyed(gone('aws-throttled')),
    'a key that goes on after a retained secret': surveyed({ entries: [one('a')], secrets: renamed }),
    'a key that goes on after one of the same deployment': surveyed({ entries: [one('a')], secrets: renamed }, by),
    'not after one that somebody else made': surveyed(
      { entries: [one('a')], secrets: { ...renamed, 'keyturn/before': full('ci-a') } },
      by,
    ),
    'nor where its own was made by somebody else': surveyed(
      { entries: [one('a')], secrets: { ...renamed, 'keyturn/a': secretOf([]) } },
      by,
    ),
    'a registry that is lost': surveyed({
      secrets: { 'keyturn/a': full('ci-a'), 'keyturn/b': full('ci-b'), 'keyturn/c': full('ci-c') },
    }),
    'secrets that may not be listed': surveyed({ answers: { 'secrets.list': failing('aws-denied') } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('ran/survey.txt');
});
