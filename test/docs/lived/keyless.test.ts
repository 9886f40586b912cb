import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LACKS_AWS, pathOfAws } from '../../../local/test/account/aws-command';
import { World } from '../../../local/world';
import { ROOT, read } from '../documents';

const PAGE = read('docs/start/keyless.md');
const TEMPLATE = read('docs/examples/bitbucket-oidc-role.template.json');
const PARAMETERS = {
  RoleName: 'web-shop-deploy',
  Workspace: 'acme',
  WorkspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
  RepositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
  EnvironmentUuid: '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}',
};

/** The commands of the page that begin so, as they stand there. */
const commands = (begin: string) =>
  [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block.split(/(?<!\\)\n/).filter((command) => command.startsWith(begin)),
  );

/** What the AWS CLI asks CloudFormation for by a command; only the stack that is looked for is not there. */
async function asked(command: string): Promise<readonly URLSearchParams[]> {
  const calls: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const call = new URLSearchParams(Buffer.concat(parts).toString());
    calls.push(call);
    const Action = call.get('Action') ?? '';
    const isLooking = Action === 'DescribeStacks';
    response.writeHead(isLooking ? 400 : 200, { 'content-type': 'text/xml' });
    response.end(
      isLooking
        ? '<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id web-shop-deploy does not exist</Message></Error></ErrorResponse>'
        : `<${Action}Response><${Action}Result/></${Action}Response>`,
    );
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const env = {
    PATH: `${dirname(pathOfAws())}:${process.env.PATH}`,
    HOME: '/nonexistent',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_MAX_ATTEMPTS: '1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const stderr = await new Promise<string>((resolve) => {
    execFile('bash', ['-c', command], { env, cwd: ROOT, timeout: 20_000 }, (_error, _stdout, text) => resolve(text));
  });
  expect(stderr).not.toMatch(/Error parsing|Parameter validation|Invalid|usage:/);
  return calls;
}

function parametersOf(call = new URLSearchParams()): Record<string, string> {
  const names = [...call.keys()].filter((name) => name.endsWith('.ParameterKey'));
  return Object.fromEntries(names.map((name) => [call.get(name) ?? '', call.get(name.replace(/Key$/, 'Value')) ?? '']));
}

it.skipIf(LACKS_AWS).each(['aws cloudformation deploy', 'aws cloudformation create-stack-set'])(
  'the AWS CLI understands "%s" of the page, and the template takes what it understood',
  async (begin) => {
    const [command = ''] = commands(begin);
    const calls = await asked(command);
    const made = calls.find((call) => /^Create(ChangeSet|StackSet)$/.test(call.get('Action') ?? ''));
    expect(parametersOf(made)).toEqual(PARAMETERS);
    expect(made?.get('TemplateBody')).toBe(TEMPLATE);
    const world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
    onTestFinished(() => world.close());
    await world.deployTemplate('web-shop-deploy', made?.get('TemplateBody') ?? '', parametersOf(made));
    expect(world.account.iam.roles.get('web-shop-deploy').arn).toMatch(/:role\/web-shop-deploy$/);
  },
);

it.skipIf(LACKS_AWS)('the AWS CLI understands which accounts a set goes to', async () => {
  const [call] = await asked(commands('aws cloudformation create-stack-instances')[0] ?? '');
  expect(Object.fromEntries(call ?? [])).toMatchObject({
    'DeploymentTargets.OrganizationalUnitIds.member.1': 'ou-abcd-12345678',
    'Regions.member.1': 'eu-west-1',
  });
});

it.skipIf(LACKS_AWS)('the AWS CLI understands what one account of a set gets for itself', async () => {
  const [, command = ''] = commands('aws cloudformation create-stack-instances');
  const [call] = await asked(command);
  const ManagedPolicies = 'arn:aws:iam::444455556666:policy/web-shop-deploy';
  expect(Object.fromEntries(call ?? [])).toMatchObject({
    'DeploymentTargets.OrganizationalUnitIds.member.1': 'ou-abcd-12345678',
    'DeploymentTargets.Accounts.member.1': '444455556666',
    'DeploymentTargets.AccountFilterType': 'INTERSECTION',
    'ParameterOverrides.member.1.ParameterKey': 'ManagedPolicies',
    'ParameterOverrides.member.1.ParameterValue': ManagedPolicies,
  });
  const world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
  onTestFinished(() => world.close());
  await world.deployTemplate('web-shop-deploy', TEMPLATE, { ...PARAMETERS, ManagedPolicies });
  expect([...world.account.iam.roles.get('web-shop-deploy').policies.attached]).toEqual([ManagedPolicies]);
});

describe("the page's command for addresses", () => {
  /** Runs it beside a file in the form of Atlassian's. @returns its lines */
  function ranges(items: readonly object[]): readonly string[] {
    const cwd = mkdtempSync(join(tmpdir(), 'keyturn-ranges-'));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, 'ip-ranges.json'), JSON.stringify({ syncToken: 1, items }));
    return execFileSync('bash', ['-c', commands('jq ')[0] ?? ''], { cwd, encoding: 'utf8' })
      .trim()
      .split('\n');
  }
  const item = (cidr: string, ...product: readonly string[]) => ({ cidr, region: ['global'], product });

  it('prints the ranges of Pipelines, and those of no other product; the template takes them', async () => {
    const printed = ranges([
      item('198.51.100.0/24', 'jira'),
      item('203.0.113.0/24', 'bitbucket', 'pipelines'),
      item('2001:db8:4000::/36', 'pipelines'),
      item('192.0.2.0/28', 'bitbucket'),
    ]);
    expect(printed).toEqual(['203.0.113.0/24', '2001:db8:4000::/36']);
    const world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
    onTestFinished(() => world.close());
    await world.deployTemplate('web-shop-deploy', TEMPLATE, { ...PARAMETERS, Addresses: printed.join() });
    expect(world.account.iam.roles.get('web-shop-deploy').assumeRolePolicyDocument).toContain(printed[1]);
  });

  it('prints more than a role takes where there are more, as the page says', async () => {
    const printed = ranges(Array.from({ length: 31 }, (_, at) => item(`203.0.${at}.0/24`, 'pipelines')));
    expect(PAGE).toContain(`takes at most ${printed.length - 1} of them`);
    const world = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
    onTestFinished(() => world.close());
    const deploys = world.deployTemplate('web-shop-deploy', TEMPLATE, { ...PARAMETERS, Addresses: printed.join() });
    await expect(deploys).rejects.toThrow('Addresses');
  });
});
