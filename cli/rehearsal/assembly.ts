import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type RegistryEntry, registryEntrySchema } from '../../functions/core/config/registry';
import { type BitbucketTarget, isBitbucketTarget } from '../../functions/core/hosts/bitbucket';
import { REGISTRY_PATH } from '../../functions/core/names';

/** A target's place at the host, whatever its level. */
export interface Place {
  readonly workspace: string;
  readonly repository?: string;
  readonly environment?: string;
}

/** The targets that pipelines of the rehearsal read from. */
export function pipelineTargets({ targets }: RegistryEntry): readonly BitbucketTarget[] {
  return targets.filter(isBitbucketTarget);
}

export function placeOf(target: BitbucketTarget): Place {
  if (target.type === 'bitbucket-workspace') return { workspace: target.workspace };
  const [workspace = '', repository = ''] = target.repository.split('/');
  if (target.type === 'bitbucket-repository') return { workspace, repository };
  return { workspace, repository, environment: target.environment };
}

/** How Bitbucket's writes and the timeline call a place. */
export function scopeOf(target: BitbucketTarget): string {
  const { workspace, repository, environment } = placeOf(target);
  return [workspace, repository, environment].filter((part) => part !== undefined).join('/');
}

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
}

/** Reads the registry entries and the users out of the synthesized template: the rehearsal knows nothing else of the configuration. */
export function assemblyOf(cdkOut: string): Assembly {
  const file = readdirSync(cdkOut).find((name) => name.endsWith('.template.json'));
  if (file === undefined) throw new Error(`${cdkOut} holds no template; synthesize the stack first`);
  const { Resources } = templateSchema.parse(JSON.parse(readFileSync(join(cdkOut, file), 'utf8')));
  const resources = Object.values(Resources);
  const entries = resources
    .filter(
      ({ Type, Properties }) => Type === 'AWS::SSM::Parameter' && String(Properties?.Name).startsWith(REGISTRY_PATH),
    )
    .map(({ Properties }) => registryEntrySchema.parse(JSON.parse(String(Properties?.Value))));
  const users = resources
    .filter(({ Type }) => Type === 'AWS::IAM::User')
    .map(({ Properties }) => String(Properties?.UserName));
  return { entries, createdUsers: new Set(users) };
}

/** The account and region that a configuration's ARNs name, so that the local account can be that one. */
export function homeOf({ entries }: Assembly): { readonly accountId?: string; readonly region?: string } {
  const secrets = entries.flatMap(({ connections }) => Object.values(connections).map(({ secret }) => secret));
  const [, , , region, accountId] = secrets.find((secret) => secret.startsWith('arn:'))?.split(':') ?? [];
  return region === undefined || accountId === undefined ? {} : { accountId, region };
}
