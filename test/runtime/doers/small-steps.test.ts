import { expect, it } from 'vitest';
import { creators } from '../../../functions/account/creators';
import { lastUses, look } from '../../../functions/account/look';
import type { Iam, Secrets, Targets, Trail } from '../../../functions/account/ports';
import type { AccessKey } from '../../../functions/core/key/access-key';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { TAG } from '../../../functions/core/names';
import { clearIntent } from '../../../functions/runtime/doers/clear-intent';
import { deactivateKey } from '../../../functions/runtime/doers/deactivate-key';
import { deleteKey } from '../../../functions/runtime/doers/delete-key';
import { discardOrphan } from '../../../functions/runtime/doers/discard-key';
import { openTarget } from '../../../functions/runtime/doers/open-target';
import { perform } from '../../../functions/runtime/doers/perform';
import { promoteKey } from '../../../functions/runtime/doers/promote-key';
import { provedVersion } from '../../../functions/runtime/doers/prove-version';
import { reactivateKey } from '../../../functions/runtime/doers/reactivate-key';
import {
  clearRecord,
  recordDrift,
  recordFormerUsers,
  recordHold,
  recordInactive,
  recordReactivation,
  recordTakeOver,
} from '../../../functions/runtime/doers/records';
import { removeLabel } from '../../../functions/runtime/doers/remove-label';
import type { Run } from '../../../functions/runtime/run';
import { day, entryOf, idOf, keyOf, production, secretOf, tagOf, versionOf } from '../../core/web-shop';
import { credentialOf, did, failing, newer, older, secret, told } from './did';

const { accessKeyId } = older;
const [from, to] = [versionOf(newer).versionId, versionOf(older).versionId];

