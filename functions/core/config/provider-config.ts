import * as z from 'zod';
import { audienceMistake, BITBUCKET_TRUST, bitbucketIssuer, stepUuid, usualAudience } from '../hosts/bitbucket-oidc';
import { BITBUCKET_API, OTHER_PAGE } from '../hosts/bitbucket-usual';
import { apiUrl, kmsKeyArn, secretReference } from '../hosts/connection';
import { SECRET_PREFIX } from '../names';
import type { Mistake } from './config-issue';
import { roleSource } from './provider-role';
import { halvedMistake, isSame, variable } from './provider-variable';

/** Rules of one provider, and what one of them gives; a role is a call of STS that the step waits for. */
const MOST_RULES = 200;
const MOST_GIVEN = 50;
const MOST_ROLES = 5;
/** Lambda leaves 100 of a region's usual quota of 1,000 to what reserves nothing. */
const MOST_AT_ONCE = 900;
const DEFAULT_AT_ONCE = 20;

/** Beside a key SDKs would send the token along, take another credential, or think that it ends. */
const SPOILS_A_KEY = /^AWS_(SESSION_TOKEN|SECURITY_TOKEN|CREDENTIAL_EXPIRATION|PROFILE|DEFAULT_PROFILE)$/i;

/** The names by which SDKs find a key. */
const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

/** RFC 6901. */
const pointer = z
  .string()
  .max(500)
  .regex(/^\/([^~]|~[01])*$/, 'expected a JSON pointer, which begins with a slash, such as /password');

const keySource = z
  .strictObject({
    id: z.string().min(1).describe('ID of one of the keys.'),
    accessKeyId: variable.default(NAMES[0]).describe('Variable that gets the access key ID.'),
    secretAccessKey: variable.default(NAMES[1]).describe('Variable that gets the secret access key.'),
  })
  .superRefine(({ accessKeyId, secretAccessKey }, context) => {
    const message = halvedMistake([accessKeyId, secretAccessKey], NAMES);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['secretAccessKey'], message });
  });

const secretSource = z.strictObject({
  secret: secretReference
    .refine(
      (secret) => !(secret.split(':').at(-1) ?? '').startsWith(SECRET_PREFIX),
      "expected a secret that is none of Keyturn's: a managed key is named in keys, and a host's token is for no step",
    )
    .describe('Name or ARN of the secret.'),
  variable: variable.describe('Variable that gets it.'),
  pointer: pointer.optional().describe('JSON pointer to a text in it; without it the whole value.'),
  encryptionKey: kmsKeyArn
    .optional()
    .describe("ARN of the KMS key that encrypts it, where that is not Secrets Manager's own; for the endpoint."),
});

const ruleSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'expected letters, digits, dots, hyphens and underscores, at most 64')
      .describe('Name of the rule; the record has it.'),
    repositoryUuid: stepUuid('the repository').describe('UUID of the repository whose steps get the variables.'),
    environmentUuids: z
      .array(stepUuid('a deployment environment'))
      .min(1)
      .max(MOST_GIVEN)
      .optional()
      .describe('UUIDs of the deployment environments whose steps get them.'),
    anyStep: z.literal(true).optional().describe('Any step of the repository gets them, deployments too.'),
    branches: z
      .array(z.string().min(1).max(255))
      .min(1)
      .max(MOST_GIVEN)
      .optional()
      .describe('Names of the branches, exactly; without it any.'),
    keys: z.array(keySource).max(MOST_GIVEN).default([]).describe('Managed keys whose current version is given.'),
    roles: z
      .array(roleSource)
      .max(MOST_ROLES)
      .default([])
      .describe('IAM roles of which short-lived credentials are given.'),
    secrets: z.array(secretSource).max(MOST_GIVEN).default([]).describe('Other secrets that are given.'),
  })
  .superRefine(({ environmentUuids, anyStep, name, ...sources }, context) => {
    if ((environmentUuids === undefined) === (anyStep === undefined)) {
      const found = anyStep === undefined ? 'neither' : 'both';
      const message = `expected either environmentUuids or anyStep: true, found ${found}`;
      context.addIssue({ code: 'custom', path: ['environmentUuids'], message });
    }
    const names = variablesOf(sources);
    if (names.length === 0) {
      const message = 'expected keys, roles or secrets: the rule gives nothing';
      context.addIssue({ code: 'custom', path: ['keys'], message });
    }
    const spoils = spoilerIn(sources, sources);
    if (spoils !== undefined) {
      context.addIssue({ code: 'custom', path: ['secrets'], message: spoilt(spoils) });
    }
    const twice = names.find((one, at) => names.slice(0, at).some((other) => isSame(one, other)));
    if (twice !== undefined) {
      const message = `expected each variable once, found "${twice}" twice`;
      context.addIssue({ code: 'custom', path: name === undefined ? [] : ['name'], message });
    }
  });
