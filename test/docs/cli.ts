import { COMMAND_NAMES } from '../../cli/run';
import { typed } from '../cli/typed';
import type { GeneratedRegion } from './region';

/** What each command says of itself, in docs/operate/cli.md. */
export const COMMANDS_REGION: GeneratedRegion = {
  document: 'docs/operate/cli.md',
  markers: ['<!-- commands: npm run docs -->', '<!-- /commands -->'],
  make: async () => {
    const helps = await Promise.all(COMMAND_NAMES.map(async (name) => [name, (await typed([name, '--help'])).stdout]));
    return helps.map(([name, help]) => `### ${name}\n\n\`\`\`text\n${help?.trimEnd()}\n\`\`\``).join('\n\n');
  },
};
