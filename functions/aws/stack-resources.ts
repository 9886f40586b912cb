import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';
import { refusal, signedPost } from './signed-post';

/** A resource that a stack has, as CloudFormation made it: what somebody deleted by hand is still among them. */
export interface StackResource {
  readonly stack: string;
  /** Such as `AWS::Events::Rule`. */
  readonly type: string;
  /** Its name, or its ARN where it has none. */
  readonly id: string;
}

/**
 * The resources of a stack, all pages ("ListStackResources" in CloudFormation's API reference).
 *
 * @throws KeyturnError `aws-*`
 */
export async function stackResources(
  stack: string,
  config: ClientConfig = reviewConfig(),
): Promise<readonly StackResource[]> {
  const found: StackResource[] = [];
  let NextToken: string | undefined;
  do {
    const asked = { StackName: stack, ...(NextToken === undefined ? {} : { NextToken }) };
    const page = await calling(`cloudformation:ListStackResources of ${stack}`, {}, () => ask(config, asked));
    for (const member of textsOf('member', page)) {
      const [type, id, status = ''] = ['ResourceType', 'PhysicalResourceId', 'ResourceStatus'].map(
        (name) => textsOf(name, member)[0],
      );
      if (type !== undefined && id !== undefined && !status.startsWith('DELETE_')) {
        found.push({ stack, type, id: plain(id) });
      }
    }
    NextToken = textsOf('NextToken', page)[0];
    if (NextToken !== undefined) NextToken = plain(NextToken);
  } while (NextToken !== undefined && NextToken !== '');
  return found;
}

async function ask(config: ClientConfig, input: Readonly<Record<string, string>>): Promise<string> {
  const { status, text } = await signedPost(config, {
    host: 'cloudformation',
    signingName: 'cloudformation',
    endpointVariable: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: 'ListStackResources', Version: '2010-05-15', ...input }).toString(),
  });
  if (status === 200) return text;
  throw refusal(textsOf('Code', text)[0] ?? '', plain(textsOf('Message', text)[0] ?? ''), status);
}

/** What stands in elements of a name that do not nest in each other, as in this answer none does. */
function textsOf(name: string, xml: string): readonly string[] {
  return xml
    .split(`<${name}>`)
    .slice(1)
    .map((rest) => rest.split(`</${name}>`)[0] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos);/g, (_all, name: string) => ENTITIES[name] ?? '');
}
