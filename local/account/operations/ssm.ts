import type { RunCommand } from '../run-command';
import type { Ssm } from '../ssm';
import { ssmInputs as takes } from '../ssm-inputs';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** SSM's parameter store and its Run Command on the wire. */
export function ssmOperations(ssm: Ssm, commands: RunCommand) {
  return {
    SendCommand: operation('write', takes.SendCommand, (input) => commands.sendCommand(input), {
      hide: ['Parameters'],
      response: () => null,
    }),
    ListCommands: operation('read', takes.ListCommands, (input) => commands.listCommands(input)),
    ListCommandInvocations: operation('read', takes.ListCommandInvocations, (input) =>
      commands.listCommandInvocations(input),
    ),
    GetCommandInvocation: operation('read', takes.GetCommandInvocation, (input) =>
      commands.getCommandInvocation(input),
    ),
    PutParameter: operation('write', takes.PutParameter, (input, caller) => ssm.putParameter(input, caller.arn), {
      hide: ['Value'],
    }),
    GetParameter: operation('read', takes.GetParameter, (input) => ssm.getParameter(input)),
    GetParameterHistory: operation('read', takes.GetParameterHistory, (input) => ssm.getParameterHistory(input)),
    GetParameters: operation('read', takes.GetParameters, (input) => ssm.getParameters(input)),
    GetParametersByPath: operation('read', takes.GetParametersByPath, (input) => ssm.getParametersByPath(input)),
    DescribeParameters: operation('read', takes.DescribeParameters, (input) => ssm.describeParameters(input)),
    DeleteParameter: operation('write', takes.DeleteParameter, (input) => {
      ssm.deleteParameter(input);
      return {};
    }),
    DeleteParameters: operation('write', takes.DeleteParameters, (input) => ssm.deleteParameters(input)),
  };
}
