import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FunctionStarter } from '../account/ports';
import type { Startable } from '../core/verbs';
import { clientConfig } from './client-config';
import { calling } from './failure';

/**
 * The FunctionStarter port over the AWS SDK: Lambda keeps the event, and repeats a run that fails.
 *
 * @param functions name or ARN of each function that may be started
 */
export function createFunctionStarter<Name extends Startable>(
  functions: Readonly<Record<Name, string>>,
): FunctionStarter<Name> {
  const client = new LambdaClient(clientConfig);
  return {
    async start(name, asked) {
      const FunctionName = functions[name];
      const { keys: look, ...others } = asked;
      const Payload = Buffer.from(JSON.stringify({ look, ...others }));
      await calling(`lambda:Invoke of ${FunctionName}`, {}, () =>
        client.send(new InvokeCommand({ FunctionName, InvocationType: 'Event', Payload })),
      );
    },
  };
}
