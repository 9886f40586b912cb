import { describe, expect, it } from 'vitest';
import type { Target } from '../../../functions/account/ports';
import { nameThatMayPass, targetSchema } from '../../../functions/core/hosts/target';
import { placeDigest } from '../../../functions/core/key/known-places';
import { TAG } from '../../../functions/core/names';
import {
  identifyUnseen,
  isReplaced,
  isUnidentified,
  keepPlaces,
  recordedIdentity,
  refuseReplaced,
  unidentified,
} from '../../../functions/runtime/doers/place-identity';
import { entryOf, idOf, production, secretOf, staging } from '../../core/web-shop';
import { did, failing, secret, told } from './did';

const { connections } = entryOf();
const [here, there] = [production, staging].map((target) =>
  placeDigest(nameThatMayPass(target, connections.acme) ?? ''),
);
const byUuid = targetSchema.parse({
  type: 'bitbucket-deployment',
  connection: 'acme',
  repository: '{11111111-1111-4111-8111-111111111111}/{22222222-2222-4222-8222-222222222222}',
  environment: '{33333333-3333-4333-8333-333333333333}',
});
const known = (...places: readonly string[]) => ({
  entry: entryOf({ targets: [production, staging] }),
  secret: secretOf(secret.versions, { [TAG.places]: places.join(' ') }),
});

/** What comes of asking whose a place is, and how it was asked. */
async function asked(
  ask: typeof refuseReplaced,
  {
    before,
    says,
    config = production,
  }: { before?: string; says: string | Error | undefined; config?: typeof production },
) {
  const needs: string[] = [];
  const target = {
    name: 'the place',
    identify: async (need: string) => {
      needs.push(need);
      if (says instanceof Error) throw says;
      return says;
    },
  } as unknown as Target;
  const managed = before === undefined ? { entry: entryOf(), secret } : known(`${here}=${before}`);
  const outcome = await ask(target, config, { ...managed, retained: undefined }).catch(
    ({ code, message }: Error & { code: string }) => `${code}: ${message}`,
  );
  return { needs: needs.join(), outcome };
}

const seen = (identity: string | undefined, before?: string) => ({ digest: here ?? '', identity, before });
const REPLACED =
  'place-replaced: the place is another place than the one of this name that a key was delivered to before: its IDs were ' +
  'w/r, and are w/other. Nothing was written.';

