import { bold, cyan, dim, green, red, yellow } from 'yoctocolors';
import { MOST_ENVIRONMENTS } from '../../functions/core/hosts/bitbucket-oidc';
import type { MigrateDocument } from '../documents/migrate';
import type { AskedAgain } from '../exits/asked-again';
import { rolePathOf } from '../exits/change';
import type { Stage } from '../migrate/stage';
import { continued } from './continued';
import { hanging } from './hanging';
import { counted, wrapped } from './wrapped';

/** How far a key is on its way out, and what to write now, in 80 columns; what is to copy stands as it is. */
export function renderMigrate(document: MigrateDocument, again: AskedAgain): string {
  const { id, user, stage, exit, roles, places, lastUsed, write, unread } = document;
  return [
    `${bold(id)} ${dim(`IAM user ${user}`)}`,
    ...wrapped(saysOf(document))
      .split('\n')
      .map((line) => COLOURS[stage](line)),
    ...(stage === 'blocked' ? exit.blockers.flatMap(({ says }) => hanging(`  - ${says}`, '    ')) : []),
    '',
    bold('What takes over'),
    ...(roles.length === 0 ? ['  Nothing yet: name roles with --role.'] : roles.flatMap(roleLines)),
    ...(places > 1
      ? hanging(`  ${counted(places, 'place')} have the key: a step of each has to take a role.`, '  ')
      : []),
    ...twiceNamedLines(document),
    ...(stage === 'gone' ? [] : ['', bold('The key')]),
    ...(stage === 'gone' ? [] : hanging(`  ${keyWords(lastUsed)}`, '  ')),
    ...(stage === 'inactive' || stage === 'gone' ? [] : [...clientLines(document), ...guessLines(document)]),
    ...policyLines(document, again),
    ...write.flatMap(({ into, text }) => ['', bold(`Into ${into}`), cyan(text)]),
    ...roleToMakeLines(document, again),
    '',
    wrapped(nextOf(document, again)),
    ...(unread.length === 0 ? [] : ['', bold('Could not be read')]),
    ...unread.flatMap(({ source, message }) => hanging(`  ${source}: ${message}`, '  ')),
  ].join('\n');
}

const COLOURS: Readonly<Record<Stage, (text: string) => string>> = {
  blocked: red,
  write: yellow,
  switch: yellow,
  unread: yellow,
  retire: green,
  waits: yellow,
  inactive: green,
  gone: green,
};

function saysOf({ stage, to, notBefore, idleFor }: MigrateDocument): string {
  const day = notBefore === undefined ? 'when it has been made' : `on ${notBefore.slice(0, 10)} at the earliest`;
  switch (stage) {
    case 'blocked':
      return 'Something has to be moved before its pipelines can be:';
    case 'write':
      return to === 'role'
        ? 'Its pipelines can take a role. Write what follows, deploy, and ask again.'
        : "Its pipelines can get credentials of a role from a provider. Write the rule and deploy, which makes the provider's own role. Only then make the role that trusts it, as IAM trusts none that is not there; then change the pipeline, and ask again.";
    case 'switch':
      return 'The roles are there, and not every place that has the key has taken one yet: let the pipelines run, then ask again.';
    case 'unread':
      return 'Steps of every place that has the key take a role. Who else needs it could not be read: it is not retired before that is known.';
    case 'retire':
      return `Steps of every place that has the key take a role. Write what follows, and the key goes by itself, ${day}. A pipeline that runs more seldom than every ${idleFor} days needs a longer --idle-for.`;
    case 'waits':
      return `Its entry says that roles replace it. It goes when nobody has used it and every role was used since, ${day}; until then it is rotated and delivered.`;
    case 'inactive':
      return 'It is Inactive for good, and is deleted after its days as Inactive.';
    case 'gone':
      return 'It is gone for good.';
  }
}

function roleLines({ role, repository, isThere, instead, used, taken, refused }: MigrateDocument['roles'][number]) {
  const whose = repository === undefined ? '' : ` of ${repository}`;
  const parts = [
    isThere ? undefined : `not there${instead === undefined ? '' : `, IAM has ${instead}`}`,
    isThere && taken.length === 0 ? 'not seen to be taken' : undefined,
    used && `used last ${minute(used)}`,
    refused > 0 ? `refused ${counted(refused, 'time')}` : undefined,
  ].filter((part) => part !== undefined);
  return [
    ...hanging(`  ${role}${whose}${parts.length === 0 ? '' : `: ${parts.join('; ')}`}`, '    '),
    ...taken.flatMap((step) => hanging(`    ${takenWords(step)}`, '      ')),
  ];
}

function takenWords({ at, repository, environment, calls }: MigrateDocument['roles'][number]['taken'][number]): string {
  const where = environment === undefined ? 'no environment' : `environment ${environment}`;
  const since = calls === undefined ? '' : `, ${counted(calls, 'call')} since`;
  return `taken ${minute(at)}${since} by ${repository}, ${where}`;
}

function keyWords(lastUsed: string | undefined): string {
  return lastUsed === undefined
    ? 'Nobody has used it yet.'
    : `It was used last ${minute(lastUsed)}, Keyturn's own proofs included.`;
}

