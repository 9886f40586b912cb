import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AUDIT_EVENTS, AUDIT_OUTCOMES, auditEventSchema } from '../../functions/core/audit';
import { METRIC } from '../../functions/core/names';
import { COUNTERS } from '../../functions/core/run-summary';
import { World } from '../../local/world';
import { read } from '../docs/documents';
import { deployed } from './deployed';
import { endpointThatGives, ONE_KEY, ONE_ROLE, resourcesOf, synthesize } from './synthesized';

const template = synthesize(ONE_KEY);

interface Widget {
  readonly type: string;
  readonly properties: {
    readonly title: string;
    readonly alarms?: readonly string[];
    readonly metrics?: readonly (readonly unknown[])[];
    readonly query?: string;
  };
}

const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
const body = JSON.parse(String(deployed(template, dashboard?.Properties.DashboardBody))) as {
  readonly widgets: readonly Widget[];
};
const widgets = new Map(body.widgets.map((widget) => [widget.properties.title, widget]));
const withRole = synthesize({ ...ONE_KEY, roles: [ONE_ROLE] });
const queries = new Map(
  resourcesOf(withRole, 'AWS::Logs::QueryDefinition').map(({ Properties }) => [
    String(Properties.Name),
    { text: String(Properties.QueryString), groups: deployed(withRole, Properties.LogGroupNames) },
  ]),
);

const OF_TRAIL = ['Keyturn/Who took a role', 'Keyturn/What a session did'];
const ofRecord = new Map([...queries].filter(([name]) => !OF_TRAIL.includes(name)));

