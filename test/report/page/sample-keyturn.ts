import { DAY, MINUTE } from '../../../functions/core/duration';
import type { OwnChangeLine, Report, Told } from '../../../functions/report/judge/model';
import { UNTIL } from './sample-key';
import { ACCOUNT, REGION } from './sample-run';

const at = (daysAgo: number, later = 0) => new Date(UNTIL.getTime() - daysAgo * DAY + later).toISOString();
const session = (role: string, name: string) => `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${name}`;
const SYNC_ROLE = `arn:aws:iam::${ACCOUNT}:role/security/Keyturn-KeyRotationSyncRole918ED123-ABCDEF012345`;

/** A year with a change by hand, one of another stack, and deployments that made the others. */
function ownChanges(): OwnChangeLine[] {
  const change = (
    id: number,
    when: string,
    kind: OwnChangeLine['kind'],
    [service, call, thing]: readonly [string, string, string],
    deployment?: string,
  ): OwnChangeLine => ({
    id: `own-${id}`,
    at: when,
    kind,
    call,
    service,
    thing,
    by: kind === 'by-hand' ? session('AdministratorAccess', 'mallory@example.com') : session('cdk-deploy', 'ci'),
    from: kind === 'by-hand' ? '198.51.100.7' : 'cloudformation.amazonaws.com',
    deployment,
    trailEventId: `0d0f1b5e-6f0f-4d0e-8d1a-${String(id).padStart(12, '0')}`,
  });
  const deployment = change(1, at(60), 'deployment', ['cloudformation', 'ExecuteChangeSet', 'Keyturn']);
  const things: readonly (readonly [string, string, string])[] = [
    ['lambda', 'UpdateFunctionCode', 'Keyturn-KeyRotationRotateFunction8AD211E1-abcDEF012345'],
    ['iam', 'PutRolePolicy', 'Keyturn-KeyRotationSyncRole918ED123-ABCDEF012345'],
    ['ssm', 'PutParameter', '/keyturn/keys/web-shop-001-production'],
  ];
  return [
    deployment,
    ...things.map((thing, index) => change(index + 2, at(60, (index + 1) * MINUTE), 'by-deployment', thing, 'own-1')),
    change(5, at(12), 'by-hand', ['logs', 'PutRetentionPolicy', '/keyturn/audit']),
    change(6, at(11), 'by-hand', [
      'secretsmanager',
      'PutResourcePolicy',
      `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/connections/acme-a1B2c3`,
    ]),
    change(7, at(9), 'by-another-stack', ['events', 'PutRule', 'Keyturn-KeyRotationTriggersRotate2B138D8A-ABC']),
  ];
}

/** What the report says of Keyturn itself. */
export function sampleKeyturn(
  keys: readonly string[],
): Pick<Report, 'ownChanges' | 'secretReaders' | 'rights'> & { readonly told: readonly Told[] } {
  return {
    ownChanges: ownChanges(),
    secretReaders: [
      ...keys.map((key) => ({
        secret: `keyturn/${key}`,
        kind: 'managed' as const,
        key,
        state: 'closed' as const,
        readers: [SYNC_ROLE],
      })),
      { secret: 'keyturn/connections/acme', kind: 'connection', state: 'open', readers: [] },
      { secret: 'acme/token', kind: 'connection', state: 'unknown', readers: [] },
    ],
    rights: [
      { may: 'create access keys of exactly the managed users', who: ['rotate'] },
      { may: 'read the value of the managed secrets (keyturn/<key>)', who: ['sync'] },
      { may: 'read the audit record', who: ['rotate', 'deactivate', 'delete', 'sync', 'report'] },
    ],
    told: keys.slice(0, 2).map((key, index) => ({
      finding: 'delivery-failed',
      key,
      user: `ci-${key}`,
      times: 3,
      notSent: index,
      first: at(30),
      last: at(28),
      event: `not-in-the-report-${index}`,
    })),
  };
}