/** What keeps a key at `switch` that steps of every place have left. */
function twiceNamedLines({ stage, twiceNamed }: MigrateDocument): readonly string[] {
  if (stage !== 'write' && stage !== 'switch') return [];
  return twiceNamed
    .flatMap(([one, other]) =>
      hanging(
        `  ${one} and ${other} may be one repository, and are waited for as two: if it is one, name it by its UUID in every deliverTo of the key, and deploy.`,
        '  ',
      ),
    )
    .map((line) => yellow(line));
}

const MOST = 5;

function clientLines({ exit: { clients } }: MigrateDocument): readonly string[] {
  const lines = clients
    .slice(0, MOST)
    .flatMap(({ from, by, calls, last }) =>
      hanging(`  ${from} (${by}): ${counted(calls, 'call')}, the last on ${last.slice(0, 10)}`, '    '),
    );
  return clients.length > MOST ? [...lines, `  and ${clients.length - MOST} more`] : lines;
}

/** What nobody can see: whoever takes the key away has to know. */
function guessLines({ exit: { clients, unseen } }: MigrateDocument): readonly string[] {
  const guess = 'perhaps: who of them is a pipeline is a guess. --pipelines has their addresses.';
  const isGuess = clients.some(({ is }) => is === 'perhaps');
  return [...(isGuess ? [guess] : []), ...unseen]
    .flatMap((says) => hanging(`  ${says}`, '    '))
    .map((line) => yellow(line));
}

function policyLines({ stage, id, exit }: MigrateDocument, { aws, exits }: AskedAgain): readonly string[] {
  if (stage !== 'write' || exit.policy === undefined) return [];
  return [
    '',
    bold('The policy of the role'),
    ...hanging('  A draft from the use that was seen: look at it, and add what it cannot have.', '  '),
    cyan(continued(`keyturn exits ${id} --json`, ...exits, "| jq '.keys[0].policy' > policy.json")),
    ...[...new Set(exit.changes.map(({ name }) => name))].map((name) =>
      cyan(continued(`aws iam create-policy --policy-name ${name}`, ...aws, '--policy-document file://policy.json')),
    ),
    bold('What it cannot have, because it is not to be seen'),
    ...exit.gaps.flatMap((gap) => hanging(`  - ${gap}`, '    ')),
  ];
}

/** The stack makes the roles of `roles`; one that a provider is to take, or several repositories, is its owner's. */
function roleToMakeLines(
  { stage, to, exit: { changes }, roles }: MigrateDocument,
  { aws }: AskedAgain,
): readonly string[] {
  if (stage !== 'write') return [];
  const missing = roles
    .filter(({ isThere }) => !isThere)
    .map(({ role, repository }) => ({ repository, its: changes.filter(({ roleArn }) => roleArn === role) }))
    .filter(({ its }) => to === 'provider' || its.length > 1);
  const [first] = missing;
  if (first === undefined) return [];
  const title = ['', bold('The role itself')];
  if (to === 'role' && first.repository !== undefined)
    return [...title, ...hanging(`  ${ofMany(first.its.length)}`, '  ')];
  return [
    ...title,
    ...hanging(`  ${to === 'role' ? OF_SEVERAL : OF_PROVIDER}`, '  '),
    ...missing.flatMap(({ its }) => its.slice(0, 1).flatMap((change) => createLines(change, aws))),
  ];
}

function createLines(
  { name, roleArn, policyArn }: MigrateDocument['exit']['changes'][number],
  aws: AskedAgain['aws'],
): readonly string[] {
  const path = rolePathOf(roleArn);
  const under = path === '/' ? [] : [`--path ${path}`];
  const trust = '--assume-role-policy-document file://trust.json';
  return [
    cyan(continued(`aws iam create-role --role-name ${name}`, ...under, ...aws, trust)),
    cyan(continued(`aws iam attach-role-policy --role-name ${name}`, ...aws, `--policy-arn ${policyArn}`)),
  ];
}

/** @param count roles that its environments take */
function ofMany(count: number): string {
  return `It is not there, and a role of the stack trusts ${MOST_ENVIRONMENTS} environments at most: name ${count} with --role, or none.`;
}

const OF_PROVIDER = 'It is not there: make it with the trust policy above as trust.json, and give it its rights.';
const OF_SEVERAL =
  'It is not there, and the stack makes roles of one repository each: make it yourself, with a trust.json that lets in ' +
  'steps of all of them, and give it its rights.';

function nextOf({ stage, id, exit: { variables } }: MigrateDocument, { access }: AskedAgain): string {
  switch (stage) {
    case 'blocked':
      return 'Ask again when it is out of the way.';
    case 'write':
    case 'switch':
      return 'The variables stay until the key is gone: Keyturn delivers what is missing there again.';
    case 'unread':
      return 'Ask again with what is missing below; --most-calls asks for older calls.';
    case 'retire':
      return `It stands under the key "${id}". Taking it out again keeps the key.`;
    case 'waits':
      return `"${[`keyturn status ${id}`, ...access].join(' ')}" shows what it waits for.`;
    case 'inactive':
      return `If somebody needs it after all: take replacedBy out and deploy, and a new key is made and delivered.`;
    case 'gone':
      return `Delete ${variables.length === 0 ? 'whatever held it' : variables.join(', ')}, then take "${id}" out of the configuration, where the last one leaves "keys: []", and deploy.`;
  }
}

function minute(instant: string): string {
  return `${instant.slice(0, 16).replace('T', ' ')} UTC`;
}
