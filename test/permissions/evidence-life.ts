import type { App } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyRotation, KeyturnStack } from '../../infra';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { Enforcement } from './enforcement';

export const CENTRAL_BUS = 'arn:aws:events:eu-west-1:444455556666:event-bus/security';
export const EVIDENCE_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/5678abcd-56ab-78cd-90ef-567890abcdef';
/** Who audits: with the policy and nothing else, and with an administrator's rights beside it. */
export const AUDITOR = 'auditor';
export const AUDITING_ADMINISTRATOR = 'auditing-administrator';

/** Everything that evidence can be configured to: an archive, its key, the monthly report and a central account. */
const CONFIG: ConfigInput = {
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  policy: { rotateAfter: 20, deactivateAfter: 22, deleteAfter: 24 },
  keys: [
    {
      id: 'shop',
      user: 'ci-shop',
      deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
    },
  ],
  audit: { archive: { years: 1, mode: 'compliance' }, report: {}, forwardTo: CENTRAL_BUS, encryptionKey: EVIDENCE_KEY },
  notify: ['security@example.com'],
};

/** What the central account says of its bus; test/attacks has the narrow one. */
/** What docs/start/configuration.md has the receiver say, for all roles of the account. */
export const busPolicy = (bus: string) => ({
  Statement: [
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'events:PutEvents',
      Resource: bus,
      Condition: { StringEquals: { 'events:source': 'keyturn', 'events:eventBusInvocation': 'false' } },
    },
  ],
});

/** Roles of the account that the stack's policy is attached to, as docs/audit/auditors.md says. */
export function addAuditors(app: App): void {
  const stack = app.node.findChild('Keyturn');
  const rotation = stack.node.findChild('KeyRotation');
  if (!(stack instanceof KeyturnStack && rotation instanceof KeyRotation)) throw new Error('There is no KeyRotation');
  const everything = new PolicyStatement({ sid: 'Everything', actions: ['*'], resources: ['*'] });
  const common = { assumedBy: new AccountRootPrincipal(), managedPolicies: [rotation.auditorPolicy] };
  new Role(stack, 'Auditor', { ...common, roleName: AUDITOR });
  new Role(stack, 'Administrator', {
    ...common,
    roleName: AUDITING_ADMINISTRATOR,
    inlinePolicies: { AdministratorAccess: new PolicyDocument({ statements: [everything] }) },
  });
}

export interface EvidenceLife {
  readonly deployed: DeployedWorld;
  readonly enforcement: Enforcement;
}

/** A month and some hours in a world whose calls the deployed policies decide. */
export async function evidenceLife(): Promise<EvidenceLife> {
  const enforcement = new Enforcement();
  const deployed = await DeployedWorld.open(synthesized(CONFIG, addAuditors), {
    onDeploy: (deployment, world) => {
      enforcement.enforce(deployment, world);
      enforcement.enforceElsewhere(CENTRAL_BUS, busPolicy(CENTRAL_BUS));
    },
    world: {
      // Auditors live in another time.
      accountServer: { authorize: enforcement.authorize, allowedSkew: Number.POSITIVE_INFINITY },
    },
  });
  await deployed.until(31, 8);
  return { deployed, enforcement };
}
