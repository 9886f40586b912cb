import type { AuditEvent } from '../../core/audit';
import { secretName } from '../../core/names';
import type { TrailWrite } from '../evidence/evidence';
import type { Change } from './model';

/**
 * What was done, named so that CloudTrail's word for it and the audit record's are the same; undefined for what only
 * one of them can tell. An access key is created and deleted once in its life, and a version is stored once; only that it
 * is made Inactive, or Active, can come again.
 */
export function actionOfWrite({ action, accessKeyId, status, secret, version }: TrailWrite): string | undefined {
  switch (action) {
    case 'CreateAccessKey':
      return accessKeyId && `create ${accessKeyId}`;
    case 'DeleteAccessKey':
      return accessKeyId && `delete ${accessKeyId}`;
    case 'UpdateAccessKey':
      if (status === undefined) return undefined;
      return accessKeyId && `${status === 'Inactive' ? 'deactivate' : 'reactivate'} ${accessKeyId}`;
    case 'PutSecretValue':
      return secret && version && `store ${secret} ${version}`;
  }
}

/** The action that an audit event claims. */
export function actionOfEvent({ event, outcome, accessKeyId, key, version }: AuditEvent): string | undefined {
  if (outcome !== 'ok') return undefined;
  switch (event) {
    case 'key-created':
      return accessKeyId && `create ${accessKeyId}`;
    case 'key-deleted':
    case 'key-discarded':
      return accessKeyId && `delete ${accessKeyId}`;
    case 'key-deactivated':
      return accessKeyId && `deactivate ${accessKeyId}`;
    case 'key-reactivated':
      return accessKeyId && `reactivate ${accessKeyId}`;
    case 'key-stored':
      return key && version && `store ${secretName(key)} ${version}`;
    default:
      return undefined;
  }
}

/** CloudTrail's name for the action of an audit event. */
export function trailActionOf({ event }: AuditEvent): Change['action'] | undefined {
  switch (event) {
    case 'key-created':
      return 'CreateAccessKey';
    case 'key-deleted':
    case 'key-discarded':
      return 'DeleteAccessKey';
    case 'key-deactivated':
    case 'key-reactivated':
      return 'UpdateAccessKey';
    case 'key-stored':
      return 'PutSecretValue';
    default:
      return undefined;
  }
}
