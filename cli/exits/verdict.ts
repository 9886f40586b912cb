import { stepsOf, targetName } from '../../functions/core/hosts/target';
import type { KeyCall } from '../../functions/core/key/key-call';
import type { Blocker } from './blockers';
import { type Client, isOnDesktop } from './clients';
import { callName } from './iam-action';
import type { Proposed } from './policy';
import { callsOf, isWhole, type SeenExit } from './seen';
import { unseenUses } from './unseen';

/**
 * Whether tokens of steps could take over: `perhaps` where nothing speaks against it and who uses the key is a guess, or
 * was not seen, as what is older than the latest calls; `unknown` where it is not known what was not read, or nothing was
 * seen.
 */
export const VERDICTS = ['yes', 'perhaps', 'no', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** @param blockers of what is to take over */
export function verdictOf(seen: SeenExit, clients: readonly Client[], blockers: readonly Blocker[]): Verdict {
  if (blockers.length > 0) return 'no';
  // What AWS called for a call before says nothing of who made that one.
  const isSeen = clients.some(({ is }) => is !== 'service');
  if (seen.readBack === undefined || seen.readers === undefined || !isSeen) return 'unknown';
  return clients.some(({ is }) => is === 'perhaps') || unseenUses(seen).length > 0 ? 'perhaps' : 'yes';
}

/** What whoever moves it has to know, and what stands in no way. */
export function notesOf(seen: SeenExit): readonly string[] {
  const wide = seen.targets.filter((target) => {
    const steps = stepsOf(target);
    return steps?.repository !== undefined && steps.environment === undefined;
  });
  if (wide.length === 0) return [];
  return [
    `${wide.map(targetName).join(', ')}: every step of the repository has the key, so that its role has "anyStep: true", which covers deployments and unreviewed branches too. An environment is narrower.`,
  ];
}

const DATA =
  "CloudTrail's event history has no data events: reading and writing objects of S3, calling Lambda functions, items of " +
  'DynamoDB, messages of SQS and SNS, and others. What a pipeline does so is missing in the policy, and whoever does ' +
  'nothing else is not among those who use the key. ' +
  'IAM knows the services, of data events too: aws iam generate-service-last-accessed-details, and with the job that it ' +
  'names get-service-last-accessed-details.';
const PASS_ROLE =
  'iam:PassRole is a right and no call, so it is in no history: whoever creates or changes what runs under a role (Lambda, ' +
  'ECS, CloudFormation) needs it for that role.';

const ELSEWHERE =
  'Policies elsewhere may name the user: of roles, buckets, KMS keys, in other accounts too. Whoever of them is to let the ' +
  'pipeline in has to name the role. Nor is it seen here whether the key made an SMTP password of SES, which a role ' +
  'cannot, or a signed URL that has to hold for longer than a session.';

const NOT_THEIRS = 'What keys that were made by hand did, and whoever is no pipeline, is left out.';

const DESKTOPS =
  'What agents on macOS and Windows called is in it, of desktops as of runners of your own: take out what no pipeline of ' +
  'yours calls, or say with --pipelines where they are.';

/** What the policy cannot have, because it was not to be seen. @param isGuess who is a pipeline */
export function gapsOf(
  seen: SeenExit,
  { policy, wide, unmapped }: Proposed,
  blockers: readonly Blocker[],
  isGuess: boolean,
): readonly string[] {
  const calls = callsOf(seen);
  const known = policy?.Statement.flatMap(({ Action }) => Action) ?? [];
  const size = policy === undefined ? 0 : JSON.stringify(policy).length;
  return [
    DATA,
    regionsGap(seen),
    PASS_ROLE,
    ELSEWHERE,
    ...(blockers.some(({ code }) => code === 'other-client' || code === 'foreign-key') ? [NOT_THEIRS] : []),
    ...(isGuess && calls.some(isOnDesktop) ? [DESKTOPS] : []),
    ...risesGap(known),
    ...tagsGap(calls),
    ...refusedGap(calls),
    ...(calls.some((call) => callName(call) === 'sts:AssumeRole')
      ? ['What it did in roles that it took (sts:AssumeRole) is under their sessions in CloudTrail, and not in here.']
      : []),
    ...(wide.length === 0
      ? []
      : [`On every resource, as CloudTrail does not say which ones, or they are too many: ${wide.join(', ')}.`]),
    ...(unmapped.length === 0 ? [] : [`Calls whose right is not known here: ${unmapped.join(', ')}.`]),
    ...(isWhole(seen) ? [] : ['Not all that it did was read: what is missing is not in the policy.']),
    ...(size <= LONGEST_POLICY
      ? []
      : [
          `It has ${size} characters, and IAM takes ${LONGEST_POLICY} in one managed policy: split its ${known.length} actions.`,
        ]),
  ];
}

/** IAM: characters of a managed policy. */
const LONGEST_POLICY = 6_144;

function regionsGap({ regions }: SeenExit): string {
  return `Only ${regions.join(', ')} ${regions.length === 1 ? 'was' : 'were'} asked: who used it in another region, and for what, is not in here. --regions asks more.`;
}

/** What CloudTrail calls tags that come along with a call, whatever the service. */
const TAGS = /^tag(s|list|set|specification\w*)$/i;

/** Whoever makes something with tags needs a right to tag it, which no call of its own shows. */
function tagsGap(calls: readonly KeyCall[]): readonly string[] {
  const tagging = calls.filter((call) => {
    const name = callName(call);
    // Of STS the policy has it; of what only tags, the call is the right.
    return !/^sts:|tag/i.test(name) && Object.keys(call.parameters).some((parameter) => TAGS.test(parameter));
  });
  const names = [...new Set(tagging.map(callName))].sort();
  if (names.length === 0) return [];
  return [
    `${names.join(', ')} came with tags, for which most services ask another right: lambda:TagResource, ec2:CreateTags, and so on.`,
  ];
}

/** Rights by which somebody can have more of them, or let others in. */
const RISES =
  /^(iam:(?!(Get|List|Generate|Simulate)[A-Z])|organizations:(?!(Describe|List)[A-Z])|sts:(AssumeRole|GetFederationToken)$|kms:(PutKeyPolicy|CreateGrant)$|[a-z0-9-]+:(Put|Set|Add|Create)\w*(Policy|Permission)s?$)/;

/** Without addresses of the pipelines, whoever has stolen the key is taken for one: what he called is in the policy. */
function risesGap(known: readonly string[]): readonly string[] {
  const rises = known.filter((action) => RISES.test(action)).sort();
  if (rises.length === 0) return [];
  return [
    `${rises.join(', ')} can give more rights or let others in: take out what no pipeline of yours calls. A thief's calls look like this.`,
  ];
}

function refusedGap(calls: readonly KeyCall[]): readonly string[] {
  const refused = [...new Set(calls.filter(({ isRefused }) => isRefused).map(callName))].sort();
  const allowed = new Set(calls.filter(({ isRefused }) => !isRefused).map(callName));
  const only = refused.filter((call) => !allowed.has(call));
  return only.length === 0 ? [] : [`It was refused ${only.join(', ')}, which is left out.`];
}
