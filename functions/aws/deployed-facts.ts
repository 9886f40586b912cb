import { SSMClient } from '@aws-sdk/client-ssm';
import { parseRights, parseThings } from '../core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../core/names';
import type { DeployedFactsReader } from '../report/evidence/ports';
import { type ClientConfig, clientConfig } from './client-config';
import { readParameter } from './parameter';

/** The DeployedFactsReader port over SSM parameters, which a stack of an earlier version does not have. */
export function createDeployedFacts(config: ClientConfig = clientConfig): DeployedFactsReader {
  const client = new SSMClient(config);
  const { things: ofThings, rights: ofRights } = DEPLOYMENT_PARAMETERS;
  return {
    async read() {
      const [things, rights] = [await readParameter(client, ofThings), await readParameter(client, ofRights)];
      if (things?.Value === undefined || rights?.Value === undefined) return undefined;
      return {
        things: parseThings(ofThings, things.Value),
        rights: parseRights(ofRights, rights.Value),
        changedAt: things.LastModifiedDate,
      };
    },
  };
}
