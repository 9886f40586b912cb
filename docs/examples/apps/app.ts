// A CDK app of your own that has Keyturn in one of its stacks.
import { App, Stack } from 'aws-cdk-lib';
import { Connection, DeliveryTarget, KeyRotation } from 'keyturn';

const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'Pipelines');

const acme = Connection.bitbucket('acme', { secret: 'keyturn/connections/acme' });
const rotation = new KeyRotation(stack, 'KeyRotation', { notify: ['security@example.com'] });
rotation.manage('web-shop-production', {
  user: 'bitbucket-web-shop',
  deliverTo: [
    DeliveryTarget.bitbucketDeployment({ connection: acme, repository: 'acme/web-shop', environment: 'Production' }),
  ],
});

app.synth();
