import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { KeyturnError } from '../../functions/core/errors';
import { fingerprintOf, type TrustedKey } from '../../functions/core/seal/check-seal';
import type { Verified } from '../../functions/core/seal/verified';
import { ArchiveCheck, auditEventIn } from '../../functions/core/seal/verify';
import { linesOfFile } from '../archive-lines';
import { EXIT } from '../exit-code';
import { renderVerified } from '../render/verified';
import type { Terminal } from '../terminal';

interface VerifyOptions {
  readonly publicKey?: readonly string[];
  readonly providerPublicKey?: readonly string[];
  readonly strict?: true;
  readonly json?: true;
}

/** `keyturn verify`: whether a copy of the archive is what the functions wrote. It needs no account and no network. */
export function verifyCommand(terminal: Terminal, ended: (exitCode: number) => void): Command {
  return new Command('verify')
    .description(
      'Checks a copy of the audit archive against the public key of the seal: that the functions of Keyturn wrote every ' +
        'event, and that none was changed or taken out. It needs no account and no network.',
    )
    .argument('<folder>', 'the copy: "aws s3 sync s3://<bucket>/events <folder>"')
    .option(
      '--public-key <file...>',
      'what "aws kms get-public-key --key-id alias/keyturn-seal" answered, or the key as PEM; each key that has sealed it',
    )
    .option(
      '--provider-public-key <file...>',
      "the same of alias/keyturn-provider-seal, for a copy of what a provider's endpoint has decided: it counts for that alone, and no other key does",
    )
    .option(
      '--strict',
      'exit with 1 also when lines that are not ours lie beside it, or there was a time without a stack',
    )
    .option('--json', 'write what was found as one JSON document')
    .addHelpText('after', HELP)
    .action((folder: string, options: VerifyOptions) => {
      ended(verify(folder, options, terminal));
    });
}

const HELP = `
Exit codes: 0 when it is intact, 1 when it is not, 2 when there is nothing to
check, or nothing to check it with.
Lines that somebody else has put beside the record are listed as not ours. They
break nothing; with --strict the exit code is 1 then. So it is for a time
between two stacks, of which nothing proves that nobody ran.
Take the public key from the account, or from whoever was given it at the
deployment; one that lies beside the archive proves nothing.
A line may be an audit event, or what an event bus has made of one: a copy of
what came to a bus is checked the same way.

Examples:
  aws kms get-public-key --key-id alias/keyturn-seal > seal.json
  aws s3 sync s3://<bucket>/events archive
  keyturn verify archive --public-key seal.json
  keyturn verify provider --provider-public-key provider-seal.json`;

function verify(folder: string, options: VerifyOptions, { folder: here, stdout, stderr }: Terminal): number {
  const { keys, unread } = readPublicKeys(here, options);
  const check = new ArchiveCheck(keys);
  const files = filesOf(resolve(here, folder), folder);
  for (const file of files) addFile(check, resolve(here, folder), file);
  const verified = check.verified();
  assertChecked(verified, folder, files.length, unread);
  for (const { message } of unread) stderr.write(`${message} No seal needed it.\n`);
  const intact = verified.problems.length === 0;
  const fingerprints = keys.map((key) => fingerprintOf(key.publicKey));
  stdout.write(
    options.json
      ? `${JSON.stringify({ intact, fingerprints, ...verified }, undefined, 2)}\n`
      : `${renderVerified(verified, fingerprints)}\n`,
  );
  const isWhole = verified.notOurs.length + verified.gaps.length === 0;
  return intact && (isWhole || !options.strict) ? EXIT.fine : EXIT.problems;
}

/** @throws KeyturnError where there is no verdict */
function assertChecked(
  { events, problems, notOurs }: Verified,
  folder: string,
  files: number,
  [unread]: readonly KeyturnError[],
): void {
  const ofOtherKey = [...problems, ...notOurs].filter(({ code }) => code === 'other-key').length;
  if (unread !== undefined && ofOtherKey > 0) {
    throw new KeyturnError(
      'invalid-request',
      `${unread.message} ${folder} has lines that another key has sealed, ${ofOtherKey} in all: it may be this one.`,
    );
  }
  if (events > 0 || problems.length > 0) return;
  throw new KeyturnError(
    'invalid-request',
    `${folder}: no event in its ${files} files stands in its place with a seal of a given key, so that nothing is proved. Copy the days since the functions seal what they write, and name the key that sealed them: that of a provider's endpoint as --provider-public-key, any other one as --public-key.`,
  );
}

/** In order of their names, which is that of time. */
function filesOf(folder: string, name: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new KeyturnError('invalid-request', `${name}: expected a folder with a copy of the archive, found none.`);
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'))
    .sort();
  if (files.length > 0) return files;
  throw new KeyturnError(
    'invalid-request',
    `${name}: expected files that end in .jsonl, found none. Copy what is under events/ in the bucket of the archive.`,
  );
}

/** `events/2026/11/28/…` */
const DAY = /(?:^|\/)(\d{4})\/(\d\d)\/(\d\d)\/[^/]+$/;

function addFile(check: ArchiveCheck, folder: string, file: string): void {
  const path = file.replaceAll('\\', '/');
  const day = DAY.exec(path)?.slice(1).join('-');
  for (const { number, text } of linesOfFile(join(folder, file))) {
    check.add({ text: text === undefined ? undefined : auditEventIn(text), place: `${path}:${number}`, day });
  }
}

/** @throws KeyturnError when none of them can be read */
function readPublicKeys(here: string, { publicKey = [], providerPublicKey = [] }: VerifyOptions) {
  const read = [
    ...publicKey.map((file) => readPublicKey(here, file)),
    ...providerPublicKey.map((file) => readPublicKey(here, file, true)),
  ];
  const unread = read.filter((one) => one instanceof KeyturnError);
  const keys = read.flatMap((one) => (one instanceof KeyturnError ? [] : [one]));
  if (keys.length > 0) return { keys, unread };
  const [
    first = new KeyturnError('invalid-request', 'expected --public-key or --provider-public-key, found neither.'),
  ] = unread;
  throw first;
}

function readPublicKey(here: string, file: string, isOfEndpoint = false): TrustedKey | KeyturnError {
  try {
    const text = readFileSync(resolve(here, file), 'utf8').trim();
    const key = text.startsWith('{') ? keyOf(JSON.parse(text)) : { publicKey: text };
    fingerprintOf(key.publicKey);
    return { ...key, isOfEndpoint };
  } catch {
    return new KeyturnError(
      'invalid-request',
      `${file}: expected a file with the answer of "aws kms get-public-key" as JSON, or a public key as PEM, found none.`,
    );
  }
}

/** What `aws kms get-public-key` writes down. */
function keyOf({ KeyId, PublicKey }: { readonly KeyId?: string; readonly PublicKey?: string }): TrustedKey {
  return { arn: KeyId, publicKey: PublicKey ?? '' };
}