/** One rule: which steps get which variables. UUIDs in braces and lower case. */
export type ProviderRule = z.output<typeof ruleSchema>;

/** `provider` in `keyturn.yaml`: what `keyturn serve-provider` and the stack's endpoint give to which steps. */
export const providerSchema = z
  .strictObject({
    bitbucket: z
      .strictObject({
        ...BITBUCKET_TRUST,
        url: apiUrl
          .refine((url) => !OTHER_PAGE.test(url), 'expected the base URL of the API, not that of a page')
          .default(BITBUCKET_API)
          .describe("Base URL of the REST API, where the issuer's keys are read."),
      })
      .describe('Whose tokens the provider takes.'),
    tokenMinutes: z
      .int()
      .min(1)
      .max(120)
      .default(15)
      .describe('Minutes after its issue for which a token is taken, however long it says that it lives.'),
    endpoint: z
      .literal(true)
      .optional()
      .describe('The stack makes an HTTPS endpoint that gives the same; without it the stack makes nothing of this.'),
    concurrency: z
      .int()
      .min(1)
      .max(MOST_AT_ONCE)
      .default(DEFAULT_AT_ONCE)
      .describe('Requests that the endpoint answers at a time, and lets in a second.'),
    reserveConcurrency: z
      .boolean()
      .default(true)
      .describe("Whether Lambda keeps as much of the account's concurrency for it, and gives it no more."),
    logGroup: z
      .enum(['create', 'existing'])
      .default('create')
      .describe("Whether the stack makes the log group of the endpoint's record, or uses the one that is there."),
    rules: z
      .array(ruleSchema)
      .min(1)
      .max(MOST_RULES)
      .describe('Which steps get which variables; nobody else gets any.'),
  })
  .superRefine(({ bitbucket: { audience, workspaceUuid } }, context) => {
    const message = audienceMistake(audience, workspaceUuid);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['bitbucket', 'audience'], message });
  });
export type ProviderConfig = z.output<typeof providerSchema>;

/** Whose tokens a provider takes: exact texts, and where the issuer's keys are. */
export interface ProviderTrust {
  readonly issuer: string;
  readonly audience: string;
  readonly workspaceUuid: string;
  readonly keysUrl: string;
}

export function providerTrust({
  bitbucket: { workspace, workspaceUuid, audience, url },
}: ProviderConfig): ProviderTrust {
  const issuer = bitbucketIssuer(workspace);
  return {
    issuer,
    audience: audience ?? usualAudience(workspaceUuid),
    workspaceUuid,
    keysUrl: `${url.replace(/\/$/, '')}${issuer.slice(BITBUCKET_API.length)}/keys.json`,
  };
}

type Sources = Pick<ProviderRule, 'keys' | 'roles' | 'secrets'>;

/**
 * The variable that one rule gives and that spoils a key or a session of another: what a role gives under AWS's own names
 * is whole.
 */
function spoilerIn({ keys, secrets }: Sources, beside: Sources): string | undefined {
  if (beside.keys.length === 0 && beside.roles.length === 0) return undefined;
  return variablesOf({ keys, secrets, roles: [] }).find((name) => SPOILS_A_KEY.test(name));
}

