import { bold, cyan, dim, green, red, yellow } from 'yoctocolors';
import { clipped } from '../../functions/core/one-line';
import type { ExitDocument, ExitsDocument } from '../documents/exits';
import type { AskedAgain } from '../exits/asked-again';
import { IN_SHORT } from '../exits/blockers';
import { continued } from './continued';
import { hanging } from './hanging';
import { table } from './table';
import { counted, wrapped } from './wrapped';

/**
 * Which keys could go, in 80 columns; what is to copy stands as it is.
 *
 * @param isNamed with everything about each key
 */
export function renderExits(document: ExitsDocument, isNamed: boolean, again: AskedAgain): string {
  const { keys, unread, region, regions, since } = document;
  return [
    ...(isNamed ? [] : [keys.length === 0 ? 'There is no managed key here.' : table(HEAD, keys.map(row)), '']),
    ...keys.flatMap((key) => (isNamed ? [...details(key, region, again), ''] : [])),
    dim(
      wrapped(`By CloudTrail in ${regions.join(', ')}, since ${since.slice(0, 10)}. ${isNamed ? '' : MORE}`.trimEnd()),
    ),
    ...(unread.length === 0 ? [] : ['', bold('Could not be read')]),
    ...unread.flatMap(({ source, message }) => hanging(`  ${source}: ${message}`, '  ')),
  ].join('\n');
}

const HEAD = ['key', 'calls', 'role', 'provider', 'what blocks it'];
const MORE =
  'Whether a role could take over, or a provider of secrets that gives steps the key itself: "keyturn exits <id>" has ' +
  'who uses a key, for what, a policy and what to write.';
const LATER = 'The lines to change are in --json all the same.';
const WIDEST_ID = 28;

const VERDICTS: Readonly<Record<ExitDocument['role'], string>> = {
  yes: green('yes'),
  perhaps: yellow('perhaps'),
  no: red('no'),
  unknown: dim('unknown'),
};

function row({ id, calls, clients, role, provider, unseen, blockers, isWhole }: ExitDocument): readonly string[] {
  const [first] = blockers;
  const unread = isWhole && clients.length === 0 ? 'no use was seen' : 'not all was read';
  const isUnread = role === 'unknown' || !isWhole;
  const unclear = isUnread ? [unread] : unseen.slice(0, 1).map(() => 'a use was not seen');
  const more = blockers.length > 1 ? ` +${blockers.length - 1}` : '';
  return [
    clipped(id, WIDEST_ID),
    String(calls.reduce((sum, { times }) => sum + times, 0)),
    VERDICTS[role],
    VERDICTS[provider],
    first === undefined ? unclear.map((says) => dim(says)).join('') : `${IN_SHORT[first.code]}${more}`,
  ];
}

const SAYS: Readonly<Record<ExitDocument['role'], string>> = {
  yes: 'A role by OpenID Connect can take over.',
  perhaps: 'A role by OpenID Connect can take over, if those who use the key are pipelines: that is a guess.',
  no: 'A role by OpenID Connect cannot take over yet.',
  unknown: 'Whether a role by OpenID Connect can take over is not known: too little was seen, or read.',
};

const PROVIDER_SAYS: Readonly<Record<ExitDocument['role'], string>> = {
  yes: 'A provider of secrets can give its steps the key itself (a rule with "keys").',
  perhaps: 'A provider of secrets can give its steps the key itself (a rule with "keys"), if they are all who use it.',
  no: 'A provider of secrets cannot give the key itself to all who use it.',
  unknown: 'Whether a provider of secrets can give its steps the key itself is not known.',
};

function details(key: ExitDocument, region: string, again: AskedAgain): readonly string[] {
  const { id, user, role, provider, blockers, notes, targets, readers } = key;
  return [
    `${bold(id)} ${dim(`IAM user ${user}`)}`,
    ...colouredLines(SAYS[role], role),
    ...colouredLines(PROVIDER_SAYS[provider], provider),
    ...blockers.flatMap(({ says, blocks }) =>
      hanging(`  - ${says}${blocks.includes('provider') ? '' : ' It blocks a role alone.'}`, '    '),
    ),
    ...notes.flatMap((says) => hanging(`  ${says}`, '  ')),
    '',
    bold('Pipelines that have it'),
    ...(targets.length === 0 ? ['  none'] : targets.flatMap((name) => hanging(`  ${name}`, '    '))),
    ...(readers ?? []).flatMap((arn) => hanging(`  read by ${arn}`, '    ')),
    '',
    bold('Who uses it'),
    ...clientLines(key),
    '',
    bold('For what'),
    ...callLines(key),
    '',
    ...policyLines(key),
    ...(role === 'yes' || role === 'perhaps' ? changeLines(key, region, again) : ['', dim(LATER)]),
  ];
}

