import { GetCommandInvocationCommand, ListCommandsCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { type ContractTarget, fresh } from './target';

const DocumentName = 'AWS-RunShellScript';

/** Commands of Systems Manager, as whoever restarts machines uses them. @param machine ID of one that takes them */
export function runCommandContract(target: ContractTarget, machine: string): void {
  describe(`Run Command of ${target.name}`, () => {
    const { ssm } = target.makeClients();
    const InstanceIds = [machine];

    it('sends a command to a machine, and lists what it was sent with', async () => {
      const sent = {
        DocumentName,
        InstanceIds,
        Parameters: { commands: ['true'] },
        Comment: fresh('comment'),
        TimeoutSeconds: 600,
        MaxConcurrency: '1',
        MaxErrors: '0',
      };
      const { Command } = await ssm.send(new SendCommandCommand(sent));
      const CommandId = Command?.CommandId ?? '';
      expect(CommandId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      for (const asked of [{ CommandId }, { InstanceId: machine }]) {
        const { Commands = [] } = await ssm.send(new ListCommandsCommand(asked));
        const found = Commands.find((one) => one.CommandId === CommandId);
        expect(found).toMatchObject({ ...sent, CommandId, TargetCount: 1 });
        const at = found?.RequestedDateTime?.getTime() ?? 0;
        expect((found?.ExpiresAfter?.getTime() ?? 0) - at).toBe(600_000);
      }
      const asked = { CommandId, InstanceId: machine };
      const invocation = await ssm.send(new GetCommandInvocationCommand(asked));
      expect(invocation).toMatchObject({ ...asked, DocumentName, Comment: sent.Comment });
      await target.differs('command-status', {
        aws: () => expect(invocation.Status).toMatch(/^(Pending|InProgress)$/),
        moto: () => expect(invocation.Status).toBe('Success'),
      });
    });

    it('lists the commands of one document', async () => {
      await ssm.send(new SendCommandCommand({ DocumentName, InstanceIds, Parameters: { commands: ['true'] } }));
      const listed = async (value: string) =>
        (await ssm.send(new ListCommandsCommand({ Filters: [{ key: 'DocumentName', value }] }))).Commands ?? [];
      expect((await listed(DocumentName)).length).toBeGreaterThan(0);
      await target.differs('command-filters', {
        aws: async () => expect(await listed('another')).toEqual([]),
        moto: async () => expect((await listed('another')).length).toBeGreaterThan(0),
      });
    });
  });
}
