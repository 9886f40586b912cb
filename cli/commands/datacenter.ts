import { Command } from 'commander';
import { reviewConfig } from '../../functions/aws/client-config';
import { createSecretLook, type SecretLook, type SecretSeen } from '../../functions/aws/secret-look';
import { KeyturnError, toKeyturnError } from '../../functions/core/errors';
import { quoted } from '../../functions/core/findings/commands';
import { idOfSecret, secretName } from '../../functions/core/names';
import { type AccessOptions, accessOf, reach, withAccess } from '../access';
import { openAccount } from '../account';
import { accountOf, type Checked, check } from '../datacenter/checks';
import { checkPointer, checkProperty, mistake, propertyLines } from '../datacenter/property-lines';
import { DATACENTER_SCHEMA, type DatacenterDocument } from '../documents/datacenter';
import { EXIT, EXIT_CODES } from '../exit-code';
import { renderDatacenter } from '../render/datacenter';
import type { Terminal } from '../terminal';

interface DatacenterOptions extends AccessOptions {
  readonly secret?: string;
  readonly property: string;
  readonly pointer?: string;
  readonly role?: string;
  readonly json?: true;
}

/** `keyturn datacenter`: how a Bitbucket Data Center takes a secret from AWS Secrets Manager. */
export function datacenterCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return withAccess(
    new Command('datacenter')
      .description(
        'Prints the lines of bitbucket.properties with which a Bitbucket Data Center (8.13 and later) takes a secret from ' +
          'AWS Secrets Manager when it starts, and checks what they need. It changes nothing, and shows no value.',
      )
      .argument('[id]', 'ID of a managed key')
      .option('--secret <name>', 'name or ARN of another secret, in place of a managed key')
      .requiredOption('--property <name>', 'property that is secret, such as jdbc.password')
      .option('--pointer <pointer>', 'JSON pointer, such as /secretAccessKey (default: the whole value)')
      .option('--role <arn>', 'role that the hosts have; the policies of secret and KMS key are asked for it')
      .option('--json', 'write one JSON document: dist/keyturn.datacenter.v1.schema.json'),
  )
    .addHelpText('after', HELP)
    .action(async (id: string | undefined, options: DatacenterOptions) => {
      ended(await datacenter(id, options, terminal));
    });
}

const HELP = `
Each check is ok, fail or unknown. The value of a managed secret is never
read: its fields are known. Of another secret --pointer is checked in the
value where your profile may read it, and is unknown where it may not.
${EXIT_CODES}
It is 3 too when a policy or a value could not be read.

Examples:
  keyturn datacenter web-shop --property plugin.s3.secret \\
    --pointer /secretAccessKey --role arn:aws:iam::111122223333:role/Bitbucket
  keyturn datacenter --secret bitbucket/db --property jdbc.password \\
    --pointer /password
  keyturn datacenter web-shop --property x --json | jq -r '.lines[]'`;

async function datacenter(id: string | undefined, options: DatacenterOptions, terminal: Terminal): Promise<number> {
  checkOptions(id, options);
  const { secret: given, property, pointer, role, json } = options;
  const access = accessOf(options);
  const caller = await reach(access);
  const secretId = given ?? secretName(id ?? '');
  // An ARN says where it is.
  const region = /^arn:[^:]+:secretsmanager:([^:]+):/.exec(secretId)?.[1] ?? caller.region;
  const look = createSecretLook({ ...reviewConfig(access), region });
  const restart = id === undefined ? undefined : await restartsOf(id, openAccount(access));
  const seen = await describe(look, secretId, region);
  const key = idOfSecret(seen.name);
  const asked = { seen, region, isManaged: key !== undefined, pointer, role };
  const { checks, unread } = await check(look, asked);
  // Only a full ARN names a secret of another account.
  const named = role === undefined || accountOf(role) === accountOf(seen.arn) ? secretId : seen.arn;
  const document: DatacenterDocument = {
    schema: DATACENTER_SCHEMA,
    account: caller.accountId,
    region,
    key,
    secret: seen.name,
    arn: seen.arn,
    property,
    pointer,
    role,
    lines: [...propertyLines({ property, region, secretId: named, pointer })],
    checks: [...checks],
    proof: `aws secretsmanager get-secret-value --secret-id ${quoted(named)} --region ${region} --query VersionId --output text`,
    ...restart,
  };
  terminal.stdout.write(`${json ? JSON.stringify(document, undefined, 2) : renderDatacenter(document)}\n`);
  return exitCodeOf({ checks, unread });
}

function exitCodeOf({ checks, unread }: Checked): number {
  if (checks.some(({ status }) => status === 'fail')) return EXIT.problems;
  return unread ? EXIT.unreachable : EXIT.fine;
}

const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
/** RDS and other services put a `!` into the names of the secrets that they make. */
const SECRET = /^(?:[\w/+=.@!-]{1,512}|arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+)$/;

function checkOptions(id: string | undefined, { secret, property, pointer, role }: DatacenterOptions): void {
  if ((id === undefined) === (secret === undefined)) {
    throw mistake('Expected either the ID of a managed key or --secret with the name or the ARN of another secret');
  }
  if (secret !== undefined && !SECRET.test(secret)) throw mistake('--secret: expected the name or the ARN of a secret');
  checkProperty(property);
  if (pointer !== undefined) checkPointer(pointer);
  if (role !== undefined && !ROLE.test(role)) {
    throw mistake(
      '--role: expected the ARN of a role, such as arn:aws:iam::111122223333:role/Bitbucket; of a session ' +
        '(assumed-role/NAME/…) it is the role that policies name',
    );
  }
}

/** How long the key before the current one still works, and who is restarted for a new one. @throws KeyturnError `invalid-request` for an unknown ID */
async function restartsOf(
  id: string,
  { registry }: ReturnType<typeof openAccount>,
): Promise<Pick<DatacenterDocument, 'restartWithinDays' | 'restartedNodes'>> {
  const { entries } = await registry.list();
  const entry = entries.find((each) => each.id === id);
  if (entry === undefined) {
    throw mistake(
      `No managed key here has the ID ${quoted(id)}: "keyturn status" lists them; another secret is named with --secret`,
    );
  }
  const nodes = entry.targets.flatMap((target) => (target.type === 'data-center' ? target.nodes : []));
  return {
    restartWithinDays: entry.policy.deactivateAfter - entry.policy.rotateAfter,
    restartedNodes: nodes.length === 0 ? undefined : [...new Set(nodes)],
  };
}

async function describe(look: SecretLook, id: string, region: string): Promise<SecretSeen> {
  const seen = await look.describe(id).catch((thrown: unknown) => {
    if (toKeyturnError(thrown).code !== 'secret-missing') throw thrown;
    throw new KeyturnError('secret-missing', `There is no secret ${id} in ${region}, or its name is another one.`);
  });
  if (seen.deletedAt === undefined) return seen;
  throw new KeyturnError(
    'secret-missing',
    `The secret ${seen.name} is scheduled for deletion, and a node that starts finds nothing. To have it back: ` +
      `aws secretsmanager restore-secret --region ${region} --secret-id ${quoted(id)}`,
  );
}