function spoilt(spoils: string): string {
  return `expected no ${spoils} beside a key: SDKs would not use the key as it is`;
}

/** The variables that a rule gives, in its order. */
export function variablesOf({ keys, roles, secrets }: Sources): readonly string[] {
  return [
    ...keys.flatMap(({ accessKeyId, secretAccessKey }) => [accessKeyId, secretAccessKey]),
    ...roles.flatMap(({ accessKeyId, secretAccessKey, sessionToken }) => [accessKeyId, secretAccessKey, sessionToken]),
    ...secrets.map(({ variable: name }) => name),
  ];
}

/**
 * What is wrong with the secrets that rules give. Two names of one secret would be read as two, and its halves could come
 * from two versions.
 *
 * @param connections the secret that each connection uses
 */
export function providerSecretMistakes(
  provider: ProviderConfig | undefined,
  connections: ReadonlyMap<string, string>,
): readonly Mistake[] {
  const named = new Map<string, string>();
  const tokens = new Map([...connections].map(([name, secret]) => [nameIn(secret), name]));
  return (provider?.rules ?? []).flatMap(({ secrets }, at) =>
    secrets.flatMap(({ secret }, index) => {
      const path = ['provider', 'rules', at, 'secrets', index, 'secret'];
      const connection = tokens.get(nameIn(secret));
      if (connection !== undefined) {
        return [{ path, message: `expected a secret that no connection uses, found that of "${connection}"` }];
      }
      const before = named.get(nameIn(secret)) ?? secret;
      named.set(nameIn(secret), before);
      if (before === secret || (isArn(before) && isArn(secret))) return [];
      return [{ path, message: `expected one secret by one name, found "${secret}" beside "${before}"` }];
    }),
  );
}

const isArn = (secret: string) => secret.startsWith('arn:');

/** The name of a secret, without the six characters at the end of its ARN. */
function nameIn(secret: string): string {
  return isArn(secret) ? (secret.split(':').at(-1) ?? '').slice(0, -'-AbCdEf'.length) : secret;
}

/** What is wrong between rules, and between them and the keys. */
export function providerMistakes(provider: ProviderConfig | undefined, ids: ReadonlySet<string>): readonly Mistake[] {
  const rules = provider?.rules ?? [];
  return rules.flatMap((rule, at) => {
    const place = ['provider', 'rules', at];
    const before = rules.slice(0, at);
    const mistakes: Mistake[] = rule.keys.flatMap(({ id }, index) => {
      if (ids.has(id)) return [];
      return [{ path: [...place, 'keys', index, 'id'], message: `expected the id of one of the keys, found "${id}"` }];
    });
    if (before.some(({ name }) => name === rule.name)) {
      const message = `expected a name of its own, found "${rule.name}", which is taken by another rule here`;
      mistakes.push({ path: [...place, 'name'], message });
    }
    const own = variablesOf(rule);
    for (const other of before.filter((one) => mayBothMatch(one, rule))) {
      const spoils = spoilerIn(rule, other) ?? spoilerIn(other, rule);
      if (spoils !== undefined) {
        mistakes.push({
          path: [...place, 'name'],
          message: `${spoilt(spoils)}, which a step may get by "${other.name}" too`,
        });
      }
      const shared = variablesOf(other).find((name) => own.some((mine) => isSame(name, mine)));
      if (shared === undefined) continue;
      const message = `expected variables of its own, found "${shared}", which a step may get by "${other.name}" too`;
      mistakes.push({ path: [...place, 'name'], message });
    }
    return mistakes;
  });
}

/** Whether there may be a step that two rules mean. */
function mayBothMatch(one: ProviderRule, other: ProviderRule): boolean {
  return (
    one.repositoryUuid === other.repositoryUuid &&
    overlap(one.environmentUuids, other.environmentUuids) &&
    overlap(one.branches, other.branches)
  );
}

/** What is not listed is any. */
function overlap(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined || some.some((one) => others.includes(one));
}
