import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { type Compromised, tagOfCompromised } from '../../../functions/core/key/compromised';
import { isAttested } from '../../../functions/core/request/attested';
import { day, idOf } from '../web-shop';

const said: Compromised = { accessKeyId: idOf('old'), at: day(40), order: 'deliver-first' };
const tag = tagOfCompromised(said);

/** An administrator's word for it, but for what is changed. */
function word(changes: Partial<AuditEvent> = {}, facts: AuditEvent['facts'] = {}): AuditEvent {
  return {
    schema: 'keyturn.audit/v1',
    id: 'run-1-a-3',
    sequence: 3,
    event: 'ask-written',
    time: day(40).toISOString(),
    account: '111122223333',
    region: 'eu-west-1',
    run: 'run-1',
    function: 'administrator',
    functionVersion: 'test',
    key: 'web-shop',
    outcome: 'ok',
    ...changes,
    facts: { do: 'compromised', tag, ...facts },
  };
}

describe('the word that a tag about a leaked key is obeyed for', () => {
  it.each([
    ['an administrator’s', word()],
    ['AWS’s, by rotate', word({ event: 'exposed', function: 'rotate' })],
    ['about the id that the key had before', word({ key: 'shop' })],
  ])('is %s', (_whose, event) => {
    expect(isAttested(said, ['web-shop', 'shop'], [event])).toBe(true);
  });

  it.each([
    ['nobody’s', undefined],
    ['an operator’s', word({ function: 'operator' })],
    ['of AWS by a front', word({ event: 'exposed' })],
    ['of an administrator by rotate', word({ function: 'rotate' })],
    ['a request that was not done', word({ event: 'requested' })],
    ['refused', word({ outcome: 'blocked' })],
    ['about another managed key', word({ key: 'blog' })],
    ['about no managed key', word({ key: undefined })],
    ['about another access key', word({}, { tag: tagOfCompromised({ ...said, accessKeyId: idOf('new') }) })],
    ['of another time', word({}, { tag: tagOfCompromised({ ...said, at: day(41) }) })],
    ['for the other order', word({}, { do: 'disable-first' })],
    ['for something else', word({}, { do: 'rotate' })],
  ])('is not one that is %s', (_what, event) => {
    expect(isAttested(said, ['web-shop', 'shop'], event === undefined ? [] : [event])).toBe(false);
  });
});
