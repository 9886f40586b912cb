import { type Command, InvalidArgumentError } from 'commander';
import { AWS_REGION } from '../../functions/core/partitions';
import { withAccess } from '../access';
import { wholeNumber } from '../whole-number';

/** A pipeline's last thousand calls say what it does: they take twenty seconds. */
export const MOST_CALLS = 1_000;

/** The options of a command that reads who uses keys. */
export function withExits(command: Command): Command {
  return withAccess(
    command
      .option('--pipelines <file>', "addresses of your pipelines: Atlassian's ip-ranges.json, or one a line")
      .option('--regions <regions>', 'regions to ask too, with commas between', listed)
      .option('--most-calls <n>', 'of an access key in a region, the latest', wholeNumber, MOST_CALLS),
  );
}

function listed(text: string): readonly string[] {
  const regions = text.split(',').map((region) => region.trim());
  if (regions.every((region) => AWS_REGION.test(region))) return regions;
  throw new InvalidArgumentError('expected regions such as eu-west-1,us-east-1.');
}
