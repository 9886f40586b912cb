import { GetParameterCommand, GetParametersByPathCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Registry, RegistryListing } from '../account/ports';
import { entryDigest } from '../core/config/entry-pin';
import { parseRegistryEntry, type RegistryEntry } from '../core/config/registry';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { type ClientConfig, clientConfig } from './client-config';
import { awsFailure, calling } from './failure';

/** GetParametersByPath: 10 a page at most. */
const PAGE = 10;

/** The Registry port over SSM parameters. @param path ends with a slash */
export function createRegistry(path: string, config: ClientConfig = clientConfig): Registry {
  const client = new SSMClient(config);
  return {
    async list() {
      const entries: RegistryEntry[] = [];
      const digests = new Map<string, string>();
      const changedAt = new Map<string, Date>();
      const invalid: RegistryListing['invalid'][number][] = [];
      let token: string | undefined;
      do {
        const page = await calling(`ssm:GetParametersByPath of ${path}`, {}, () =>
          client.send(new GetParametersByPathCommand({ Path: path, MaxResults: PAGE, NextToken: token })),
        );
        for (const { Name = '', Value = '', LastModifiedDate } of page.Parameters ?? []) {
          const id = Name.slice(path.length);
          if (LastModifiedDate !== undefined) changedAt.set(id, LastModifiedDate);
          try {
            entries.push(parseRegistryEntry(Name, id, Value));
            digests.set(id, entryDigest(Value));
          } catch (thrown) {
            invalid.push({ id, error: toKeyturnError(thrown) });
          }
        }
        token = page.NextToken;
      } while (token !== undefined);
      return { entries, digests, changedAt, invalid };
    },

    async get(id) {
      const name = `${path}${id}`;
      try {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
        if (Parameter?.Value === undefined) return undefined;
        return { entry: parseRegistryEntry(name, id, Parameter.Value), digest: entryDigest(Parameter.Value) };
      } catch (thrown) {
        if (thrown instanceof KeyturnError) throw thrown;
        if (thrown instanceof Error && thrown.name === 'ParameterNotFound') return undefined;
        throw awsFailure(thrown, `ssm:GetParameter of ${name}`);
      }
    },
  };
}
