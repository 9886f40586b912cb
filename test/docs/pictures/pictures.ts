import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ConfigInput } from '../../../functions/core/config/config';
import { typed } from '../../cli/typed';
import { DeployedWorld, synthesized } from '../../support/deployed-world';
import { ROOT } from '../documents';
import { steady } from '../steady';
import { pictureOf, type Session } from './terminal-picture';

/** Each picture, and the command that it shows. */
export const PICTURES: Readonly<Record<string, readonly string[]>> = {
  'docs/pictures/status.svg': ['status'],
  'docs/pictures/plan.svg': ['plan', '--days', '30'],
};

const key = (id: string): NonNullable<ConfigInput['keys']>[number] => ({
  id,
  user: `bitbucket-${id}`,
  deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
});
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [key('billing'), { ...key('docs-site'), mode: 'observe' }, key('image-builder'), key('web-shop')],
  notify: ['security@example.com'],
};

/** What the commands say in a stack with four keys: one in an overlap, one that is held back, one that needs somebody. */
export async function sessions(): Promise<ReadonlyMap<string, Session>> {
  const deployed = await DeployedWorld.open(synthesized(CONFIG), {
    seed: 'pictures',
    world: { accountServer: { allowedSkew: Number.POSITIVE_INFINITY } },
  });
  const before = { ...process.env };
  try {
    const { account, accountUrl, clock } = deployed.world;
    await deployed.until(1);
    const Tags = [{ Key: 'keyturn:paused', Value: '2026-01-20T08:00:00Z alice release freeze' }];
    account.invoke(deployed.admin, 'secretsmanager', 'TagResource', { SecretId: 'keyturn/image-builder', Tags });
    const [old] = deployed.keys('bitbucket-billing');
    const UserName = 'bitbucket-billing';
    account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', { UserName, AccessKeyId: old?.id ?? '' });
    account.invoke(deployed.admin, 'iam', 'CreateAccessKey', { UserName });
    await deployed.until(2, 9);
    const { accessKeyId, secretAccessKey, sessionToken = '' } = account.rootSession();
    Object.assign(process.env, {
      AWS_ENDPOINT_URL: accountUrl,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    const time = { now: () => new Date(clock.now()), sleep: async () => {} };
    const shown = new Map<string, Session>();
    for (const [file, args] of Object.entries(PICTURES)) {
      const stdout = new Coloured();
      const { stderr } = await typed(args, { time, stdout });
      if (stderr !== '') throw new Error(stderr);
      shown.set(file, { command: `keyturn ${args.join(' ')}`, output: steady(stdout.text, []) });
    }
    return shown;
  } finally {
    process.env = before;
    await deployed.close();
  }
}

class Coloured extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    this.text += chunk.toString();
    written();
  }
}

/** `npm run pictures` */
async function main(): Promise<void> {
  for (const [file, session] of await sessions()) writeFileSync(join(ROOT, file), pictureOf(session));
}

if (require.main === module) void main();
