import type { Ssm } from '../ssm';
import { ssmInputs as takes } from '../ssm-inputs';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** SSM's parameter store on the wire. */
export function ssmOperations(ssm: Ssm) {
  return {
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
