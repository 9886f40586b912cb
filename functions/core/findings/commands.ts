import type { NamedConnection } from '../lifecycle/found';
import { AUDIT_LOG_GROUP, type FunctionName, registryParameterName, secretName, TAG } from '../names';

/** What commands have to know of a finding. */
interface Subject {
  readonly key?: string;
  /** The IAM user of its key, where the run knows it. */
  readonly user?: string;
  readonly accessKeyId?: string;
  readonly connection?: NamedConnection;
  /** Why nothing is done for its key. @default - it is not that */
  readonly heldBy?: HeldBy;
}

/** What lets nothing be done for a key until a person ends it: a pause, or `mode: observe`. */
export type HeldBy = 'paused' | 'observed';

/** Findings of one cause, and where they were made. */
export interface Concerned {
  readonly findings: readonly Subject[];
  /** Managed keys by id. */
  readonly keys: readonly string[];
  /** There are more keys than these. */
  readonly many: boolean;
  readonly region: string;
  readonly run: string;
  /** The function that found them: its short name. */
  readonly function: string;
  /** Its name in AWS, where that is known. */
  readonly functionName?: string | undefined;
}

/** One thing to run, and what for: `Deliver it again`. */
export interface Command {
  readonly to: string;
  readonly run: string;
}

/** Makes the commands for findings of one cause. */
export type Commands = (concerned: Concerned) => readonly Command[];

/** A word of a command line: what comes from tags, parameters and requests must not become another command. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

export function allOf(...several: readonly Commands[]): Commands {
  return (concerned) => several.flatMap((commands) => commands(concerned));
}

/** Starts a function for the keys; for everything where no key is concerned, or very many are. */
export function start(name: FunctionName, to: string): Commands {
  return (concerned) => {
    const payload = concerned.many || concerned.keys.length === 0 ? '{}' : JSON.stringify({ keys: concerned.keys });
    return [
      {
        to,
        run:
          `aws lambda invoke --region ${concerned.region} --function-name ${functionName(name, concerned)} ` +
          `--payload ${quoted(payload)} --cli-binary-format raw-in-base64-out --cli-read-timeout 910 /dev/stdout`,
      },
    ];
  };
}

/** Starts the function that found it for everything. */
export function startAgain(to: string): Commands {
  return (concerned) => start(concerned.function as FunctionName, to)({ ...concerned, keys: [] });
}

/** Only the own name is known; the stack's outputs have those of the others. */
function functionName(name: FunctionName, concerned: Concerned): string {
  if (name === concerned.function && concerned.functionName !== undefined) return quoted(concerned.functionName);
  const output = `${name.charAt(0).toUpperCase()}${name.slice(1)}FunctionName`;
  return (
    `"$(aws cloudformation describe-stacks --region ${concerned.region} --output text ` +
    `--query "Stacks[].Outputs[] | [?OutputKey=='${output}'].OutputValue | [0]")"`
  );
}

/** About the IAM user of each key. */
export function ofUser(to: string, run: (user: string) => string): Commands {
  return ({ findings }) =>
    findings.flatMap(({ user }) => (user === undefined ? [] : [{ to, run: `aws iam ${run(quoted(user))}` }]));
}

/** About the access key that each finding names. */
export function ofAccessKey(to: string, run: (accessKeyId: string, user: string) => string): Commands {
  return ({ findings }) =>
    findings.flatMap(({ user, accessKeyId }) =>
      user === undefined || accessKeyId === undefined ? [] : [{ to, run: run(quoted(accessKeyId), quoted(user)) }],
    );
}

/** About the secret of each managed key. */
export function ofSecret(to: string, operation: string, more = ''): Commands {
  return ({ keys, region }) =>
    keys.map((key) => ({
      to,
      run: `aws secretsmanager ${operation} --region ${region} --secret-id ${quoted(secretName(key))}${more}`,
    }));
}

export function withoutTag(to: string, tag: string): Commands {
  return ofSecret(to, 'untag-resource', ` --tag-keys ${tag}`);
}

