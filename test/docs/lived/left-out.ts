import type { Scene } from './scene';

/** A command of a page that is not run as it stands, and why. */
export interface LeftOut {
  /** The page, or pages, from the root. */
  readonly page: string | RegExp;
  /** What the command begins with. */
  readonly begins: string;
  /** Whether it ends there too. @default false */
  readonly exact?: true;
  readonly why: string;
  /** What is done in its place, so that the page goes on as after the command. @default - nothing */
  readonly instead?: (scene: Scene) => Promise<unknown>;
}

const ANY = /./;
const SIGNER = 'AWS Signer is not in the local account; test:deploy deploys code that was signed.';
const ASKS = 'It shows what will be done and asks people; test/permissions/people.test.ts has it done with --yes.';
const READER = /^docs\/start\/pipelines\.md$/;

const NO_LAST_ACCESSED = 'The local IAM has no service last accessed data.';

const PROVIDED =
  "The stack of the page has no endpoint; test/provider/sealed-endpoint.test.ts reads its seal's key, and verifies a copy.";

export const LEFT_OUT: readonly LeftOut[] = [
  {
    page: ANY,
    begins: 'npm ci',
    why: 'It installs this checkout, in which the tests run; the first step of .ci/run.',
  },
  {
    page: /^(?!docs\/audit\/record)/,
    begins: 'npm start',
    why: 'CI runs it, and test/cli/simulate.test.ts its options: it is a world of its own.',
  },
  {
    page: ANY,
    begins: 'npx cdk deploy',
    why: 'test:deploy runs the real one in MiniStack. The local account deploys what it synthesizes.',
    instead: (scene) => scene.deploy(),
  },
  {
    page: ANY,
    begins: 'npx cdk diff',
    why: 'It asks the bootstrap stack for roles; test:deploy has one, and runs it before each deployment.',
  },
  {
    page: ANY,
    begins: 'npx cdk destroy',
    why: 'It asks and calls DeleteStack, which is what is done here.',
    instead: (scene) => scene.destroy(),
  },
  {
    page: 'docs/start/getting-started.md',
    begins: 'npx cdk bootstrap',
    why: 'test:deploy runs it in MiniStack: the local account has no ECR.',
  },
  {
    page: 'docs/start/getting-started.md',
    begins: 'alias keyturn=',
    why: 'Aliases are for people who type; the name leads to the same command here.',
  },
  {
    page: 'docs/start/package.md',
    begins: 'npm install ./keyturn',
    why: 'test:package packs the tarball, installs it and lives with it.',
  },
  {
    page: 'docs/audit/record.md',
    begins: 'npm run --silent keyturn -- verify copy',
    why: 'What is planted on the bus here is no whole day; test/cli/verify.test.ts checks what came to one.',
  },
  {
    page: /^docs\/(audit\/record|operate\/uninstall)\.md$/,
    begins: 'aws kms get-public-key --key-id alias/keyturn-provider-seal',
    why: PROVIDED,
  },
  {
    page: 'docs/audit/record.md',
    begins: 'aws logs filter-log-events --log-group-name /keyturn/provider',
    why: PROVIDED,
  },
  { page: 'docs/audit/record.md', begins: 'npm run --silent keyturn -- verify provider', why: PROVIDED },
  {
    page: 'docs/start/package.md',
    begins: 'npm install --save-dev aws-cdk',
    why: 'test/deploy/new-user.test.ts has it installed, and deploys with it.',
  },
  {
    page: 'docs/operate/runbooks/record-unavailable.md',
    begins: 'aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName',
    why: 'The events of the local account name no resources.',
  },
  {
    page: 'docs/start/keyless.md',
    begins: 'aws cloudformation deploy',
    why: 'The local CloudFormation shows stacks and makes none; test/docs/lived/keyless.test.ts sees what it asks for, and deploys that.',
  },
  {
    page: 'docs/start/keyless.md',
    begins: 'aws cloudformation create-stack-',
    why: 'It is about an organization, which the local account has none of; test/docs/lived/keyless.test.ts sees what it asks for.',
  },
  {
    page: 'docs/start/way-out.md',
    begins: 'JOB=$(aws iam generate-service-last-accessed-details',
    why: NO_LAST_ACCESSED,
  },
  { page: 'docs/start/way-out.md', begins: 'aws iam get-service-last-accessed-details', why: NO_LAST_ACCESSED },
  {
    page: 'docs/start/keyless.md',
    begins: 'aws cloudformation activate-organizations-access',
    why: 'It is about an organization, which the local account has none of.',
  },
  {
    page: 'docs/start/keyless.md',
    begins: 'jq ',
    why: 'It reads a file of Atlassian that nobody may hand on; test/docs/lived/keyless.test.ts runs it on one of that form.',
  },
  {
    page: 'docs/start/provider.md',
    begins: 'keyturn serve-provider',
    why: 'It serves until somebody ends it; test/cli/serve-provider.test.ts has it serve a runner, and ends it.',
  },
  {
    page: /^docs\/start\/(init|package)\.md$/,
    begins: 'npx keyturn init',
    exact: true,
    why: 'It asks people; test/cli/init.test.ts answers it at a terminal.',
  },
  {
    page: 'docs/operate/day-to-day.md',
    begins: 'keyturn rotate',
    why: ASKS,
  },
  {
    page: /^docs\/operate\/(day-to-day|runbooks\/paused)\.md$/,
    begins: 'keyturn pause',
    why: ASKS,
  },
  {
    page: /^docs\/operate\/(day-to-day|runbooks\/paused)\.md$/,
    begins: 'keyturn resume',
    why: ASKS,
  },
  {
    page: 'docs/operate/day-to-day.md',
    begins: 'keyturn exempt',
    why: ASKS,
  },
  {
    page: 'docs/operate/day-to-day.md',
    begins: 'keyturn rollback',
    why: ASKS,
  },
  {
    page: 'docs/operate/runbooks/not-rolled-back.md',
    begins: 'npx keyturn ro',
    why: ASKS,
  },
  {
    page: 'docs/operate/permissions.md',
    begins: 'aws sts assume-role',
    why: 'The account that is served has no break-glass role; test/infra/break-glass.test.ts evaluates its policies.',
  },
  { page: 'docs/operate/deployment.md', begins: 'aws s3 mb', why: SIGNER },
  { page: 'docs/operate/deployment.md', begins: 'aws s3api put-bucket-versioning', why: SIGNER },
  { page: 'docs/operate/deployment.md', begins: 'PUBLISHER=$(aws signer', why: SIGNER },
  { page: 'docs/operate/deployment.md', begins: 'aws lambda create-code-signing-config', why: SIGNER },
  { page: 'docs/operate/deployment.md', begins: 'for file in $(npm run --silent code-to-sign)', why: SIGNER },
  {
    page: 'docs/audit/auditors.md',
    begins: 'aws cloudtrail validate-logs',
    why: 'The CLI checks digests that AWS has signed with keys of its own; nobody else can make them.',
  },
  {
    page: 'docs/start/configuration.md',
    begins: 'aws organizations',
    why: 'The local account belongs to no organization.',
  },
  {
    page: 'docs/start/configuration.md',
    begins: 'sed "s/111122223333/$ACCOUNT/g; s/acme-access-logs/',
    why: 'The local account keeps no policies of buckets; test/docs/configurations.test.ts reads this one.',
  },
  {
    page: READER,
    begins: '',
    why: 'A pipeline runs it; test/docs/pipelines.test.ts does, with what a delivery has left there.',
  },
];

/** The entry for a command of a page, if it is left out. */
export function leftOut(page: string, statement: string): LeftOut | undefined {
  return LEFT_OUT.find((one) => isLeftOut(one, page, statement));
}

export function isLeftOut({ page: on, begins, exact }: LeftOut, page: string, statement: string): boolean {
  if (typeof on === 'string' ? on !== page : !on.test(page)) return false;
  return exact ? statement === begins : statement.startsWith(begins);
}
