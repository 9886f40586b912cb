import { expect, it } from 'vitest';
import type { Inspection } from '../../../functions/account/ports';
import { HOUR } from '../../../functions/core/duration';
import { nameThatMayPass, targetId } from '../../../functions/core/hosts/target';
import { revisionDigest } from '../../../functions/core/key/check-mark';
import { placeDigest } from '../../../functions/core/key/known-places';
import type { Check } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { checkVersion } from '../../../functions/runtime/doers/check-version';
import { day, entryOf, keyOf, production, secretOf, staging, versionOf } from '../../core/web-shop';
import { type Answers, did, failing, type Given, newer, older, told } from './did';

const DIGEST = '0123456789abcdef';
const delivered = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT', `DELIVERED-${DIGEST}`)]);
const step: Check = {
  do: 'check',
  versionId: versionOf(newer).versionId,
  accessKeyId: newer.accessKeyId,
  digest: DIGEST,
  checkedAt: undefined,
  known: undefined,
  isKnownToDrift: false,
  drift: 'repair',
};
const inspection = (more: Partial<Inspection> = {}): Inspection => ({
  compared: ['AWS_ACCESS_KEY_ID'],
  differences: [],
  holds: newer.accessKeyId,
  places: ['p'],
  revision: undefined,
  ...more,
});
const gone = inspection({ differences: ['AWS_ACCESS_KEY_ID is missing', 'AWS_SECRET_ACCESS_KEY is missing'] });
const { connections } = entryOf();
const revisionOf = (revision: string) => revisionDigest(targetId(production, connections), revision);
const NAME = placeDigest(nameThatMayPass(production, connections.acme) ?? '');
const two = { entry: entryOf({ targets: [production, staging] }), secret: delivered };
const known = (identity: string) => ({
  secret: { ...delivered, tags: { [`${TAG.places}`]: `${NAME}=${identity}` } },
});

function looked(more: Partial<Check> = {}, { answers = {}, managed = {}, ...given }: Given = {}): Promise<string> {
  const all: Answers = { 'Production.inspect': inspection(), 'Staging.inspect': inspection(), ...answers };
  return did(
    checkVersion as never,
    { ...step, ...more },
    {
      ...given,
      managed: { secret: delivered, ...managed },
      answers: all,
    },
  );
}

it('a look at where a key was delivered to', async () => {
  const drifted = { 'Production.inspect': gone };
  const down = { 'Production.inspect': failing('host-down') };
  const overtaken = secretOf([versionOf(newer, 'AWSPREVIOUS'), versionOf(keyOf('newest', day(91)), 'AWSCURRENT')]);
  const unmarked = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT')]);
  const shown = (revision: string) => ({ 'Production.inspect': inspection({ revision }) });
  const cases = {
    'it is there': looked(),
    'at two targets, of which one shows nothing': looked(
      {},
      {
        managed: two,
        answers: { 'Staging.inspect': inspection({ compared: [] }) },
      },
    ),
    'at two targets that show revisions': looked(
      {},
      {
        managed: two,
        answers: { ...shown('r1'), 'Staging.inspect': inspection({ revision: 'r1' }) },
      },
    ),
    'it is as it was': looked({ known: new Set([revisionOf('r1')]) }, { answers: shown('r1') }),
    'it was made anew': looked({ known: new Set([revisionOf('r1')]) }, { answers: shown('r2') }),
    'it was made anew, and that is the least': looked(
      { known: new Set([revisionOf('r1')]) },
      {
        answers: { 'Production.inspect': { ...gone, revision: 'r2' } },
      },
    ),
    'nothing tells whether it was made anew': looked({ known: new Set([revisionOf('r1')]) }),
    'it is gone': looked({ drift: 'verify' }, { answers: drifted }),
    'it is gone from one target, and the other is down': looked(
      {},
      {
        managed: two,
        answers: { ...drifted, 'Staging.inspect': failing('host-down') },
      },
    ),
    'another version has become current meanwhile': looked(
      {},
      { answers: { ...drifted, 'secrets.describe': overtaken } },
    ),
    'no version is current any more': looked({}, { answers: { ...drifted, 'secrets.describe': secretOf([]) } }),
    'another run is at work meanwhile': looked({}, { answers: { ...drifted, 'secrets.describe': unmarked } }),
    'nobody can tell': looked({}, { answers: down }),
    'nobody can tell, for less than a day': looked({ checkedAt: day(94, 1) }, { answers: down }),
    'nobody can tell, for a day': looked({ checkedAt: day(94) }, { answers: down }),
    'the token is rejected': looked(
      { checkedAt: day(94, HOUR) },
      {
        answers: { 'Production.inspect': failing('token-rejected') },
      },
    ),
    'it cannot be opened': looked({}, { answers: { 'open Production': failing('host-down') } }),
    'there are no targets': looked({}, { managed: { entry: entryOf({ targets: [] }) } }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/looked.txt');
});

it('a look at whose the places are', async () => {
  const cases = {
    'that nobody knew': looked({}, { answers: { 'Production.identify': 'w/r' } }),
    'that the token may not know': looked({}, { managed: two, answers: { 'Staging.identify': 'w/s' } }),
    'that is known': looked({}, { managed: known('w/r'), answers: { 'Production.identify': 'w/r' } }),
    'that could not be told at the last delivery': looked(
      {},
      {
        managed: known('w/r+'),
        answers: { 'Production.identify': 'w/r' },
      },
    ),
    'that is another one since': looked({}, { managed: known('w/r+'), answers: { 'Production.identify': 'w/other' } }),
    'that still cannot be told': looked({}, { managed: known('w/r+') }),
    'that the host does not say': looked(
      {},
      {
        managed: known('w/r+'),
        answers: { 'Production.identify': failing('host-down') },
      },
    ),
    'that differ already': looked(
      {},
      {
        managed: known('w/r+'),
        answers: { 'Production.inspect': gone, 'Production.identify': 'w/other' },
      },
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/looked-whose.txt');
});