/** Names of fields that a query reads from an audit event, without functions, text and its own names. */
function fieldsIn(query: string): readonly string[] {
  const own = [...query.matchAll(/\bas (\w+)(?:, (\w+)(?=\n|$))?|\?<(\w+)>/g)].flatMap((match) => match.slice(1));
  const words = query
    .replace(/^#.*$|^SOURCE \S+/gm, '')
    .replace(/"[^"]*"|\/.*\/(?=\n|$)/gm, '')
    .match(/[@a-zA-Z][\w.]*/g);
  const language =
    /^(fields|filter|sort|limit|parse|stats|by|as|and|in|asc|desc|like|count|count_distinct|latest|concat)$/;
  return (words ?? []).filter((word) => !language.test(word) && !own.includes(word));
}

/** A step takes the role and uses its session, and another step is refused. @returns what CloudTrail has of it */
async function takings(): Promise<readonly unknown[]> {
  const world = await World.start({
    start: new Date('2026-01-01T00:00:00Z'),
    accountServer: { allowedSkew: Number.POSITIVE_INFINITY },
  });
  onTestFinished(() => world.close());
  const { hosts, account, accountUrl } = world;
  const { uuid } = hosts.bitbucket.addWorkspace('acme');
  const RepositoryUuid = hosts.bitbucket.addRepository('acme', 'web-shop').uuid;
  hosts.bitbucket.addRepository('acme', 'blog');
  const role = {
    RoleName: 'web-shop-deploy',
    RepositoryUuid,
    AnyStep: 'yes, any step of any branch may take the role',
  };
  const template = read('docs/examples/bitbucket-oidc-role.template.json');
  await world.deployTemplate('role', template, { Workspace: 'acme', WorkspaceUuid: uuid, ...role });
  const sts = (credentials = account.rootSession()) =>
    new STSClient({ endpoint: accountUrl, region: 'eu-west-1', credentials, maxAttempts: 1 });
  for (const repository of ['web-shop', 'blog']) {
    const WebIdentityToken = hosts.bitbucket.stepToken('acme', repository);
    const asked = {
      RoleArn: account.iam.roles.get('web-shop-deploy').arn,
      RoleSessionName: 'build-1',
      WebIdentityToken,
    };
    const { Credentials } = await sts()
      .send(new AssumeRoleWithWebIdentityCommand(asked))
      .catch(() => ({ Credentials: undefined }));
    if (Credentials === undefined) continue;
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials;
    const session = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    await sts(session)
      .send(new AssumeRoleCommand({ RoleArn: asked.RoleArn, RoleSessionName: 'again' }))
      .catch(() => {});
  }
  return account.reads;
}

const valueAt = (record: unknown, path: string) =>
  path.split('.').reduce<unknown>((at, name) => (at as Readonly<Record<string, unknown>> | undefined)?.[name], record);

describe('the saved queries', () => {
  it('ask CloudTrail for nothing that its events of a role do not have', async () => {
    const all = await takings();
    const records = all.filter((record) => valueAt(record, 'eventName') === 'AssumeRoleWithWebIdentity');
    const text = queries.get('Keyturn/Who took a role')?.text ?? '';
    for (const field of fieldsIn(text))
      expect(
        records.some((record) => valueAt(record, field) !== undefined),
        field,
      ).toBe(true);
    expect(text).toContain('eventName = "AssumeRoleWithWebIdentity"');
    const [, role = ''] = /requestParameters.roleArn like \/(.*)\/\n/.exec(text) ?? [];
    for (const record of records) expect(valueAt(record, 'requestParameters.roleArn')).toMatch(new RegExp(role));
    expect(records.map((record) => valueAt(record, 'errorCode'))).toEqual([undefined, 'AccessDenied']);

    const session = valueAt(records[0], 'responseElements.credentials.accessKeyId');
    const did = all.filter((record) => valueAt(record, 'userIdentity.accessKeyId') === session);
    expect(did).toHaveLength(1);
    for (const field of fieldsIn(queries.get('Keyturn/What a session did')?.text ?? ''))
      expect(valueAt(did[0], field), field).toBeDefined();
  });

  it('are an auditor’s usual questions, in a folder of their own, over the record, and over CloudTrail for uses of roles', () => {
    expect([...queries.keys()].sort()).toEqual([
      'Keyturn/All rotations',
      'Keyturn/Deliveries per repository',
      'Keyturn/Failures',
      'Keyturn/Holds and blocks',
      'Keyturn/Late rotations',
      'Keyturn/Life of one key',
      'Keyturn/Runs',
      'Keyturn/What a session did',
      'Keyturn/Who took a role',
      'Keyturn/Who was told what',
    ]);
    for (const { groups } of ofRecord.values()) expect(groups).toEqual(['/keyturn/audit']);
    // Only who asks knows where a trail's events lie.
    for (const name of OF_TRAIL) expect(queries.get(name)?.groups).toBeUndefined();
    // A stack without roles has no room for what is about them.
    expect(resourcesOf(template, 'AWS::Logs::QueryDefinition')).toHaveLength(ofRecord.size);
  });

  it('ask for nothing that an audit event does not have', () => {
    const known = new Set([...Object.keys(auditEventSchema.shape), '@timestamp', '@message']);
    const facts = new Set([...COUNTERS, 'left', 'daysOverdue', 'nextDue']);
    for (const text of [...[...ofRecord.values()].map((query) => query.text), ...logQueries()]) {
      for (const field of fieldsIn(text)) {
        const [first = '', second = ''] = field.split('.');
        if (first === 'facts') expect(facts, `${field} in ${text}`).toContain(second);
        else expect(known, `${field} in ${text}`).toContain(first);
      }
    }
  });

  it('filter by events and outcomes that there are', () => {
    for (const { text } of ofRecord.values()) {
      for (const [, event] of text.matchAll(/event = "([\w-]+)"/g)) expect(AUDIT_EVENTS).toContain(event);
      for (const [, outcome] of text.matchAll(/outcome = "(\w+)"/g)) expect(AUDIT_OUTCOMES).toContain(outcome);
    }
  });

  it('list every key that was rotated late, not the most overdue one of a run', () => {
    expect(queries.get('Keyturn/Late rotations')?.text).toMatch(
      /^fields time, key, .*\n\| filter event = "key-stored" and facts\.daysOverdue > 0\n/,
    );
  });

  it('are written one command a line', () => {
    expect(queries.get('Keyturn/Life of one key')?.text).toMatch(
      /^# Write the ID .*\nfields time, .*\n\| filter key = "web-shop-production"\n\| sort time asc\n\| limit 10000$/,
    );
  });

  it('tell repositories and hosts apart by the name of a target', () => {
    const [, pattern = ''] =
      /parse target \/(.*)\/\n/.exec(queries.get('Keyturn/Deliveries per repository')?.text ?? '') ?? [];

    expect('bitbucket acme/web-shop environment Production'.match(pattern)?.groups).toEqual({
      host: 'bitbucket',
      repository: 'acme/web-shop',
    });
    expect('bitbucket workspace acme'.match(pattern)?.groups).toEqual({ host: 'bitbucket', repository: 'acme' });
  });
});

describe('the dashboard', () => {
  it('shows ages, what was done, what waits, failures, findings, heartbeat, deliveries, due dates and alarms', () => {
    expect(dashboard?.Properties.DashboardName).toBe('Keyturn');
    expect([...widgets.keys()]).toEqual([
      'Alarms',
      'Oldest current key (days)',
      'Most overdue current key (days)',
      'Oldest version that waits for delivery (hours)',
      'What was done',
      'What waits',
      'Failed steps',
      'Findings',
      'Heartbeat: finished runs',
      'Deliveries by host',
      'Neither recorded, published nor told',
      'Next due dates',
    ]);
    expect(widgets.get('Alarms')?.properties.alarms).toHaveLength(18);
  });

  it('shows the alarms of a provider’s endpoint, where there is one', () => {
    const own = synthesize({ ...ONE_KEY, provider: endpointThatGives({ keys: [{ id: 'web-shop' }] }) });
    const [made] = resourcesOf(own, 'AWS::CloudWatch::Dashboard');
    const shown = JSON.parse(String(deployed(own, made?.Properties.DashboardBody))).widgets as readonly Widget[];
    expect(shown).toHaveLength(body.widgets.length + 1);
    expect(shown.at(-1)?.properties).toMatchObject({
      title: "Alarms of the provider's endpoint",
      alarms: ['providerfailing', 'providerthrottled', 'providerrefusing', 'tokenreused'].map((name) =>
        expect.stringContaining(`ProviderAlarms${name}`),
      ),
    });
  });

  it('shows metrics that the functions send', () => {
    const sent = new Set<unknown>([
      ...Object.values(METRIC),
      ...COUNTERS.map((name) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    ]);
    const shown = [...widgets.values()]
      .flatMap(({ properties }) => properties.metrics ?? [])
      .filter(([namespace]) => typeof namespace === 'string');

    expect(shown.length).toBeGreaterThan(20);
    for (const [namespace, name, ...dimensions] of shown) {
      expect(namespace).toBe('Keyturn');
      expect(sent).toContain(name);
      const ofAFunction = dimensions[0] === 'function' ? ['function', expect.anything()] : [];
      expect(ofAFunction.length === 0).toBe(['Unrecorded', 'Unpublished', 'Untold'].includes(String(name)));
      expect(dimensions.slice(0, ofAFunction.length + 2)).toEqual([...ofAFunction, 'service', 'keyturn']);
    }
  });

  it('finds every finding, whatever its code', () => {
    expect(JSON.stringify(widgets.get('Findings')?.properties.metrics)).toContain(
      `SEARCH('{Keyturn,service,finding} MetricName=\\"Findings\\"', 'Sum', 86400)`,
    );
  });

  it('reads deliveries and due dates from the record', () => {
    for (const query of logQueries()) expect(query).toMatch(/^SOURCE '\/keyturn\/audit' \| /);
    expect(widgets.get('Next due dates')?.properties.query).toContain(
      'concat(facts.nextDue.0.at, " ", facts.nextDue.0.key) as due1',
    );
  });

  it('does without the alarms that are off', () => {
    const own = synthesize({ ...ONE_KEY, alarms: { off: ['overdue'] } });
    const [other] = resourcesOf(own, 'AWS::CloudWatch::Dashboard');
    const text = String(deployed(own, other?.Properties.DashboardBody));

    expect(JSON.parse(text).widgets[0].properties.alarms).toHaveLength(17);
  });
});

function logQueries(): readonly string[] {
  return [...widgets.values()].flatMap(({ properties }) => properties.query ?? []);
}
