import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyturnStack } from '../../infra';
import { deployed } from './deployed';
import { ACME, bundles, type CfnTemplate, errorsOf, ONE_ROLE, resourcesOf, stackOf, templateOf } from './synthesized';

type KeyInput = NonNullable<ConfigInput['keys']>[number];

/** CloudFormation's limits of a stack, and the fifth of them that is left for later versions. */
const RESOURCES = 500;
const BYTES = 1_000_000;
const OUTPUTS = 200;
const WITH_RESERVE = 0.8;
/** What the engine may come to: its check of the room counts so many. */
const ENGINE = 140;
/** IAM's limits of policies, in characters without blanks. */
const MANAGED_POLICY = 6_144;
const INLINE_POLICIES = 10_240;

function keys(count: number, more: (at: number) => Partial<KeyInput> = () => ({})): KeyInput[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `key-${at}`,
    user: `bitbucket-pipeline-${at}`,
    deliverTo: [{ connection: 'acme', repository: `acme/repository-${at}`, environment: 'Production' }],
    ...more(at),
  }));
}

/** Everything that can be turned on, many subscriptions, the longest names, and a connection of each key's own. */
function everything(count: number, createUser: boolean): ConfigInput {
  const most = keys(count, (at) => ({
    id: `key-${at}-`.padEnd(63, 'x'),
    user: `key-${at}-`.padEnd(64, 'x'),
    createUser,
    policy: { rotateAfter: 30, deactivateAfter: 37, deleteAfter: 44, idleFor: 3, holdLimit: 7 },
    adopt: 'replace-idle',
    readers: [`arn:aws:iam::111122223333:role/reader-${at}`],
    deliverTo: [
      {
        connection: `connection-${at}`,
        repository: `acme/repository-${at}`,
        environment: 'Production',
        region: 'eu-west-1',
        variables: { accessKeyId: `KEY_ID_${at}`, secretAccessKey: `SECRET_KEY_${at}`, bundle: `BUNDLE_${at}` },
      },
    ],
  }));
  return {
    connections: Object.fromEntries(
      most.map((_, at) => [
        `connection-${at}`,
        { bitbucket: { secret: `keyturn/connections/${at}-`.padEnd(90, 'x') } },
      ]),
    ),
    keys: most,
    notify: Array.from({ length: 10 }, (_, at) => `security-${at}@example.com`),
    trail: 'create',
    encryption: 'customer-managed',
    deployment: {
      encryptionKey: 'arn:aws:kms:eu-west-1:111122223333:key/9012abcd-90ab-12cd-34ef-901234abcdef',
      codeSigning: {
        config: 'arn:aws:lambda:eu-west-1:111122223333:code-signing-config:csc-0123456789abcdef0',
        bucket: 'acme-signed-code',
      },
    },
    audit: {
      archive: { years: 7, accessLog: 'acme-access-logs' },
      report: {},
      forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security',
    },
  };
}

interface Written {
  readonly template: CfnTemplate;
  /** Of the file that is deployed. */
  readonly bytes: number;
  readonly resources: number;
}

/** The templates as the CDK writes them, by the names of the stacks. */
function written(config: ConfigInput): ReadonlyMap<string, Written> {
  const app = new App();
  const engine = new KeyturnStack(app, 'Keyturn', { bundles, config });
  const { directory } = app.synth();
  expect(errorsOf(engine)).toEqual([]);
  return new Map(
    app.node.children
      .filter((child) => child instanceof Stack)
      .map(({ stackName, templateFile }) => {
        const text = readFileSync(join(directory, templateFile), 'utf8');
        const template: CfnTemplate = JSON.parse(text);
        const resources = Object.keys(template.Resources).length;
        return [stackName, { template, bytes: Buffer.byteLength(text), resources }] as const;
      }),
  );
}

/** Characters of the largest managed policy, and of the largest role's inline policies together. */
function largestPolicies(template: CfnTemplate) {
  const size = (document: unknown) => JSON.stringify(deployed(template, document)).length;
  const managed = resourcesOf(template, 'AWS::IAM::ManagedPolicy').map(({ Properties }) =>
    size(Properties.PolicyDocument),
  );
  const inline = resourcesOf(template, 'AWS::IAM::Role').map(({ Properties }) => {
    const policies = (Properties.Policies ?? []) as readonly { readonly PolicyDocument: unknown }[];
    return policies.reduce((sum, { PolicyDocument }) => sum + size(PolicyDocument), 0);
  });
  return { managed: Math.max(0, ...managed), inline: Math.max(...inline) };
}

