import { quoted } from '../../functions/core/findings/commands';
import type { Cure } from './check';

/** Makes what the configuration says. CloudFormation takes what it deployed before for what there is. */
export const DEPLOY: Cure = { to: 'Deploy the stack again', run: 'npx cdk deploy --all -c config=keyturn.yaml' };

/** Puts back what somebody changed or deleted by hand, too: an ordinary deployment of the same template does nothing. */
export const REVERT: Cure = {
  to: 'Deploy the stack again, and have what differs from it put back',
  run: 'npx cdk deploy --all --revert-drift -c config=keyturn.yaml',
};

/** The same where something is gone. */
export const REMAKE: Cure = {
  ...REVERT,
  to:
    `${REVERT.to}. That it makes anew what was deleted was not tried by us: if it does not, take it out of the ` +
    'template, deploy, put it in again and deploy',
};

/** An `aws` command in a region. */
export function aws(to: string, region: string, service: string, ...words: readonly string[]): Cure {
  return {
    to,
    run: ['aws', service, ...words.slice(0, 1), '--region', region, ...words.slice(1).map(quoted)].join(' '),
  };
}

/** Of IAM, which has no region. */
export function iam(to: string, ...words: readonly string[]): Cure {
  return { to, run: ['aws', 'iam', ...words.map(quoted)].join(' ') };
}

/** Starts a function of the stack. */
export function startFunction(to: string, region: string, name: string, stack: string): Cure {
  const output = `${name.charAt(0).toUpperCase()}${name.slice(1)}FunctionName`;
  const found =
    `$(aws cloudformation describe-stacks --region ${region} --stack-name ${quoted(stack)} --output text ` +
    `--query "Stacks[0].Outputs[?OutputKey=='${output}'].OutputValue | [0]")`;
  return {
    to,
    run: `aws lambda invoke --region ${region} --function-name "${found}" --payload '{}' --cli-binary-format raw-in-base64-out --cli-read-timeout 910 /dev/stdout`,
  };
}

/** Puts another token in place of one. */
export function connect(name: string): Cure {
  return { to: 'Try a token and store it', run: `npx keyturn connect ${quoted(name)}` };
}
