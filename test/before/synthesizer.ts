import { join } from 'node:path';
import { App } from 'aws-cdk-lib';

/** What is to be synthesized, and how. */
export interface Order {
  /** As `keyturn.yaml` reads. */
  readonly config: object;
  /** As `KeyturnStack` takes them. */
  readonly options: object;
  readonly outdir: string;
}

/** What came of it: the folder of a cloud assembly, or every mistake. */
export type Synthesized = { readonly cdkOut: string } | { readonly refused: readonly string[] };

/** A process of one commit's own code, because two versions of one module cannot be told apart in one process. */
async function main(source = ''): Promise<void> {
  const infra: typeof import('../../infra') = await import(join(source, 'infra/index.ts'));
  const { KeyturnStack } = infra;
  process.on('message', ({ config, options, outdir }: Order) => {
    const made = synthesize(outdir, (app) => new KeyturnStack(app, 'Keyturn', { ...options, config: config as never }));
    process.send?.(made);
  });
  process.send?.('ready');
}

function synthesize(cdkOut: string, add: (app: App) => void): Synthesized {
  try {
    const app = new App({ outdir: cdkOut, analyticsReporting: false });
    add(app);
    const messages = app.synth().stacks.flatMap((stack) => stack.messages);
    const refused = messages.filter(({ level }) => level === 'error').map(({ entry }) => String(entry.data));
    return refused.length === 0 ? { cdkOut } : { refused };
  } catch (thrown) {
    return { refused: [String(thrown)] };
  }
}

void main(process.argv[2]);
