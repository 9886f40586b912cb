import { Command } from 'commander';
import { reviewConfig } from '../../functions/aws/client-config';
import { createRoleLook } from '../../functions/aws/role-last-used';
import { roleUses } from '../../functions/aws/role-uses';
import { after, DAY } from '../../functions/core/duration';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { WHO_SCHEMA, type WhoDocument } from '../documents/who';
import { EXIT, EXIT_CODES } from '../exit-code';
import { roleNameOf } from '../exits/change';
import { instantOf } from '../instant';
import { Reading } from '../render/reading';
import { renderWho } from '../render/who';
import type { Terminal } from '../terminal';

interface WhoOptions extends AccessOptions {
  readonly role: string;
  readonly since?: Date;
  readonly json?: true;
}

/** `keyturn who`: which steps took a role. */
export function whoCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('who')
      .description(
        'Tells from CloudTrail which steps of which repositories took a role by OpenID Connect, when and from where, and ' +
          'which were refused. It changes nothing.',
      )
      .requiredOption('--role <arn>', 'ARN of the role')
      .option('--since <date>', 'from when on; CloudTrail goes back 90 days (default: a week ago)', instantOf)
      .option('--json', 'write one JSON document: dist/keyturn.who.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (options: WhoOptions) => {
      const document = await whoDocument(options, terminal);
      terminal.stdout.write(`${options.json ? JSON.stringify(document, undefined, 2) : renderWho(document)}\n`);
      ended(document.unread === undefined && document.unseen === undefined ? EXIT.fine : EXIT.unreachable);
    });
}

const HELP = `${EXIT_CODES}
It is 3 too when not everything was read: at most 3,000 calls, a minute's; or
when IAM could not be asked whether the role is there.
What a refused call says of itself is claimed: anybody can send one.
A use is in CloudTrail of the region whose STS the step asked, mostly that of
its AWS_REGION: ask there with --region.

Examples:
  keyturn who --role arn:aws:iam::111122223333:role/web-shop-deploy
  keyturn who --role arn:aws:iam::111122223333:role/web-shop-deploy \\
    --since 2027-01-01 --json | jq '.uses[].repository'`;

const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/;
/** CloudTrail's event history. */
const HISTORY = 90 * DAY;
const WEEK = 7 * DAY;

async function whoDocument(options: WhoOptions, terminal: Terminal): Promise<WhoDocument> {
  const { role } = options;
  if (!ROLE_ARN.test(role)) {
    const message = `Expected the ARN of a role, arn:aws:iam::<account>:role/<name>, found "${role.slice(0, 100)}".`;
    throw new KeyturnError('invalid-request', message);
  }
  const until = terminal.time.now();
  const { since = after(until, -WEEK) } = options;
  if (since < after(until, -HISTORY) || since > until) {
    const message = `Expected a --since of the last 90 days, which CloudTrail has, found ${since.toISOString()}.`;
    throw new KeyturnError('invalid-request', message);
  }
  const access = accessOf(options);
  const reading = new Reading(terminal);
  try {
    reading.tell('Asking AWS who this is.');
    const { accountId: account, region, arn } = await reach(access);
    refuseElsewhere(role, arn);
    const config = reviewConfig(access);
    reading.tell('Looking at the role.');
    const there = await thereIs(role, createRoleLook(config));
    reading.tell("Reading CloudTrail's event history.");
    const { uses, unattributed, unread } = await roleUses(role, { since, until }, terminal.time, config);
    return {
      schema: WHO_SCHEMA,
      account,
      region,
      at: until.toISOString(),
      role,
      ...there,
      since: since.toISOString(),
      uses: uses.map(({ at, step, ...use }) => ({ at: at.toISOString(), ...use, ...step })),
      unattributed,
      unread: unread && { ...unread, before: unread.before.toISOString() },
    };
  } finally {
    reading.end();
  }
}

/** @param caller ARN of whoever asks. @throws KeyturnError `invalid-request` */
function refuseElsewhere(role: string, caller: string): void {
  const [, partition, , , account] = role.split(':');
  const [, ownPartition, , , own] = caller.split(':');
  if (partition === ownPartition && account === own) return;
  const message = `The role is of ${account} (${partition}), and who asks is of ${own} (${ownPartition}), whose CloudTrail has nothing of it: ask with a --profile of ${account}.`;
  throw new KeyturnError('invalid-request', message);
}

/** Whether a role is there now: CloudTrail has what was done with one that is gone, and nothing of one that never was. */
async function thereIs(
  role: string,
  look: ReturnType<typeof createRoleLook>,
): Promise<Pick<WhoDocument, 'isThere' | 'instead' | 'unseen'>> {
  try {
    const { arn } = await look(roleNameOf(role));
    return arn === role ? { isThere: true } : { isThere: false, instead: arn };
  } catch (thrown) {
    const { code, message } = toKeyturnError(thrown);
    return code === 'role-missing' ? { isThere: false } : { unseen: message };
  }
}
