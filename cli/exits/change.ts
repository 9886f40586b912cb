import { MOST_ENVIRONMENTS, pipelineStep } from '../../functions/core/hosts/bitbucket-oidc';
import type { StepsOfTarget } from '../../functions/core/hosts/host';
import { placesWritten, stepsOf, type TargetConfig } from '../../functions/core/hosts/target';
import type { Place } from './resources';
import type { SeenExit } from './seen';

/** What to write so that the steps of one repository take a role, or those of some of its environments. */
export interface Change {
  /** As the first of its targets has it. */
  readonly repository: string;
  /** Of a provider's rule. */
  readonly rule: string;
  /** Name of the role, and of its policy. */
  readonly name: string;
  readonly roleArn: string;
  readonly policyArn: string;
  /** One item of `roles` in `keyturn.yaml`. */
  readonly yaml: string;
  /** Steps of `bitbucket-pipelines.yml`, one for each environment. */
  readonly steps: readonly string[];
  /** The places of the repository that hold the key. */
  readonly held: readonly StepsOfTarget[];
}

/** IAM: characters of a role's name. */
const LONGEST_NAME = 64;

/**
 * One for each repository that holds the key; several where it has more environments than a role trusts.
 *
 * @param named ARNs of the roles: one for all of them, or one for each in their order. @default - by the key's ID, under the
 *   deployment's path
 */
export function changesOf(
  { id, targets, rolePath = '/' }: Pick<SeenExit, 'id' | 'targets' | 'rolePath'>,
  place: Place,
  hasPolicy: boolean,
  named: readonly string[] = [],
): readonly Change[] {
  const byRepository = new Map<string, StepsOfTarget[]>();
  for (const target of targets) {
    const steps = stepsOf(target);
    if (steps?.repository === undefined) continue;
    const of = repositoryOf(steps);
    const known = byRepository.get(of) ?? [];
    if (!known.some((other) => isOnePlace(other, steps))) byRepository.set(of, [...known, steps]);
  }
  const parts = [...byRepository.values()].flatMap((all) => {
    const repository = `${all[0]?.workspace}/${all[0]?.repository}`;
    return byRole(all).map((held) => ({ repository, held }));
  });
  return parts.map(({ repository, held }, at) => {
    const rule = (parts.length === 1 ? id : `${id.slice(0, LONGEST_NAME - 4)}-${at + 1}`).slice(0, LONGEST_NAME);
    const arn = (resource: string) => `arn:${place.partition}:iam::${place.account}:${resource}`;
    const roleArn = (named.length === 1 ? named[0] : named[at]) ?? arn(`role${rolePath}${rule}`);
    const name = roleNameOf(roleArn);
    const change = { repository, rule, name, roleArn, policyArn: arn(`policy/${name}`) };
    return { ...change, yaml: roleLines(change, held, hasPolicy), steps: stepsText(roleArn, held), held };
  });
}

/** What a repository is known by: its UUID is enough, whatever the workspace is called. */
export function repositoryOf({ workspace, repository = '' }: StepsOfTarget): string {
  return (UUID.test(repository) ? repository : `${workspace}/${repository}`).toLowerCase();
}

function isOnePlace(one: StepsOfTarget, other: StepsOfTarget): boolean {
  return one.environment?.toLowerCase() === other.environment?.toLowerCase();
}

/** The places of one repository, by the role that their steps take. The repository itself takes no more than one. */
function byRole(held: readonly StepsOfTarget[]): readonly (readonly StepsOfTarget[])[] {
  if (held.some(({ environment }) => environment === undefined)) return [held];
  const count = Math.ceil(held.length / MOST_ENVIRONMENTS);
  return Array.from({ length: count }, (_, part) =>
    held.slice(part * MOST_ENVIRONMENTS, (part + 1) * MOST_ENVIRONMENTS),
  );
}

export function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** IAM path of a role, with slashes around. */
export function rolePathOf(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
}

export const UUID = /^\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}$/i;

/** What only Bitbucket knows stands there in capitals, and no schema takes it. */
export function uuid(name: string, of: string): string {
  return UUID.test(name) ? `'${name}'` : `'UUID OF ${of}' # of ${plain(name)}`;
}

/** A text of YAML, in quotes where it could be taken for something else. */
export function plain(text: string): string {
  return /^(?!(null|true|false|yes|no|on|off|y|n)$)[a-z][\w-]*$/i.test(text) ? text : JSON.stringify(text);
}

function roleLines(
  { name, roleArn, policyArn }: Pick<Change, 'name' | 'roleArn' | 'policyArn'>,
  all: readonly StepsOfTarget[],
  hasPolicy: boolean,
): string {
  const [{ workspace = '', repository = '' } = {}] = all;
  const environments = all.flatMap(({ environment }) => environment ?? []);
  const isAny = environments.length < all.length;
  const path = rolePathOf(roleArn);
  return [
    'roles:',
    `  - name: ${name}${path === '/' ? '' : ` # deployment.rolePath: ${path}`}`,
    '    bitbucket:',
    `      workspace: ${UUID.test(workspace) ? 'SLUG-OF-THE-WORKSPACE' : plain(workspace)}`,
    `      workspaceUuid: ${uuid(workspace, 'THE WORKSPACE')}`,
    `      repositoryUuid: ${uuid(repository, 'THE REPOSITORY')}`,
    ...(isAny
      ? ['      anyStep: true # every step of the repository, deployments too']
      : ['      environmentUuids:', ...environments.map((one) => `        - ${uuid(one, 'THE ENVIRONMENT')}`)]),
    ...(hasPolicy ? [`    managedPolicies: [${policyArn}]`] : []),
  ].join('\n');
}

function stepsText(roleArn: string, all: readonly StepsOfTarget[]): readonly string[] {
  return all.map(({ environment }) => {
    const isUuid = environment !== undefined && UUID.test(environment);
    return pipelineStep(roleArn, {
      environmentUuids: isUuid ? [environment] : undefined,
      deployment: isUuid ? undefined : environment,
    });
  });
}

/** Names of the variables that go when nobody takes the key from them any more. */
export function variablesOf(targets: readonly TargetConfig[]): readonly string[] {
  return targets.flatMap((target) => placesWritten(target, undefined).map(({ what }) => what));
}