/** The command of this name, for each managed key. */
export function keyturn(to: string, run: (key: string) => string): Commands {
  return ({ keys }) => keys.map((key) => ({ to, run: `keyturn ${run(quoted(key))}` }));
}

/** Ends what holds keys back, before anything else is of use. */
export const letGo: Commands = (concerned) => {
  const held = (by: HeldBy) => concerned.findings.flatMap(({ key, heldBy }) => (heldBy === by ? (key ?? []) : []));
  return [
    ...withoutTag('End the pause', TAG.paused)({ ...concerned, keys: held('paused') }),
    ...held('observed').map(() => ({
      to: 'Let it rotate again: "mode: rotate" in keyturn.yaml or in the app that has it, and a deployment',
      run: 'npx cdk deploy --all',
    })),
  ];
};

export function registryHistory(to: string): Commands {
  return ({ keys, region }) =>
    keys.map((key) => ({
      to,
      run: `aws ssm get-parameter-history --region ${region} --name ${quoted(registryParameterName(key))}`,
    }));
}

/** When each access key of the users was used last. */
export const lastUses: Commands = ofUser(
  'See when each key was used last',
  (user) =>
    `list-access-keys --user-name ${user} --query 'AccessKeyMetadata[].AccessKeyId' --output text | tr '\\t' '\\n' | ` +
    'xargs -n 1 aws iam get-access-key-last-used --access-key-id',
);

/** The audit events of the last day that fit. @param event name of an event; all of this run when it is not given */
export function auditEvents(to: string, event?: string): Commands {
  return ({ region, run }) => {
    const pattern =
      event === undefined ? `{ $.run = ${JSON.stringify(run)} }` : `{ $.event = ${JSON.stringify(event)} }`;
    return [
      {
        to,
        run:
          `aws logs filter-log-events --region ${region} --log-group-name ${AUDIT_LOG_GROUP} ` +
          `--start-time "$(( ($(date +%s) - 86400) * 1000 ))" --filter-pattern ${quoted(pattern)} ` +
          "--query 'events[].message' --output text",
      },
    ];
  };
}

/** Puts a new token into the secret of each connection, and when it ends into the secret's tag. */
export const replaceToken: Commands = ({ findings, region }) => {
  const secrets = new Set(findings.flatMap(({ connection }) => connection?.secret ?? []));
  return [...secrets].map(quoted).flatMap((secret) => [
    {
      to: 'Store a new access token: paste it, press Enter (the runbook has the other kinds of tokens)',
      run:
        `read -rs TOKEN && printf '{"accessToken":"%s"}' "$TOKEN" | aws secretsmanager put-secret-value ` +
        `--region ${region} --secret-id ${secret} --secret-string file:///dev/stdin; unset TOKEN`,
    },
    {
      to: 'Say when it ends: type the date, such as 2027-03-01, press Enter',
      run:
        `read -r END && aws secretsmanager tag-resource --region ${region} --secret-id ${secret} ` +
        `--tags "Key=${TAG.expires},Value=$END"`,
    },
  ]);
};

/** A command that concerns no key. */
export function always(to: string, run: (region: string) => string): Commands {
  return ({ region }) => [{ to, run: run(region) }];
}

/* What several findings ask for. */

export const listKeys = ofUser("See the user's keys", (user) => `list-access-keys --user-name ${user}`);
export const lastUse = ofAccessKey(
  'See its last use',
  (id) => `aws iam get-access-key-last-used --access-key-id ${id}`,
);
/** What CloudTrail has of an access key. */
export const eventsOf = (accessKeyId: string) =>
  `aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${accessKeyId}`;
export const whoUsesIt = ofAccessKey('See who uses it', eventsOf);
export const repair = start('rotate', 'Repair it now');
export const deliver = start('sync', 'Deliver again, when the cause is cured');
export const failures = auditEvents('See what failed since yesterday', 'target-failed');
export const thisRun = auditEvents('See what the run did');
