import * as z from 'zod';
import type { KeyturnError } from '../errors';
import { parseVersionId } from '../key/version-id';
import { cleaned } from '../outside-text';
import type { Host, Written } from './host';
import { region } from './region';

/** Systems Manager: names of documents; those that begin so are AWS's own, which know none of our parameters. */
const DOCUMENT = /^(?!(?:aws|amazon|amzn)[-.])[\w.-]{3,128}$/i;
/** EC2 instances, and machines of one's own that Systems Manager manages. */
const NODE = /^(?:i-(?:[0-9a-f]{8}|[0-9a-f]{17})|mi-[0-9a-f]{17})$/;
/** One audit event holds what each of them confirmed, and one after the other takes minutes each. */
const MOST_NODES = 20;
/** Characters of a target's name. */
const LONGEST_NAME = 1_000;

const settings = {
  document: z
    .string()
    .regex(DOCUMENT, 'expected the name of a Systems Manager document of your own')
    .describe('Name of the Systems Manager document that restarts one node and ends well only when it is healthy.'),
  nodes: z
    .array(z.string().regex(NODE, 'expected the ID of a managed node, such as i-0123456789abcdef0'))
    .min(1)
    .max(MOST_NODES)
    .refine((nodes) => new Set(nodes).size === nodes.length, 'expected each node once')
    .describe(
      'IDs of the nodes. They are restarted one at a time, in the order of their IDs, whatever order they are named in.',
    ),
  region: region.optional().describe("Region of the document and the nodes. Without it the stack's own."),
};

const dataCenterSchema = z.strictObject(settings);
const targetSchema = z.strictObject({ type: z.literal('data-center'), ...settings });
/** The nodes of a Data Center, as the registry holds them. */
export type DataCenterTarget = z.output<typeof targetSchema>;

const itemSchema = z.strictObject({
  dataCenter: dataCenterSchema.describe('Nodes that read the secret when they start, and are restarted one by one.'),
});

/** Bitbucket Data Center: its nodes read the secret by themselves, and only when they start. */
export const dataCenterHost = {
  name: 'dataCenter',
  types: ['data-center'],
  target: targetSchema,
  deliverTo: itemSchema,
  marks: ['dataCenter'],

  tokenForms: [],
  targetOf: ({ dataCenter }: z.output<typeof itemSchema>): DataCenterTarget => ({ type: 'data-center', ...dataCenter }),

  short: (target: DataCenterTarget): Readonly<Record<string, unknown>> => target,

  nameOf({ document, nodes, region }: DataCenterTarget): string {
    const where = region === undefined ? '' : ` in ${region}`;
    return cleaned(`data center ${nodes.join(' ')} by ${document}${where}`, LONGEST_NAME);
  },

  /** Each key is a property of its own: two keys of one node overwrite nothing. */
  writes: (): readonly Written[] => [],

  mayShare: (): boolean => false,

  nameThatMayPass: (): string | undefined => undefined,

  onceMore:
    'Nodes of a Data Center start one by one: all of them once more where each has confirmed the key, otherwise those that have not. None does where its document has no parameter AskedAt: then a finding says so.',

  /** Systems Manager is one for all; a node that does not come back is said to be that place's own. */
  systemOf: ({ region = '' }: DataCenterTarget): string => `systems manager ${region}`,
} as const satisfies Host<DataCenterTarget, z.output<typeof itemSchema>>;

/** What the document's parameters are called; it is sent names only, because a node fetches the value by itself. */
export const DOCUMENT_PARAMETERS = {
  secretArn: 'SecretArn',
  versionId: 'VersionId',
  accessKeyId: 'AccessKeyId',
  /** Not sent unless somebody has asked for a node to start again that has started for this version. */
  askedAt: 'AskedAt',
} as const;

/** What one node is to start again for. */
export interface RestartRequest {
  readonly secretArn: string;
  readonly versionId: string;
  readonly accessKeyId: string;
  /** ISO 8601: what was confirmed for an earlier one, or for none, does not count. @default - nobody has asked */
  readonly askedAt?: string | undefined;
}