describe('one stack', () => {
  it.each([
    [119, false],
    [90, true],
  ])(
    'holds %i keys with everything on (createUser: %s)',
    (count, createUser) => {
      const stack = written(everything(count, createUser)).get('Keyturn');
      expect(stack).toBeDefined();
      const { template, bytes, resources } = stack as Written;
      const { managed, inline } = largestPolicies(template);

      expect(bytes).toBeLessThanOrEqual(BYTES * WITH_RESERVE);
      expect(resources).toBeLessThanOrEqual(RESOURCES);
      expect(resources - count * (createUser ? 4 : 3)).toBeLessThanOrEqual(ENGINE);
      expect(managed).toBeLessThanOrEqual(MANAGED_POLICY);
      expect(inline).toBeLessThanOrEqual(INLINE_POLICIES * WITH_RESERVE);
    },
    60_000,
  );

  it('holds 116 keys with everything on and the functions that people ask, and 120 with less reserve', () => {
    const stackWith = (count: number) => {
      const stack = written({ ...everything(count, false), operators: true }).get('Keyturn');
      return stack ?? expect.fail('there is no stack');
    };
    const { bytes, resources, template } = stackWith(116);
    expect(bytes).toBeLessThanOrEqual(BYTES * WITH_RESERVE);
    expect(resources - 116 * 3).toBeLessThanOrEqual(ENGINE);
    expect(largestPolicies(template).inline).toBeLessThanOrEqual(INLINE_POLICIES * WITH_RESERVE);
    // Whoever has a full stack can still turn it on: that is what the reserve is for.
    expect(stackWith(120).bytes).toBeLessThan(BYTES * 0.85);
  }, 60_000);

  it('counts the rules that what AWS says of leaked keys takes', () => {
    const errors = (count: number) => errorsOf(stackOf({ connections: ACME, keys: keys(count), exposed: true }));
    expect(errors(118)).toEqual([]);
    expect(errors(119)).toEqual([expect.stringContaining('allows 500')]);
  }, 60_000);

  it('counts the roles of pipelines, with the provider of their workspace', () => {
    const roles = Array.from({ length: 50 }, (_, at) => ({ ...ONE_ROLE, name: `deploy-${at}` }));
    const stackWith = (count: number) => stackOf({ connections: ACME, keys: keys(count), roles });
    expect(errorsOf(stackWith(103))).toEqual([expect.stringContaining('need up to 502 resources')]);
    const template = templateOf(stackWith(102));
    expect(Object.keys(template.Outputs ?? {}).length).toBeLessThanOrEqual(OUTPUTS * WITH_RESERVE);
  }, 60_000);

  it.each([
    [121, false],
    [91, true],
  ])(
    'refuses %i keys (createUser: %s), and leads to where there is room',
    (count, createUser) => {
      const most = keys(count, () => ({ createUser }));

      expect(errorsOf(stackOf({ connections: ACME, keys: most }))).toEqual([
        expect.stringMatching(
          /^keys: \d+ keys need up to 50\d resources in the stack Keyturn, .* allows 500\. .*"stack: 1"/,
        ),
      ]);
      const grown = most.map((key, at) => (at < 90 ? key : { ...key, stack: 1 }));
      expect(errorsOf(stackOf({ connections: ACME, keys: grown }))).toEqual([]);
    },
    60_000,
  );

  it.each([
    [100, undefined],
    [120, 'warning'],
    [150, 'error'],
  ] as const)('measures its bytes: %i keys with twenty targets each make of it: %s', (count, level) => {
    const many = keys(count, (at) => ({
      stack: 1,
      deliverTo: Array.from({ length: 20 }, (_, to) => ({
        connection: 'acme',
        repository: `acme/a-repository-of-usual-length-${at}-${to}`,
        environment: 'A-production-environment-with-a-name-that-nobody-wants-to-write',
      })),
    }));
    const assembly = (stackOf({ connections: ACME, keys: many }).node.root as App).synth();
    const said = assembly
      .getStackByName('KeyturnKeys1')
      .messages.filter(({ entry }) => /has \d+ bytes/.test(String(entry.data)));
    const bytes = readFileSync(join(assembly.directory, 'KeyturnKeys1.template.json')).length;

    expect(said.map((message) => message.level)).toEqual(level === undefined ? [] : [level]);
    const told = Number(/has (\d+) bytes/.exec(String(said[0]?.entry.data))?.[1] ?? bytes);
    expect(told).toBeGreaterThanOrEqual(bytes);
    expect(told).toBeLessThan(bytes * 1.01);
  });
});

describe('stacks of keys', () => {
  it('hold 1,000 keys, 120 each, with a fifth of reserve', () => {
    const stacks = written({ connections: ACME, keys: keys(1_000, (at) => ({ stack: 1 + Math.floor(at / 120) })) });

    expect(stacks.size).toBe(1 + Math.ceil(1_000 / 120));
    for (const [name, { template, bytes, resources }] of stacks) {
      expect(bytes, name).toBeLessThanOrEqual(BYTES * WITH_RESERVE);
      expect(resources, name).toBeLessThanOrEqual(RESOURCES * WITH_RESERVE);
      if (name !== 'Keyturn') continue;
      const { managed, inline } = largestPolicies(template);
      expect(managed).toBeLessThanOrEqual(MANAGED_POLICY);
      expect(inline).toBeLessThanOrEqual(INLINE_POLICIES * WITH_RESERVE);
    }
  }, 120_000);
});

describe('the names of the stacks of a deployment', () => {
  /** The most stacks that may be, with one key each, beside as many secrets of before as the functions know. */
  function stacks(name: string, count: number): readonly string[] {
    const spread = keys(count, (at) => ({ stack: at + 1 }));
    const existing = keys(60, (at) => ({
      id: `existing-${at}-`.padEnd(32, 'x'),
      user: `old-${at}`,
      secret: 'existing',
      deliverTo: [{ connection: 'acme', workspace: `old-${at}` }],
    }));
    const stack = new KeyturnStack(new App(), name, {
      bundles,
      config: {
        connections: ACME,
        keys: [...spread, ...existing],
        audit: { archive: { years: 7 }, report: {}, forwardTo: FORWARD },
      },
    });
    return errorsOf(stack);
  }
  const FORWARD = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';

  it('fit with all that may be, by the name that the docs give', () => {
    expect(stacks('Keyturn', 50)).toEqual([]);
  });

  it('are refused at synthesis where they do not, with what helps', () => {
    const errors = stacks('Keyturn'.padEnd(100, 'x'), 50);
    expect(errors).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /deployment: the environment of rotate needs up to \d+ bytes, and AWS takes 4096\. It names the deployment's 51 stacks, .* shorter name, or the keys fewer stacks/,
        ),
        expect.stringContaining('the SSM parameter /keyturn/deployment/things needs up to'),
      ]),
    );
  });
});
