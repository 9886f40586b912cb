import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeployedFunctions, DescribedFunction } from '../account/lambda';
import type { Clock } from '../clock';
import type { Scheduler } from '../scheduler';
import type { Lambda } from './lambda';
import { conditionOf } from './permission';

/** Shows the deployed functions to whoever asks the account about them. */
export function deployedFunctions(
  lambda: Lambda,
  { clock, scheduler }: { readonly clock: Clock; readonly scheduler: Scheduler },
): DeployedFunctions {
  return {
    list: () =>
      lambda.functions
        .map(({ functionName }) => described(lambda, functionName))
        .sort((a, b) => (a.FunctionName < b.FunctionName ? -1 : 1)),
    has: (name) => lambda.has(name),
    describe: (name) => described(lambda, name),
    policy: (name) =>
      lambda.describe(name).permissions.map(([Sid, permission]) => {
        const { principal, action = 'lambda:InvokeFunction' } = permission;
        const Condition = conditionOf(permission);
        return {
          Sid,
          Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
          Action: action,
          ...(Condition === undefined ? {} : { Condition }),
        };
      }),
    permit: (name, statementId, permission) => {
      if (permission === undefined) lambda.removePermission(name, statementId);
      else lambda.addPermission(name, statementId, permission);
    },
    url: (name) => {
      const { url } = lambda.describe(name);
      if (url === undefined) return undefined;
      return { ...url, CreationTime: new Date(url.createdAt).toISOString().replace('Z', '+0000') };
    },
    invoke: (name, payload) => lambda.invoke(name, payload),
    start: (name, payload) => {
      scheduler.at(clock.now(), `invocation of ${name}`, () => lambda.invokeAsynchronously(name, payload));
    },
  };
}

function described(lambda: Lambda, name: string): DescribedFunction {
  const { configuration, modifiedAt } = lambda.describe(name);
  const { environment, deadLetterArn } = configuration;
  return {
    FunctionName: configuration.functionName,
    FunctionArn: configuration.functionArn,
    Description: configuration.description ?? '',
    Runtime: configuration.runtime,
    Handler: configuration.handler,
    Role: configuration.roleArn,
    MemorySize: configuration.memorySize,
    Timeout: configuration.timeout,
    LastModified: new Date(modifiedAt).toISOString().replace('Z', '+0000'),
    LoggingConfig: { LogFormat: configuration.logFormat, LogGroup: configuration.logGroupName },
    Architectures: [configuration.architecture ?? 'x86_64'],
    ...(Object.keys(environment).length === 0 ? {} : { Environment: { Variables: environment } }),
    ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { TargetArn: deadLetterArn } }),
    ...codeIn(configuration.codeDirectory),
  };
}

/** Size and digest of a function's code: of its files and their names, because there is no archive of them here. */
function codeIn(folder: string): Pick<DescribedFunction, 'CodeSize' | 'CodeSha256'> {
  const digest = createHash('sha256');
  let CodeSize = 0;
  for (const name of readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()) {
    const contents = readFileSync(name);
    CodeSize += contents.length;
    digest.update(`${name.slice(folder.length)}\0${contents.length}\0`).update(contents);
  }
  return { CodeSize, CodeSha256: digest.digest('base64') };
}
