import { expect, it } from 'vitest';
import type { AuditEvent, AuditEventName } from '../../../functions/core/audit';
import type { TrailWrite } from '../../../functions/report/evidence/evidence';
import { actionOfEvent, actionOfWrite, trailActionOf } from '../../../functions/report/judge/actions';

const write = (action: TrailWrite['action'], more: Partial<TrailWrite> = {}) => ({ action, ...more }) as TrailWrite;
const told = (event: AuditEventName, more: Partial<AuditEvent> = {}) =>
  ({ event, outcome: 'ok', accessKeyId: 'A', key: 'shop', version: 'v1', ...more }) as AuditEvent;
const stored = { secret: 'keyturn/shop', version: 'v1' };

it.each<[TrailWrite, string | undefined]>([
  [write('CreateAccessKey', { accessKeyId: 'A' }), 'create A'],
  [write('CreateAccessKey'), undefined],
  [write('DeleteAccessKey', { accessKeyId: 'A' }), 'delete A'],
  [write('DeleteAccessKey'), undefined],
  [write('UpdateAccessKey', { accessKeyId: 'A', status: 'Inactive' }), 'deactivate A'],
  [write('UpdateAccessKey', { accessKeyId: 'A', status: 'Active' }), 'reactivate A'],
  [write('UpdateAccessKey', { accessKeyId: 'A' }), undefined],
  [write('UpdateAccessKey', { status: 'Inactive' }), undefined],
  [write('PutSecretValue', stored), 'store keyturn/shop v1'],
  [write('PutSecretValue', { ...stored, version: undefined }), undefined],
  [write('PutSecretValue', { ...stored, secret: undefined }), undefined],
])('a write %j is the action %s', (given, action) => {
  expect(actionOfWrite(given)).toBe(action);
});

it.each<[AuditEvent, string | undefined, ReturnType<typeof trailActionOf>]>([
  [told('key-created'), 'create A', 'CreateAccessKey'],
  [told('key-created', { accessKeyId: undefined }), undefined, 'CreateAccessKey'],
  [told('key-created', { outcome: 'failed' }), undefined, 'CreateAccessKey'],
  [told('key-deleted'), 'delete A', 'DeleteAccessKey'],
  [told('key-deleted', { accessKeyId: undefined }), undefined, 'DeleteAccessKey'],
  [told('key-discarded'), 'delete A', 'DeleteAccessKey'],
  [told('key-deactivated'), 'deactivate A', 'UpdateAccessKey'],
  [told('key-deactivated', { accessKeyId: undefined }), undefined, 'UpdateAccessKey'],
  [told('key-reactivated'), 'reactivate A', 'UpdateAccessKey'],
  [told('key-reactivated', { accessKeyId: undefined }), undefined, 'UpdateAccessKey'],
  [told('key-stored'), 'store keyturn/shop v1', 'PutSecretValue'],
  [told('key-stored', { key: undefined }), undefined, 'PutSecretValue'],
  [told('key-stored', { version: undefined }), undefined, 'PutSecretValue'],
  [told('key-promoted'), undefined, undefined],
  [told('finding'), undefined, undefined],
])("an event %j is the action %s, and CloudTrail's %s", (event, action, name) => {
  expect(actionOfEvent(event)).toBe(action);
  expect(trailActionOf(event)).toBe(name);
});