function colouredLines(text: string, role: ExitDocument['role']): readonly string[] {
  const colour = { yes: green, perhaps: yellow, no: red, unknown: dim }[role];
  return wrapped(text)
    .split('\n')
    .map((line) => colour(line));
}

const MOST = 10;
const KINDS = { pipeline: 'a pipeline', service: 'a service', other: 'no pipeline' } as const;

function clientLines({ clients, accessKeys, unseen, isWhole }: ExitDocument): readonly string[] {
  const keys = accessKeys.map(({ accessKeyId, is, calls }) => `${accessKeyId} (${is}): ${counted(calls, 'call')}`);
  return [
    ...clients
      .slice(0, MOST)
      .flatMap(({ from, agent, is, by, calls, last }) => [
        ...hanging(`  ${from}: ${is === 'perhaps' ? by : `${KINDS[is]}, by ${by}`}`, '    '),
        ...hanging(`    ${counted(calls, 'call')}, the last on ${last.slice(0, 10)}, by ${agent}`, '    '),
      ]),
    ...(clients.length > MOST ? [`  and ${clients.length - MOST} more`] : []),
    ...(clients.length === 0 ? ['  Nobody, as far as these event histories show.'] : []),
    ...unseen.flatMap((says) => hanging(`  ${says}`, '    ')).map((line) => yellow(line)),
    ...keys.flatMap((text) => hanging(`  ${text}`, '    ')).map((line) => dim(line)),
    ...(isWhole ? [] : [red('  Not all was read.')]),
  ];
}

function callLines({ calls }: ExitDocument): readonly string[] {
  const rows = calls.slice(0, MOST).map(({ call, times, refused, regions }) => {
    const often = `${times}${refused === 0 ? '' : `, ${refused} refused`}`;
    return `  ${call}  ${dim(`${often}; ${regions.join(', ')}`)}`;
  });
  const more = calls.length > MOST ? [`  and ${calls.length - MOST} more`] : [];
  return calls.length === 0 ? ['  Nothing.'] : [...rows, ...more];
}

function policyLines({ policy, gaps }: ExitDocument): readonly string[] {
  return [
    bold('The least policy for what was seen'),
    ...(policy === undefined
      ? ['  None: nothing that was seen needs a right.']
      : [cyan(JSON.stringify(policy, undefined, 2))]),
    bold('What it cannot have, because it is not to be seen'),
    ...gaps.flatMap((gap) => hanging(`  - ${gap}`, '    ')),
  ];
}

function changeLines({ id, changes, policy }: ExitDocument, region: string, again: AskedAgain): readonly string[] {
  const isOne = changes.length === 1;
  return changes.flatMap(({ repository, name, roleArn, yaml, steps }) => [
    '',
    bold(`To move ${repository}`),
    ...(policy === undefined ? [] : policySteps({ id, name, isOne }, again)),
    ...hanging(`- ${INTO_CONFIG}`, '  '),
    cyan(yaml),
    '- Into bitbucket-pipelines.yml:',
    ...steps.map((step) => cyan(step)),
    ...hanging(`- ${KEY_FIRST}`, '  '),
    '- See that it is taken:',
    cyan(continued('keyturn who', `--region ${region}`, ...again.aws, `--role ${roleArn}`)),
    ...(isOne
      ? [...hanging(`- ${END}`, '  '), cyan(continued(`keyturn migrate ${id} --to role`, ...again.exits))]
      : []),
  ]);
}

const INTO_CONFIG = 'Into keyturn.yaml, and deploy. Repository settings › Pipelines › OpenID Connect shows the UUIDs.';
const KEY_FIRST =
  'Until the variables are gone, the first line of the script keeps SDKs from taking the key: without it the pipeline ' +
  'is back on its key.';
const END = 'Then let Keyturn retire the key, and say where it is on the way:';

function policySteps(
  { id, name, isOne }: { readonly id: string; readonly name: string; readonly isOne: boolean },
  { aws, exits }: AskedAgain,
): readonly string[] {
  const all = isOne ? '' : ' All repositories with the key do what it has: leave in what this one does.';
  return [
    ...hanging(`- Look at the policy, add what it cannot have, and make it.${all}`, '  '),
    cyan(continued(`keyturn exits ${id} --json`, ...exits, `| jq '.keys[0].policy' > ${name}.json`)),
    cyan(continued(`aws iam create-policy --policy-name ${name}`, ...aws, `--policy-document file://${name}.json`)),
  ];
}
