import { Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { type DeployedThings, thingsDocument } from '../../functions/core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';

export interface DeploymentFactsProps {
  readonly things: DeployedThings;
  /** The document of `rightsDocument` as JSON. */
  readonly rights: string;
}

/** What a report cannot know otherwise: which things are Keyturn's own, and what its functions may do. Nothing acts on it. */
export class DeploymentFacts extends Construct {
  /** The values of its parameters, which SSM has to take. */
  readonly values: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, { things, rights }: DeploymentFactsProps) {
    super(scope, id);
    // What only CloudFormation knows is among it.
    const own = Stack.of(this).toJsonString(thingsDocument(things));
    this.values = { [DEPLOYMENT_PARAMETERS.things]: own, [DEPLOYMENT_PARAMETERS.rights]: rights };
    new StringParameter(this, 'Things', {
      parameterName: DEPLOYMENT_PARAMETERS.things,
      stringValue: own,
      description: 'Keyturn: the names of its own things, by which reports find what was done to them',
    });
    new StringParameter(this, 'Rights', {
      parameterName: DEPLOYMENT_PARAMETERS.rights,
      stringValue: rights,
      description: 'Keyturn: what its functions may do, in words',
    });
  }
}