it('a key that is retired: what is said, done and kept, in its order (K7)', async () => {
  const leaked = { accessKeyId, reason: 'compromised', since: day(94, 23 * 3_600_000 + 90_000) };
  const current = { ...leaked, accessKeyId: newer.accessKeyId };
  const uses = { 'iam.accessKeyLastUsed': { region: 'us-east-1' }, 'trail.usesSince': [] };
  const taken = secretOf(secret.versions, { [TAG.withdrawn]: tagOf(newer, day(95)) });
  const recorded = secretOf(secret.versions, { [TAG.deactivated]: tagOf(older, day(94)) });
  const inactive = { ...older, status: 'Inactive' } as const;
  const cases = {
    'by its age': did(deactivateKey, { accessKeyId, reason: 'superseded' }),
    'on its way back': did(deactivateKey, { accessKeyId, reason: 'superseded' }, { managed: { secret: taken } }),
    leaked: did(deactivateKey, leaked, { answers: uses }),
    'leaked, and told later': did(deactivateKey, leaked, { answers: uses, waits: true }),
    'leaked, and on its way back': did(deactivateKey, leaked, { managed: { secret: taken } }),
    'leaked and current': did(deactivateKey, current, { answers: uses }),
    'leaked and current, beside one whose record is kept': did(deactivateKey, current, {
      answers: uses,
      keys: [inactive, newer],
      managed: { secret: recorded },
    }),
    'leaked, where none is current': did(deactivateKey, leaked, {
      answers: uses,
      managed: { secret: secretOf([versionOf(older)]) },
    }),
    'leaked, by a clock that is behind': did(deactivateKey, { ...leaked, since: day(96) }, { answers: uses }),
    'that IAM refuses': did(deactivateKey, leaked, { answers: { 'iam.deactivateAccessKey': failing('aws-denied') } }),
    'leaked, that no tag can be written of': did(deactivateKey, leaked, {
      answers: { ...uses, 'secrets.tag': failing('aws-denied') },
    }),
    'while the record cannot be reached': did(deactivateKey, leaked, {
      answers: { beforeTaking: failing('aws-uncertain', { retryable: true }) },
    }),
    'that is deleted': did(deleteKey, { accessKeyId, inactiveSince: day(80) }),
    'that is deleted, on its way back': did(
      deleteKey,
      { accessKeyId, inactiveSince: day(80) },
      { managed: { secret: taken } },
    ),
    'that a crashed run left behind': did(discardOrphan, { accessKeyId }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/retired.txt');
});

it('what is written down', async () => {
  const both = `${tagOf(older, day(94))} ${tagOf(newer, day(94))}`;
  const gone = (tags: Record<string, string>) => ({
    managed: { secret: secretOf(secret.versions, { [TAG.deactivated]: tagOf(older, day(94)), ...tags }) },
  });
  const leaks = {
    [TAG.compromised]: both,
    [TAG.disableFirst]: tagOf(older, day(94)),
    [TAG.withdrawn]: tagOf(newer, day(94)),
  };
  const users = [{ user: 'before', until: day(50) }];
  const cases = {
    'a hold': did(recordHold, { accessKeyId }),
    'that a person made it Active': did(recordReactivation, { accessKeyId }),
    'that it is Inactive': did(recordInactive, { accessKeyId }),
    drift: did(recordDrift, { accessKeyId }),
    'a take-over': did(recordTakeOver, { from: 'keyturn/before', tags: { a: 'b' } }),
    'former users': did(recordFormerUsers, { do: 'record-former-users', users }),
    'no former users': did(recordFormerUsers, { do: 'record-former-users', users: [] }),
    'nothing of a key that is gone': did(clearRecord, { do: 'clear-record' }),
    'nothing of one that leaked, of which another word stays': did(clearRecord, { do: 'clear-record' }, gone(leaks)),
    'nothing of two that leaked, of which none is there': did(
      clearRecord,
      { do: 'clear-record' },
      { ...gone(leaks), keys: [keyOf('other', day(0))] },
    ),
    'nothing of two that leaked, of which one is there': did(
      clearRecord,
      { do: 'clear-record' },
      { ...gone(leaks), keys: [newer] },
    ),
    'nothing of two that leaked, beside another one': did(
      clearRecord,
      { do: 'clear-record' },
      { ...gone(leaks), keys: [keyOf('other', day(0)), newer] },
    ),
    'nothing of one that was taken back': did(
      clearRecord,
      { do: 'clear-record' },
      gone({ [TAG.withdrawn]: tagOf(older, day(94)) }),
    ),
    'no intent': did(clearIntent, {}),
    'no label': did(removeLabel, { label: 'DELIVERED-1', versionId: to }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/written-down.txt');
});

it('a key that becomes current', async () => {
  const step = { accessKeyId, versionId: to, from };
  const moved = { 'secrets.moveLabel': failing('label-moved') };
  const done = secretOf([versionOf(older, 'AWSCURRENT'), versionOf(newer, 'AWSPREVIOUS')]);
  const cases = {
    'because the label was moved by hand': did(promoteKey, step),
    'because somebody asked for it': did(promoteKey, { ...step, reason: 'rolled-back' }),
    'by another run meanwhile': did(promoteKey, step, { answers: { ...moved, 'secrets.describe': done } }),
    'not, as another one did meanwhile': did(promoteKey, step, { answers: moved }),
    'not, where none is current': did(promoteKey, step, { answers: { ...moved, 'secrets.describe': secretOf([]) } }),
    'not, where AWS refuses it': did(promoteKey, step, {
      answers: { 'secrets.moveLabel': failing('aws-denied'), 'secrets.describe': done },
    }),
    'after it was made Active': did(reactivateKey, { accessKeyId }),
    'not, where no tag can be written': did(
      reactivateKey,
      { accessKeyId },
      { answers: { 'secrets.tag': failing('aws-denied') } },
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/current.txt');
});

it('a version that is proved', async () => {
  const step = { accessKeyId: newer.accessKeyId, versionId: from, createdAt: newer.createdAt };
  const proof = (facts?: object | Error) => (given: never, work: never) =>
    provedVersion(given, work, async () => {
      if (facts instanceof Error) throw facts;
      return facts as Record<string, string> | undefined;
    });
  const read = (userName?: string) => ({ 'secrets.read': credentialOf('newer', newer.createdAt, userName) });
  const changed = { secret: secretOf(secret.versions, { [TAG.user]: 'before' }) };
  const cases = {
    works: did(proof({ regions: 'here' }), step, { answers: read() }),
    'says nothing more': did(proof(), step, { answers: read('BITBUCKET-web-shop') }),
    'does not work': did(proof(failing('proof-failed')), step, { answers: read() }),
    'is of another user': did(proof(), step, { answers: read('somebody') }),
    'is another key': did(proof(), step, { answers: { 'secrets.read': credentialOf('older', older.createdAt) } }),
    'cannot be read': did(proof(), step, { answers: { 'secrets.read': failing('secret-missing') } }),
    'is of a user that was renamed': did(proof({}), step, { answers: read('before'), managed: changed }),
    'is of the user before': did(proof(failing('proof-wrong-identity')), step, {
      answers: read('before'),
      managed: changed,
    }),
    'is of the user before, and does not work': did(proof(failing('proof-failed')), step, {
      answers: read('before'),
      managed: changed,
    }),
    'is of somebody else': did(proof(failing('proof-wrong-identity')), step, { answers: read() }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/proved.txt');
});

it('what is read, opened and performed', async () => {
  const steps = [{ do: 'record-hold', accessKeyId }, { do: 'clear-intent' }] as const;
  const all = (given: never, work: never) => perform(given, work);
  interface Given {
    readonly ports: { readonly iam: Iam; readonly trail: Trail; readonly secrets: Secrets; readonly targets: Targets };
    readonly run: Run;
    readonly managed: Managed;
    readonly keys?: readonly AccessKey[];
  }
  const asked = (_step: never, { ports, run, keys = [] }: Given) => creators(ports.trail, keys, run.log);
  const looked = (_step: never, { ports, managed }: Given) => look(ports.iam, ports.secrets, managed);
  const opened = (_step: never, { ports, managed }: Given) => openTarget(ports.targets, production, managed.entry);
  const cases = {
    'steps in their order': did(all, steps),
    'none after one that fails': did(all, steps, { answers: { 'secrets.tag': failing('aws-denied') } }),
    'none for a key that is only observed': did(all, steps, { managed: { entry: entryOf({ mode: 'observe' }) } }),
    'who made keys': did(
      asked as never,
      {},
      {
        keys: [older, newer],
        answers: {
          'trail.isOwn': ({ accessKeyId: id }: { accessKeyId: string }) =>
            id === idOf('older') ? true : failing('aws-denied'),
        },
      },
    ),
    'a key whose versions are all known': did(
      looked as never,
      {},
      { answers: { 'iam.listAccessKeys': [older, newer] } },
    ),
    'a key with one that no version names': did(
      looked as never,
      {},
      {
        answers: {
          'iam.listAccessKeys': [older, keyOf('strange', day(1))],
          'secrets.describeWithUnlabelled': secretOf([]),
        },
      },
    ),
    'when keys were used last': did(
      (async (_step: never, { ports }: Given) => lastUses(ports.iam, [older, newer])) as never,
      {},
      { answers: { 'iam.accessKeyLastUsed': { at: day(3) } } },
    ),
    'a target through its connection': did(opened as never, {}),
    'no target whose connection is not there': did(
      opened as never,
      {},
      { managed: { entry: entryOf({ connections: {} }) } },
    ),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/read.txt');
});
