#!/usr/bin/env node
import { run } from './run';
import { processTerminal } from './terminal';

// Whoever reads the output may have seen enough of it, such as `head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

run(process.argv.slice(2), processTerminal).then((exitCode) => {
  process.exitCode = exitCode;
});
