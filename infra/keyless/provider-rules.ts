import { createHash } from 'node:crypto';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { ProviderConfig } from '../../functions/core/config/provider-config';
import { KeyturnError } from '../../functions/core/errors';
import { providerParameterName } from '../../functions/core/names';

/** SSM: bytes of a standard parameter, and names in one GetParameters. */
const MOST_BYTES = 4_096;
const MOST_PARTS = 10;

/**
 * What an endpoint gives to whom, in SSM parameters that its function reads. Their names have the digest that the function
 * knows, so that another configuration has others: the function reads those before until it has the digest of the new
 * ones, which it gets when they are there. CloudFormation deletes the others after that.
 */
export class ProviderRules extends Construct {
  readonly digest: string;
  /** Names of the parameters, in their order. */
  readonly names: readonly string[];

  /** @throws KeyturnError `invalid-config` where they are too many */
  constructor(scope: Construct, id: string, config: ProviderConfig) {
    super(scope, id);
    const text = inAscii(JSON.stringify(config));
    this.digest = createHash('sha256').update(text).digest('hex');
    const parts = Math.ceil(text.length / MOST_BYTES);
    if (parts > MOST_PARTS) {
      const most = `at most ${MOST_PARTS * MOST_BYTES} bytes of rules for the endpoint, found ${text.length}`;
      throw new KeyturnError('invalid-config', `provider: expected ${most}; serve some of them beside the runners.`);
    }
    this.names = Array.from({ length: parts }, (_none, at) => {
      const part = at + 1;
      const parameterName = providerParameterName(this.digest, part);
      const stringValue = text.slice(at * MOST_BYTES, part * MOST_BYTES);
      // The digest in its ID: another value is another resource, and the one before goes when nothing reads it any more.
      new StringParameter(this, `${this.digest.slice(0, 12)}${part}`, { parameterName, stringValue });
      return parameterName;
    });
  }
}

/** JSON of the same meaning in which a character is a byte, wherever it is cut. */
function inAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