/** Days that Systems Manager keeps what it was asked and what came of it (AWS Systems Manager User Guide, "Run Command"). */
export const HISTORY_DAYS = 30;

/** A command as Systems Manager lists it. */
interface Listed {
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  /** @default - nobody has named one */
  readonly documentVersion?: string | undefined;
}

/** How the list shows that nobody has named a version of the document. */
const USUAL_VERSIONS: readonly string[] = ['', '$DEFAULT'];

/**
 * What a command was sent for, and whether it is another one than Keyturn sends for some key: what the document does with
 * other settings, or in another version, says nothing of a node.
 */
export function sentFor({
  parameters,
  documentVersion = '',
}: Listed): Pick<SentRestart, 'secretArn' | 'versionId' | 'askedAt' | 'isOther'> {
  const one = (name: string) => (parameters[name]?.length === 1 ? parameters[name][0] : undefined);
  const { askedAt: asked, ...always } = DOCUMENT_PARAMETERS;
  const [secretArn, versionId, askedAt] = [one(always.secretArn), one(always.versionId), one(asked)];
  const names = askedAt === undefined ? Object.values(always) : Object.values(DOCUMENT_PARAMETERS);
  const isExact =
    USUAL_VERSIONS.includes(documentVersion) &&
    secretArn !== undefined &&
    Object.keys(parameters).sort().join() === [...names].sort().join() &&
    parseVersionId(versionId ?? '')?.accessKeyId === one(always.accessKeyId);
  return { secretArn, versionId, askedAt, isOther: !isExact };
}

/** One command of the document on one node, and what became of it. */
export interface SentRestart {
  readonly commandId: string;
  readonly node: string;
  readonly sentAt: Date;
  /** What it was sent for; undefined where its parameters say nothing of it. */
  readonly secretArn: string | undefined;
  readonly versionId: string | undefined;
  readonly askedAt?: string | undefined;
  /** It is not exactly what Keyturn sends, so that its success says nothing. @default false */
  readonly isOther?: boolean;
  /** `open` may still restart the node; whatever else did not succeed has `failed`. */
  readonly came: 'open' | 'succeeded' | 'failed';
  /** The node itself has not said anything of it, as far as the list shows. @default false */
  readonly isSilent?: boolean;
  /** In Systems Manager's words, such as `Execution Timed Out`. */
  readonly status: string;
}

/** What became of one node that was to start again: a fact for the record. */
export interface RestartEnd {
  readonly node: string;
  /** ID of the command; one that was refused has none. */
  readonly command?: string;
  readonly sentAt: Date;
  /**
   * `confirmed`: the document has ended well, having restarted the node or found that it was; `failed`: it has not, as its
   * health check decides, or has not reached the node.
   */
  readonly came: 'confirmed' | 'failed' | 'refused';
  /** In Systems Manager's words, such as `Execution Timed Out`. */
  readonly status?: string;
  /** Why it was refused. */
  readonly error?: Pick<KeyturnError, 'code' | 'message'>;
}

/** Where nodes are, and by which document they are restarted. */
export type NodesOf = Pick<DataCenterTarget, 'document' | 'region'> & { readonly nodes: readonly string[] };

/** Systems Manager's Run Command. */
export interface NodeCommands {
  /**
   * What is known of all commands of the document on these nodes, whoever sent them, and of those that are at work on
   * others. @throws KeyturnError
   */
  sent(where: NodesOf): Promise<readonly SentRestart[]>;
  /**
   * Sends one command to one node, once: an answer that is lost is told as `host-down`, and the node may restart.
   *
   * @returns the command's ID; undefined where the document does not take such parameters. @throws KeyturnError
   */
  restart(where: Omit<NodesOf, 'nodes'>, node: string, request: RestartRequest): Promise<string | undefined>;
}