describe('whose a place is', () => {
  it.each<[string, Parameters<typeof asked>[1], Awaited<ReturnType<typeof asked>>]>([
    ['that nobody knew is asked for', { says: 'w/r' }, { needs: 'wanted', outcome: seen('w/r') }],
    [
      'that nobody knew keeps no key from it',
      { says: failing('host-down') },
      { needs: 'wanted', outcome: seen(undefined) },
    ],
    ['that nobody knew, and that is not told', { says: undefined }, { needs: 'wanted', outcome: seen(undefined) }],
    ['that nobody knew, and that is none', { says: 'no identity' }, { needs: 'wanted', outcome: seen(undefined) }],
    ['that is the same', { before: 'w/r', says: 'w/r' }, { needs: 'needed', outcome: seen('w/r', 'w/r') }],
    ['that is another one', { before: 'w/r', says: 'w/other' }, { needs: 'needed', outcome: REPLACED }],
    [
      'that a token sees without its workspace',
      { before: 'w/r', says: 'r' },
      { needs: 'needed', outcome: seen('r', 'w/r') },
    ],
    [
      'that a token sees without its workspace, and is another one',
      { before: 'w/r', says: 'w' },
      { needs: 'needed', outcome: REPLACED.replace('w/other', 'w') },
    ],
    [
      'that a token sees with its workspace now',
      { before: 'r', says: 'w/r' },
      { needs: 'needed', outcome: seen('w/r', 'r') },
    ],
    [
      'in another workspace',
      { before: 'w/r', says: 'x/r' },
      { needs: 'needed', outcome: REPLACED.replace('w/other', 'x/r') },
    ],
    [
      'that cannot be told any more',
      { before: 'w/r', says: undefined },
      { needs: 'needed', outcome: seen(undefined, 'w/r') },
    ],
    [
      'that was known, of a host that is down',
      { before: 'w/r', says: failing('host-down') },
      { needs: 'needed', outcome: 'host-down: it said host-down' },
    ],
    ['that stands by its ID', { says: 'w/r', config: byUuid }, { needs: '', outcome: undefined }],
  ])('%s, before a delivery', async (_whose, given, expected) => {
    expect(await asked(refuseReplaced, given)).toEqual(expected);
  });

  it.each<[string, Parameters<typeof asked>[1], Awaited<ReturnType<typeof asked>>]>([
    ['that nobody knew', { says: 'w/r' }, { needs: 'wanted', outcome: seen('w/r') }],
    [
      'that nobody knew, of a host that is down',
      { says: failing('host-down') },
      { needs: 'wanted', outcome: seen(undefined) },
    ],
    ['that is known', { before: 'w/r', says: 'w/other' }, { needs: '', outcome: undefined }],
    [
      'that was not seen lately',
      { before: 'w/r+', says: 'w/other' },
      { needs: 'wanted', outcome: seen('w/other', 'w/r') },
    ],
    [
      'that was not seen lately, and is not told',
      { before: 'w/r+', says: undefined },
      { needs: 'wanted', outcome: seen(undefined, 'w/r') },
    ],
    [
      'that was not seen lately, of a host that is down',
      { before: 'w/r+', says: failing('host-down') },
      { needs: 'wanted', outcome: undefined },
    ],
    ['that stands by its ID', { says: 'w/r', config: byUuid }, { needs: '', outcome: undefined }],
  ])('%s, at a look', async (_whose, given, expected) => {
    expect(await asked(identifyUnseen, given)).toEqual(expected);
  });

  it.each([
    [seen('w/r', 'w/r'), false, false, 'w/r'],
    [seen('w/other', 'w/r'), false, true, 'w/other'],
    [seen(undefined, 'w/r'), true, false, expect.stringContaining('not identified')],
    [seen('w/r'), false, false, 'w/r'],
    [seen(undefined), false, false, expect.stringContaining('not identified')],
  ])('of %j: cannot be told any more %s, is another one %s', (place, isLost, isOther, recorded) => {
    expect([isUnidentified(place), isReplaced(place), recordedIdentity(place)]).toEqual([isLost, isOther, recorded]);
  });

  it('that stands by an ID is not recorded', () => {
    expect(recordedIdentity(undefined)).toBeUndefined();
  });

  it.each([
    [entryOf(), { name: 'acme', secret: 'keyturn/connections/acme' }],
    [entryOf({ connections: {} }), undefined],
  ])('that cannot be told any more is told with the token’s connection', (entry, connection) => {
    expect(unidentified(production, { entry, secret, retained: undefined }, idOf('newer'))).toEqual({
      code: 'place-unidentified',
      key: 'web-shop-production',
      accessKeyId: idOf('newer'),
      connection,
      facts: { target: 'bitbucket acme/web-shop environment Production', needs: expect.any(String) },
    });
  });
});

it('whose the places are is kept, of today’s targets alone', async () => {
  const keep =
    (...places: readonly Parameters<typeof keepPlaces>[0][number][]) =>
    (_step: never, work: never) =>
      keepPlaces(places, work);
  const two = known(`${here}=w/r`, `${there}=w/s+`, 'zzzzzz=w/gone');
  const place = (digest: string | undefined, identity: string | undefined, before?: string) => ({
    digest: digest ?? '',
    identity,
    before,
  });
  const retained = { ...secret, name: 'keyturn/before' };
  const cases = {
    'nothing was seen': did(keep(undefined, undefined), {}, { managed: two }),
    'one is new': did(keep(place(here, 'w/r')), {}, { managed: known() }),
    'nobody can tell of one that is new': did(keep(place(here, undefined)), {}, { managed: known() }),
    'one is another': did(keep(place(here, 'w/other', 'w/r'), undefined), {}, { managed: two }),
    'one was seen again': did(keep(place(there, 'w/s', 'w/s')), {}, { managed: two }),
    'one cannot be told any more': did(keep(place(here, undefined, 'w/r')), {}, { managed: two }),
    'all is as it was': did(keep(place(here, 'w/r', 'w/r')), {}, { managed: known(`${here}=w/r`) }),
    'all is as it was in a retained secret': did(
      keep(place(here, 'w/r', 'w/r')),
      {},
      {
        managed: { ...known(`${here}=w/r`), retained },
      },
    ),
    'it cannot be kept': did(
      keep(place(here, 'w/r')),
      {},
      {
        managed: known(),
        answers: { 'secrets.tag': failing('aws-denied') },
      },
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/places-kept.txt');
});
