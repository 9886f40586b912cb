import { MOST_ENVIRONMENTS, pipelineStep } from '../../functions/core/hosts/bitbucket-oidc';
import type { StepsOfTarget } from '../../functions/core/hosts/host';
import { placesWritten, stepsOf, type TargetConfig } from '../../functions/core/hosts/target';
import type { Place } from './resources';
import type { SeenExit } from './seen';

/** What to write so that the steps of one repository take a role, or those of some of its environments. */
export interface Change {
  readonly repository: string;
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

/** One role for each repository that holds the key; several where it has more environments than a role trusts. */
export function changesOf(
  { id, targets }: Pick<SeenExit, 'id' | 'targets'>,
  place: Place,
  hasPolicy: boolean,
): readonly Change[] {
  const byRepository = new Map<string, StepsOfTarget[]>();
  for (const target of targets) {
    const steps = stepsOf(target);
    if (steps?.repository === undefined) continue;
    const name = `${steps.workspace}/${steps.repository}`;
    byRepository.set(name, [...(byRepository.get(name) ?? []), steps]);
  }
  const parts = [...byRepository].flatMap(([repository, held]) => byRole(held).map((all) => ({ repository, all })));
  return parts.map(({ repository, all }, at) => {
    const name = (parts.length === 1 ? id : `${id.slice(0, LONGEST_NAME - 4)}-${at + 1}`).slice(0, LONGEST_NAME);
    const arn = (kind: string) => `arn:${place.partition}:iam::${place.account}:${kind}/${name}`;
    const change = { repository, name, roleArn: arn('role'), policyArn: arn('policy') };
    return { ...change, yaml: roleLines(change, all, hasPolicy), steps: stepsText(change.roleArn, all), held: all };
  });
}

/** The places of one repository, by the role that their steps take. The repository itself takes no more than one. */
function byRole(held: readonly StepsOfTarget[]): readonly (readonly StepsOfTarget[])[] {
  const environments = [...new Set(held.map(({ environment }) => environment?.toLowerCase()))];
  if (environments.includes(undefined)) return [held];
  const count = Math.ceil(environments.length / MOST_ENVIRONMENTS);
  const partOf = ({ environment }: StepsOfTarget) =>
    Math.floor(environments.indexOf(environment?.toLowerCase()) / MOST_ENVIRONMENTS);
  return Array.from({ length: count }, (_, part) => held.filter((steps) => partOf(steps) === part));
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
  { name, policyArn }: Pick<Change, 'name' | 'policyArn'>,
  all: readonly StepsOfTarget[],
  hasPolicy: boolean,
): string {
  const [{ workspace = '', repository = '' } = {}] = all;
  const environments = all.flatMap(({ environment }) => environment ?? []);
  const isAny = environments.length < all.length;
  return [
    'roles:',
    `  - name: ${name}`,
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
