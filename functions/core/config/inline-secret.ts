import type { Words } from '../words';

/** A kind of secret by its form, as those who give them out document it for scanners of secrets. */
interface SecretForm {
  readonly form: RegExp;
  /** What it is, after "found". */
  readonly what: string;
  /** Who takes it back. */
  readonly revoke: string;
}

const TOKEN = 'revoke it at its host';

const FORMS: readonly SecretForm[] = [
  { form: /ATCTT3[\w=-]{8,}/, what: 'an access token of Bitbucket', revoke: 'revoke it at Bitbucket' },
  { form: /ATATT3[\w=-]{8,}/, what: 'an API token of Atlassian', revoke: 'revoke it at id.atlassian.com' },
  { form: /ATBB[A-Za-z0-9]{20,}/, what: 'an app password of Bitbucket', revoke: 'revoke it at Bitbucket' },
  { form: /\b(gh[pousr]_\w{20,}|github_pat_\w{20,})/, what: 'a token of GitHub', revoke: TOKEN },
  { form: /\bglpat-[\w-]{20,}/, what: 'a token of GitLab', revoke: TOKEN },
  { form: /\bxox[abeprs]-[\w-]{10,}/, what: 'a token of Slack', revoke: TOKEN },
  { form: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]+/, what: 'a signed token (JWT)', revoke: TOKEN },
  { form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: 'a private key', revoke: 'replace it' },
  { form: /\bhttps?:\/\/[^\s/:@"']+:[^\s/@"']+@/, what: 'a URL with a password', revoke: TOKEN },
  {
    // IAM: 40 characters. Capitals, small letters and digits tell it from a digest or a path.
    form: /(?<![\w/+=.:-])(?=[a-z0-9/+]{0,39}[A-Z])(?=[A-Z0-9/+]{0,39}[a-z])(?=[A-Za-z/+]{0,39}\d)[A-Za-z0-9/+]{40}(?![\w/+=.-])/,
    what: 'a secret access key of AWS',
    revoke: 'make that access key Inactive',
  },
];

/** Slack: whoever knows the address may write to the channel. */
const SLACK = /\bhttps?:\/\/hooks\.slack\.com\/[\w/-]+/;
const SLACK_WORDS: Words = {
  message: 'expected no secret in this file, found the webhook of a Slack channel',
  cure:
    'revoke it at Slack, because whoever has it may write there; notify takes e-mail addresses, and ' +
    'docs/operate/alarms.md#a-second-channel brings the same to Slack',
};

const HANDED_OVER = 'whoever reads the file or its history has it; store a new one with keyturn connect';

/** Names of settings that ask for a secret itself. */
const SECRET_NAME =
  /^(access|api|auth|bearer|oauth)?[-_]?tokens?$|^(app)?[-_]?password$|^pass(word|phrase)?$|(client|key)[-_]?secret$|^secret[-_]?(access)?[-_]?key$|^api[-_]?key$/i;

/** A secret that stands in a text, which must never be told again. */
export interface InlineSecret {
  readonly offset: number;
  readonly words: Words;
}

/** Every secret in a text that can be told by its form, wherever it stands: in a value, a name or a comment. */
export function secretsIn(text: string): readonly InlineSecret[] {
  const tokens = FORMS.flatMap(({ form, what, revoke }) =>
    placesOf(form, text).map((offset) => ({
      offset,
      words: { message: `expected no secret in this file, found ${what}`, cure: `${revoke}: ${HANDED_OVER}` },
    })),
  );
  const webhooks = placesOf(SLACK, text).map((offset) => ({ offset, words: SLACK_WORDS }));
  return [...tokens, ...webhooks].sort((a, b) => a.offset - b.offset);
}

/** The same text without them. */
export function withoutSecretsIn(text: string): string {
  return [SLACK, ...FORMS.map(({ form }) => form)].reduce(
    (rest, form) => rest.replace(new RegExp(form, 'g'), '[redacted]'),
    text,
  );
}

/** Words for a setting that is called as if a secret stood in the file; undefined for any other name. */
export function secretSetting(name: string, expected: string): Words | undefined {
  if (!SECRET_NAME.test(name)) return undefined;
  return {
    message: `expected ${expected}, and no secret in this file, found "${name}"`,
    cure: `take it out and, if it was real, ${TOKEN}: ${HANDED_OVER}`,
  };
}

function placesOf(form: RegExp, text: string): readonly number[] {
  return [...text.matchAll(new RegExp(form, 'g'))].map(({ index }) => index);
}
