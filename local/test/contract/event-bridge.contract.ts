import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

/** EventBridge's rules, as whoever looks after the schedules sees them. */
export function eventBridgeContract(target: ContractTarget): void {
  describe(`EventBridge of ${target.name}`, () => {
    const { events } = target.makeClients();
    const newRule = async () => {
      const Name = fresh('daily');
      await events.send(new PutRuleCommand({ Name, ScheduleExpression: 'rate(1 day)', Description: 'every day' }));
      return Name;
    };

    it('describes and lists a rule', async () => {
      const Name = await newRule();
      const rule = { Name, State: 'ENABLED', ScheduleExpression: 'rate(1 day)', Description: 'every day' };
      expect(await events.send(new DescribeRuleCommand({ Name }))).toMatchObject({
        ...rule,
        Arn: expect.stringMatching(new RegExp(`^arn:aws:events:eu-west-1:\\d{12}:rule/${Name}$`)),
      });
      expect((await events.send(new ListRulesCommand({ NamePrefix: Name }))).Rules).toMatchObject([rule]);
      expect((await events.send(new ListTargetsByRuleCommand({ Rule: Name }))).Targets).toEqual([]);
    });

    it('lets a rule rest, and run again', async () => {
      const Name = await newRule();
      const state = async () => (await events.send(new DescribeRuleCommand({ Name }))).State;
      await events.send(new DisableRuleCommand({ Name }));
      expect(await state()).toBe('DISABLED');
      await events.send(new EnableRuleCommand({ Name }));
      expect(await state()).toBe('ENABLED');
    });

    it('gives a rule targets, takes them away, and deletes a rule without any', async () => {
      const Rule = await newRule();
      const Arn = 'arn:aws:sqs:eu-west-1:111122223333:queue';
      const targets = async () => (await events.send(new ListTargetsByRuleCommand({ Rule }))).Targets;
      await events.send(new PutTargetsCommand({ Rule, Targets: [{ Id: 'queue', Arn }] }));
      expect(await targets()).toMatchObject([{ Id: 'queue', Arn }]);
      await expect(events.send(new DeleteRuleCommand({ Name: Rule }))).rejects.toMatchObject(
        awsError('ValidationException', 400, /targets/),
      );
      await events.send(new RemoveTargetsCommand({ Rule, Ids: ['queue'] }));
      expect(await targets()).toEqual([]);
      await events.send(new DeleteRuleCommand({ Name: Rule }));
      expect((await events.send(new ListRulesCommand({ NamePrefix: Rule }))).Rules).toEqual([]);
    });

    it('knows no rule that is not there', async () => {
      const unknown = awsError('ResourceNotFoundException', 400, /^Rule nobody does not exist/);
      await expect(events.send(new DescribeRuleCommand({ Name: 'nobody' }))).rejects.toMatchObject(unknown);
      await expect(events.send(new DisableRuleCommand({ Name: 'nobody' }))).rejects.toMatchObject(unknown);
    });
  });
}
