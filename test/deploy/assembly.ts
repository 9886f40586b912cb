import { App } from 'aws-cdk-lib';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyturnStack, type KeyturnStackOptions } from '../../infra';
import { sharedAssembly } from '../support/shared-assembly';

/**
 * The cloud assembly of a configuration, as `cdk synth` writes it, with the real bundles. Each configuration is
 * synthesized once.
 *
 * @returns the folder
 * @throws Error with every mistake that synthesis reports
 */
export function assemblyOf(config: ConfigInput, options: KeyturnStackOptions = {}): string {
  return sharedAssembly([config, options], (outdir) => {
    const app = new App({ outdir, analyticsReporting: false });
    new KeyturnStack(app, 'Keyturn', { ...options, config });
    const { stacks } = app.synth();
    const mistakes = stacks.flatMap(({ messages }) => messages.filter(({ level }) => level === 'error'));
    if (mistakes.length > 0) throw new Error(mistakes.map(({ entry }) => String(entry.data)).join('\n'));
  });
}
