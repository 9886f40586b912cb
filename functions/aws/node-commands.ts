import {
  type Command,
  type CommandInvocation,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { SECOND } from '../core/duration';
import { type ErrorCode, KeyturnError } from '../core/errors';
import {
  DOCUMENT_PARAMETERS,
  type NodeCommands,
  type NodesOf,
  type RestartRequest,
  type SentRestart,
  sentFor,
} from '../core/hosts/data-center';
import { cleaned } from '../core/outside-text';
import { type AwsAccess, deliveryConfig } from './client-config';
import { clientOfRegion } from './client-of-region';
import { awsFailure } from './failure';

/** Milliseconds for one request. */
const LONGEST_CALL = 10 * SECOND;
/** Seconds until a command that no node has begun with is given up: a node that comes back later is not restarted then. */
const DELIVERED_WITHIN = 600;
/** The API gives 50 at a time; a document that restarts has not been sent 10,000 times in 30 days. */
const PAGE = 50;
const MOST_PAGES = 200;

const LONGEST_STATUS = 60;

/** A parameter is missing, or is none of the document's (the SDK's `InvalidParameters`). */
const NOT_TAKEN = 'InvalidParameters';

/** Statuses of an invocation that may still restart the node (SDK, `CommandInvocationStatus`). */
const OPEN: readonly string[] = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

/** What AWS calls it, and what it is to a delivery. */
const MEANS: Readonly<Record<string, ErrorCode>> = {
  InvalidDocument: 'environment-not-found',
  InvalidDocumentVersion: 'environment-not-found',
  InvalidInstanceId: 'environment-not-found',
  UnsupportedPlatformType: 'host-rejected',
  MaxDocumentSizeExceeded: 'host-rejected',
  UnrecognizedClientException: 'token-rejected',
  InvalidSignatureException: 'token-rejected',
  ExpiredTokenException: 'token-rejected',
};

interface NodeCommandsProps extends AwsAccess {
  /** Milliseconds for one request. @default 10000 */
  readonly timeout?: number;
}

/** The NodeCommands port over the AWS SDK. Nothing that a node has written is read: it may hold what it fetched. */
export function createNodeCommands({ timeout = LONGEST_CALL, ...access }: NodeCommandsProps = {}): NodeCommands {
  const clientIn = clientOfRegion((where) => new SSMClient({ ...deliveryConfig(timeout, access), ...where }));

  return {
    async sent(where) {
      const client = clientIn(where.region);
      const commands = await commandsOf(client, where);
      if (commands.length === 0) return [];
      const invocations = await invocationsOf(client, where);
      const own = where.nodes.flatMap((node) =>
        commands.flatMap((command) => {
          const invocation = invocations.get(nameOf(command.CommandId, node));
          // One that names its nodes by tags does not list them.
          const isOn = invocation !== undefined || command.InstanceIds?.includes(node);
          return isOn ? [sentRestart(command, node, invocation)] : [];
        }),
      );
      return [...own, ...openElsewhere(commands, where)];
    },

    async restart({ region, document }, node, request) {
      const command = new SendCommandCommand({
        DocumentName: document,
        InstanceIds: [node],
        Parameters: parametersOf(request),
        Comment: `Keyturn: a node starts with ${request.accessKeyId}`,
        TimeoutSeconds: DELIVERED_WITHIN,
        MaxConcurrency: '1',
        MaxErrors: '0',
      });
      const doing = `ssm:SendCommand of ${document} to ${node}`;
      const sent = await asking(doing, async () => {
        try {
          return (await clientIn(region).send(command)).Command ?? {};
        } catch (thrown) {
          if (thrown instanceof Error && thrown.name === NOT_TAKEN) return undefined;
          throw thrown;
        }
      });
      if (sent === undefined) return undefined;
      if (sent.CommandId !== undefined) return sent.CommandId;
      throw new KeyturnError('host-down', `${doing}: AWS answered without a command's ID.`, { retryable: true });
    },
  };
}

async function asking<Answer>(doing: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (thrown) {
    throw failureOf(thrown, doing);
  }
}

async function commandsOf(client: SSMClient, { document }: NodesOf): Promise<readonly Command[]> {
  const Filters = [{ key: 'DocumentName' as const, value: document }];
  const found = await asking(`ssm:ListCommands of ${document}`, () =>
    allPages(async (NextToken) => {
      const command = new ListCommandsCommand({ Filters, MaxResults: PAGE, NextToken });
      const { Commands = [], NextToken: next } = await client.send(command);
      return { items: Commands, next };
    }),
  );
  return found.filter(({ DocumentName }) => DocumentName === document);
}

/** What became of all commands of the document, by command and node. */
async function invocationsOf(
  client: SSMClient,
  { document }: NodesOf,
): Promise<ReadonlyMap<string, CommandInvocation>> {
  const Filters = [{ key: 'DocumentName' as const, value: document }];
  const all = await asking(`ssm:ListCommandInvocations of ${document}`, () =>
    allPages(async (NextToken) => {
      const command = new ListCommandInvocationsCommand({ Filters, MaxResults: PAGE, NextToken });
      const { CommandInvocations = [], NextToken: next } = await client.send(command);
      return { items: CommandInvocations, next };
    }),
  );
  return new Map(all.map((one) => [nameOf(one.CommandId, one.InstanceId), one]));
}

function nameOf(command = '', node = ''): string {
  return `${command} ${node}`;
}

/** What is at work on other nodes, or on those with a tag, which may be some of the same cluster. */
function openElsewhere(commands: readonly Command[], { nodes }: NodesOf): readonly SentRestart[] {
  return commands.flatMap((command) => {
    const { Status = 'Pending', InstanceIds = [] } = command;
    if (!OPEN.includes(Status) || InstanceIds.some((id) => nodes.includes(id))) return [];
    return [sentRestart(command, InstanceIds[0] ?? 'nodes by their tags', command)];
  });
}

function parametersOf(request: RestartRequest): Record<string, string[]> {
  const named = Object.entries(DOCUMENT_PARAMETERS).map(([field, name]) => [
    name,
    request[field as keyof RestartRequest],
  ]);
  return Object.fromEntries(named.flatMap(([name, value]) => (value === undefined ? [] : [[name, [value]]])));
}

/**
 * What the node itself says counts: a command whose only node could not be reached may be a success as a whole
 * (`StatusDetails`, `Undeliverable`).
 */
function sentRestart(
  command: Command,
  node: string,
  invocation: Pick<Command | CommandInvocation, 'Status' | 'StatusDetails'> | undefined,
): SentRestart {
  const { CommandId: commandId = '', RequestedDateTime: sentAt = new Date(0), Parameters: parameters = {} } = command;
  const purpose = sentFor({ parameters, documentVersion: command.DocumentVersion });
  const about = { commandId, node, sentAt, ...purpose };
  const { Status: status = 'Pending', StatusDetails: details = status } = invocation ?? command;
  const words = { status: cleaned(details, LONGEST_STATUS) };
  const isOpen = OPEN.includes(status);
  // What is listed lags behind: where the command is over without a success, no word of the node will come.
  if (invocation === undefined)
    return { ...about, ...words, came: isOpen || status === 'Success' ? 'open' : 'failed', isSilent: true };
  return { ...about, ...words, came: isOpen ? 'open' : status === 'Success' ? 'succeeded' : 'failed' };
}

async function allPages<Item>(
  page: (token: string | undefined) => Promise<{ readonly items: readonly Item[]; readonly next: string | undefined }>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const { items, next } = await page(token);
    all.push(...items);
    if (next === undefined || next === '') return all;
    token = next;
  }
  throw new KeyturnError('host-answer-invalid', `the list has more than ${MOST_PAGES} pages.`);
}

function failureOf(thrown: unknown, doing: string): KeyturnError {
  if (thrown instanceof KeyturnError) return new KeyturnError(thrown.code, `${doing}: ${thrown.message}`);
  if (thrown instanceof SyntaxError) {
    const what = 'the answer cannot be read. Look at what stands between the function and Systems Manager.';
    return new KeyturnError('host-answer-invalid', `${doing}: ${what}`, { retryable: true });
  }
  const error = awsFailure(thrown, doing, MEANS);
  switch (error.code) {
    case 'aws-uncertain':
      return new KeyturnError('host-down', `${error.message} The next run looks what came of it.`, { retryable: true });
    case 'aws-throttled':
      return new KeyturnError('rate-limited', error.message, { retryable: true });
    case 'aws-denied':
      return new KeyturnError('scope-missing', error.message, { cause: new Error('access denied') });
    case 'aws-rejected':
      return new KeyturnError('host-rejected', error.message);
    default:
      return error;
  }
}
