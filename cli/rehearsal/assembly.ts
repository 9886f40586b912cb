import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type ProviderConfig, providerSchema } from '../../functions/core/config/provider-config';
import { type RegistryEntry, registryEntrySchema } from '../../functions/core/config/registry';
import { providerPartIn, REGISTRY_PATH } from '../../functions/core/names';

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

/** What a synthesized cloud assembly says about managed keys and users. */
export interface Assembly {
  readonly entries: readonly RegistryEntry[];
  /** IAM users that the stack creates itself. */
  readonly createdUsers: ReadonlySet<string>;
  /** ARNs of users and roles that the stack's roles trust by name. */
  readonly trusted: readonly string[];
  /** Roles that steps take with a token of their own. */
  readonly stepRoles: number;
  /** What the secret provider's endpoint gives to whom. @default - there is none */
  readonly provider?: ProviderConfig | undefined;
}

/** Reads the registry entries and the users out of the synthesized templates: the rehearsal knows nothing else of the configuration. */
export function assemblyOf(cdkOut: string): Assembly {
  const files = readdirSync(cdkOut).filter((name) => name.endsWith('.template.json'));
  if (files.length === 0) throw new Error(`${cdkOut} holds no template; synthesize the stack first`);
  const resources = files.sort().flatMap((file) => {
    const { Resources } = templateSchema.parse(JSON.parse(readFileSync(join(cdkOut, file), 'utf8')));
    return Object.values(Resources);
  });
  const entries = resources
    .filter(
      ({ Type, Properties }) => Type === 'AWS::SSM::Parameter' && String(Properties?.Name).startsWith(REGISTRY_PATH),
    )
    .map(({ Properties }) => registryEntrySchema.parse(JSON.parse(String(Properties?.Value))));
  const users = resources
    .filter(({ Type }) => Type === 'AWS::IAM::User')
    .map(({ Properties }) => String(Properties?.UserName));
  const stepRoles = resources.filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Role' &&
      JSON.stringify(Properties?.AssumeRolePolicyDocument).includes('sts:AssumeRoleWithWebIdentity'),
  ).length;
  const trusts = resources.flatMap(({ Type, Properties }) =>
    Type === 'AWS::IAM::Role' ? [JSON.stringify(Properties?.AssumeRolePolicyDocument ?? {})] : [],
  );
  const trusted = new Set(trusts.flatMap((text) => text.match(PERSON_ARN) ?? []));
  return { entries, createdUsers: new Set(users), trusted: [...trusted], stepRoles, provider: providerIn(resources) };
}

/** Its parts, one after the other. */
function providerIn(
  resources: readonly { readonly Type: string; readonly Properties?: Readonly<Record<string, unknown>> | undefined }[],
): ProviderConfig | undefined {
  const parts = resources.flatMap(({ Type, Properties = {} }) => {
    const part = Type === 'AWS::SSM::Parameter' ? providerPartIn(String(Properties.Name)) : undefined;
    return part === undefined ? [] : [{ part, text: String(Properties.Value) }];
  });
  const text = parts.sort((a, b) => a.part - b.part).map((one) => one.text);
  return text.length === 0 ? undefined : providerSchema.parse(JSON.parse(text.join('')));
}

/** A user or a role. */
const PERSON_ARN = /\barn:aws[\w-]*:iam::\d{12}:(?:user|role)\/[\w+=,.@/-]+/g;

/** What is in a region of an account; IAM is in none. */
const PLACED_ARN = /\barn:aws[\w-]*:[\w-]+:([a-z0-9-]+):(\d{12}):/;

/** The account and region that a configuration's ARNs name, so that the local account can be that one. */
export function homeOf({ entries }: Assembly): { readonly accountId?: string; readonly region?: string } {
  const connections = JSON.stringify(entries.map((entry) => entry.connections));
  const targets = JSON.stringify(entries.map((entry) => entry.targets));
  const [, region, accountId] = PLACED_ARN.exec(connections) ?? PLACED_ARN.exec(targets) ?? [];
  return region === undefined || accountId === undefined ? {} : { accountId, region };
}
