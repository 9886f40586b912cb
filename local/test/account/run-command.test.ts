import {
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import type { NodeRun } from '../../account/run-command';
import { DAY, world } from './world';

const MACHINE = 'i-0123456789abcdef0';
const OTHER = 'i-0fedcba9876543210';

async function machines(run: NodeRun = { takes: 60_000, ends: 'Success' }) {
  const here = await world();
  const machine = { reach: 'online' as 'online' | 'offline' | 'gone' };
  const { runCommand } = here.account;
  for (const id of [MACHINE, OTHER]) runCommand.addNode(id, { reach: () => machine.reach, run: () => run });
  runCommand.addDocument('restart', { parameters: ['Why', 'Now'], needed: ['Why'] });
  const send = async (InstanceIds = [MACHINE], Parameters: Record<string, string[]> = { Why: ['x'] }) => {
    const sent = { DocumentName: 'restart', InstanceIds, Parameters, TimeoutSeconds: 600 };
    return (await here.ssm.send(new SendCommandCommand(sent))).Command?.CommandId ?? '';
  };
  const status = async (CommandId: string, InstanceId = MACHINE) => {
    const { CommandInvocations = [] } = await here.ssm.send(
      new ListCommandInvocationsCommand({ CommandId, InstanceId }),
    );
    return CommandInvocations[0]?.StatusDetails;
  };
  const whole = async (CommandId: string) =>
    (await here.ssm.send(new ListCommandsCommand({ CommandId }))).Commands?.[0]?.StatusDetails;
  return { ...here, machine, runCommand, send, status, whole };
}

describe('a command', () => {
  it('is Pending, then in progress, and then what the machine made of it', async () => {
    const { clock, send, status, whole } = await machines();
    const id = await send();
    expect(await status(id)).toBe('Pending');
    clock.advanceBy(2_000);
    expect([await status(id), await whole(id)]).toEqual(['In Progress', 'In Progress']);
    clock.advanceBy(60_000);
    expect([await status(id), await whole(id)]).toEqual(['Success', 'Success']);
  });

  it.each<[string, NodeRun, string]>([
    ['fails', { takes: 1_000, ends: 'Failed' }, 'Failed'],
    ['runs out of time', { takes: 1_000, ends: 'never' }, 'Execution Timed Out'],
  ])('that %s says so', async (_what, run, says) => {
    const { clock, send, status, whole } = await machines(run);
    const id = await send();
    clock.advanceBy(10_000);
    expect([await status(id), await whole(id)]).toEqual([says, says]);
  });

  it('may name its machines by tags, and is listed without their IDs', async () => {
    const { clock, runCommand, ssm, status } = await machines();
    for (const [id, Name] of [
      ['i-0aaaaaaaaaaaaaaaa', 'one'],
      ['i-0bbbbbbbbbbbbbbbb', 'two'],
    ] as const)
      runCommand.addNode(id, { reach: () => 'online', run: () => ({ takes: 1_000, ends: 'Success' }) }, { Name });
    const Targets = [{ Key: 'tag:Name', Values: ['two', 'three'] }];
    const sent = { DocumentName: 'restart', Parameters: { Why: ['x'] }, DocumentVersion: '2' };
    const { Command } = await ssm.send(new SendCommandCommand({ ...sent, Targets }));
    expect(Command).toMatchObject({ InstanceIds: [], Targets, DocumentVersion: '2', TargetCount: 1 });
    clock.advanceBy(10_000);
    const id = Command?.CommandId ?? '';
    expect([await status(id, 'i-0bbbbbbbbbbbbbbbb'), await status(id, 'i-0aaaaaaaaaaaaaaaa')]).toEqual([
      'Success',
      undefined,
    ]);
    const both = { ...sent, Targets, InstanceIds: [MACHINE] };
    await expect(ssm.send(new SendCommandCommand(both))).rejects.toThrow('InstanceIds');
    await expect(ssm.send(new SendCommandCommand(sent))).rejects.toThrow('InstanceIds');
  });

  it('waits for a machine that is offline until its time is up', async () => {
    const { clock, machine, send, status } = await machines();
    machine.reach = 'offline';
    const [late, back] = [await send(), await send([OTHER])];
    clock.advanceBy(500_000);
    expect(await status(late)).toBe('Pending');
    clock.advanceBy(101_000);
    expect(await status(late)).toBe('Delivery Timed Out');
    expect(await status(back, OTHER)).toBe('Delivery Timed Out');
  });

  it('to a machine that is gone is undeliverable, which the command as a whole does not count', async () => {
    const { clock, machine, send, status, whole } = await machines();
    machine.reach = 'gone';
    const id = await send();
    clock.advanceBy(2_000);
    expect([await status(id), await whole(id)]).toEqual(['Undeliverable', 'Success']);
  });

  it('to several machines is in progress until all of them have ended', async () => {
    const { clock, send, whole, ssm } = await machines();
    const id = await send([MACHINE, OTHER]);
    clock.advanceBy(2_000);
    expect(await whole(id)).toBe('In Progress');
    const { CommandInvocations } = await ssm.send(new ListCommandInvocationsCommand({ CommandId: id }));
    expect(CommandInvocations).toHaveLength(2);
  });

  it('is refused for a document, a machine and parameters that are not there', async () => {
    const { send, ssm } = await machines();
    await expect(send(['i-00000000000000000'])).rejects.toMatchObject({ name: 'InvalidInstanceId' });
    await expect(send([MACHINE], {})).rejects.toMatchObject({ name: 'InvalidParameters' });
    await expect(send([MACHINE], { Why: ['x'], Other: ['y'] })).rejects.toMatchObject({ name: 'InvalidParameters' });
    const other = { DocumentName: 'nobodys', InstanceIds: [MACHINE] };
    await expect(ssm.send(new SendCommandCommand(other))).rejects.toMatchObject({ name: 'InvalidDocument' });
  });

  it('is listed page by page, newest first, for 30 days, and seconds late where that is asked for', async () => {
    const { clock, send, ssm, runCommand } = await machines();
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) {
      ids.unshift(await send());
      clock.advanceBy(1_000);
    }
    const listed: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const answer = await ssm.send(new ListCommandsCommand({ MaxResults: 2, NextToken }));
      listed.push(...(answer.Commands ?? []).map(({ CommandId }) => CommandId));
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
    expect(listed).toEqual(ids);

    clock.advanceBy(10_000);
    runCommand.listDelay = 5_000;
    const late = { CommandId: await send(), InstanceId: MACHINE };
    expect((await ssm.send(new ListCommandsCommand({}))).Commands).toHaveLength(5);
    const asked = ssm.send(new GetCommandInvocationCommand(late));
    await expect(asked).rejects.toMatchObject({ name: 'InvocationDoesNotExist' });
    clock.advanceBy(5_000);
    expect(await ssm.send(new GetCommandInvocationCommand(late))).toMatchObject({ ...late, ResponseCode: -1 });
    clock.advanceBy(31 * DAY);
    expect((await ssm.send(new ListCommandsCommand({}))).Commands).toEqual([]);
  });

  it('shows in CloudTrail without its parameters', async () => {
    const { account, send } = await machines();
    await send();
    const record = account.trail.findLast(({ eventName }) => eventName === 'SendCommand');
    expect(record?.requestParameters).toMatchObject({ documentName: 'restart', instanceIds: [MACHINE] });
    expect(record?.requestParameters?.parameters).toBe('HIDDEN_DUE_TO_SECURITY_REASONS');
  });
});
