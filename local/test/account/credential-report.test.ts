import {
  CreateLoginProfileCommand,
  CreateUserCommand,
  DeleteLoginProfileCommand,
  DeleteUserCommand,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { CREDENTIAL_REPORT_COLUMNS } from '../../account/credential-report';
import { HOUR, START, world } from './world';

async function reportWorld(options: Parameters<typeof world>[0] = {}) {
  const here = await world(options);
  const lines = async () => {
    await here.iam.send(new GenerateCredentialReportCommand({}));
    const { Content } = await here.iam.send(new GetCredentialReportCommand({}));
    return Buffer.from(Content ?? [])
      .toString('utf8')
      .split('\n');
  };
  /** The line of a user without a comma in its name, by column. */
  const line = async (user: string) => {
    const cells = (await lines()).find((text) => text.startsWith(`${user},`))?.split(',') ?? [];
    return Object.fromEntries(CREDENTIAL_REPORT_COLUMNS.map((column, index) => [column, cells[index]]));
  };
  return { ...here, lines, line };
}

describe('the credential report', () => {
  it('shows root’s keys, which nothing else shows', async () => {
    const { line } = await reportWorld({
      rootKeys: [
        {
          createdAt: new Date('2019-03-04T05:06:07Z'),
          lastUsed: { at: new Date('2025-12-24T18:00:00Z'), service: 's3', region: 'us-east-1' },
        },
        { createdAt: new Date('2020-01-01T00:00:00Z'), status: 'Inactive' },
      ],
    });
    expect(await line('<root_account>')).toMatchObject({
      arn: 'arn:aws:iam::111122223333:root',
      password_last_used: 'no_information',
      access_key_1_active: 'true',
      access_key_1_last_rotated: '2019-03-04T05:06:07+00:00',
      access_key_1_last_used_date: '2025-12-24T18:00:00+00:00',
      access_key_1_last_used_region: 'us-east-1',
      access_key_1_last_used_service: 's3',
      access_key_2_active: 'false',
      access_key_2_last_rotated: '2020-01-01T00:00:00+00:00',
      access_key_2_last_used_date: 'N/A',
    });
  });

  it('has no information of a password that was not used since IAM keeps track', async () => {
    const { iam, line, account, clock } = await reportWorld();
    await iam.send(new CreateUserCommand({ UserName: 'alice' }));
    await iam.send(new CreateLoginProfileCommand({ UserName: 'alice', Password: 'a long enough one' }));
    expect(JSON.stringify(account.trail)).not.toContain('a long enough one');
    expect(await line('alice')).toMatchObject({
      password_enabled: 'true',
      password_last_used: 'no_information',
      password_last_changed: '2026-01-01T00:00:00+00:00',
      password_next_rotation: 'N/A',
    });
    account.iam.users.get('alice').password = { changedAt: START, lastUsedAt: START + HOUR };
    clock.advanceBy(4 * HOUR);
    expect(await line('alice')).toMatchObject({ password_last_used: '2026-01-01T01:00:00+00:00' });
    await expect(iam.send(new DeleteUserCommand({ UserName: 'alice' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.send(new DeleteLoginProfileCommand({ UserName: 'alice' }));
    await iam.send(new DeleteUserCommand({ UserName: 'alice' }));
  });

  it('puts a name with a comma in quotes', async () => {
    const { iam, lines } = await reportWorld();
    await iam.send(new CreateUserCommand({ UserName: 'doe,jane' }));
    expect((await lines())[2]).toMatch(/^"doe,jane","arn:aws:iam::111122223333:user\/doe,jane",2026-01-01T/);
  });
});
