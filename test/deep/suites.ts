/**
 * What takes minutes, because it lives through years, storms, or a death at every single call; `npm run test:deep` runs
 * it, and CI does.
 */
export const DEEP_SUITES = [
  ...['before', 'faults', 'fuzz', 'leaks', 'world/simulation', 'cli/rehearsal'].map(
    (folder) => `test/${folder}/**/*.test.ts`,
  ),
  'test/docs/contributing/*.test.ts',
  // Every command of the pages, page by page, each in a world of its own; and two pictures of a deployed stack.
  'test/docs/{lived,pictures}/*.test.ts',
  // Each fault planted in a deployed stack, told by a mail, and cured by the command that the mail names.
  'test/told/commands.test.ts',
  'test/world/{death,bundles}.test.ts',
  // The SDK's patience with a throttle takes a quarter of a minute, a function's with what does not answer half a one.
  'test/**/{throttled,unanswered}.test.ts',
  // Alarms over months, and stacks that are deployed, changed and destroyed in the middle of a key's life.
  'test/alarms/{copies-and-failures,functions,healthy-year,keys,silence,tokens}.test.ts',
  'test/infra/{key-stacks,destroyed}.test.ts',
  // Lives of many keys, of years, or of days in which something is down.
  'test/rotate/{breaker,cap,changed-user,renamed-id}.test.ts',
  'test/runtime/buses.test.ts',
  'test/alarms/torn-pair.test.ts',
  // Nodes that are restarted one by one, with a death at each request and two runs at once.
  'test/hosts/data-center/{deaths,faults,many-nodes,record,restarts}.test.ts',
  // What people and AWS ask for, over HTTP; what each use case does with its ports has tables beside it.
  'test/operate/{compromised,exposed,rollback,word-of-the-record}.test.ts',
  'test/rotate/quarantined.test.ts',
  'test/deactivate/{leaked-uses,replaced,replaced-death}.test.ts',
  'test/sync/recycled-slug.test.ts',
  // A provider as a process and as an endpoint; its rules and the hostile list are tried without either.
  'test/provider/{endpoint,sealed-endpoint,used-tokens}.test.ts',
  'test/cli/{serve-provider,status-fetched,simulate-faults}.test.ts',
  // Templates of hundreds of keys, and code that was signed before.
  'test/infra/{many-keys,code-signing}.test.ts',
  'test/report/evidence/gather-evidence.test.ts',
  // It starts a process that synthesizes, deploys and lives for weeks before it serves.
  'test/cli/{interrupted,simulate-for-people}.test.ts',
  'test/cli/serve.test.ts',
  // Faults of an account, each found and cured by real commands, of which each takes a second of Python's.
  'test/cli/doctor-{faults,deployed}.test.ts',
  // Ten half states, each in a life of its own, and each finished by the command that is named.
  'test/cli/uninstall.test.ts',
  // Forty days in a deployed stack that is deployed five times.
  'test/cli/first-week.test.ts',
  // Whole deployed stacks again: one that observes, and one whose every entry is attacked.
  'test/lifecycle/{last-key,lasting-findings,observe,observed-stack}.test.ts',
  'test/attacks/{log-writer,metric-writer,parameter-writer,registry,trail-writer}.test.ts',
  // A deployed stack with all policies in force, in which people ask a hundred times; and a death at each request.
  'test/attacks/{front,leaked-key}.test.ts',
  'test/operate/{death,rollback-death}.test.ts',
  // Two nodes of a Data Center that live through a rotation in a deployed stack.
  'test/cli/datacenter-nodes.test.ts',
  // What operators have done in a deployed stack, followed to its end.
  'test/cli/{acting-served,operate/acting}.test.ts',
  // Thirty tamperings of a year's archive, by files; the rules have tables in test/core/seal.
  'test/cli/verify.test.ts',
  // Whole lives with all policies in force, and a report's page in every width and light.
  'test/permissions/{deployer,evidence,permissions,planted,trail-files}.test.ts',
  'test/report/page/browser-looks.test.ts',
  'test/rotate/without-report.test.ts',
  'test/report/year.test.ts',
  'test/report/evidence/trail-files.test.ts',
  'test/report/page/{browser,browser-of-500-keys,browser-script}.test.ts',
  // The hostile list again, at a deployed endpoint.
  'test/provider/hostile-endpoint.test.ts',
  'test/bench/{bench,hand-over}.test.ts',
];

/** Those that take most of the time: where CI tries a part of what is drawn, it runs one of so many of them, by turns. */
export const TURNS = 8;
export const IN_TURNS = [
  'test/cli/rehearsal/faults.test.ts',
  'test/report/evidence/trail-files.test.ts',
  'test/before/account.test.ts',
  'test/alarms/healthy-year.test.ts',
  'test/cli/rehearsal/rehearse.test.ts',
  'test/cli/rehearsal/archived-year.test.ts',
  'test/bench/hand-over.test.ts',
  'test/rotate/throttled.test.ts',
  'test/report/year.test.ts',
  'test/report/page/browser-of-500-keys.test.ts',
  'test/operate/death.test.ts',
  'test/operate/rollback-death.test.ts',
  'test/cli/operate/acting.test.ts',
  'test/attacks/front.test.ts',
  'test/attacks/leaked-key.test.ts',
  'test/cli/uninstall.test.ts',
  'test/told/commands.test.ts',
  'test/bench/bench.test.ts',
  'test/cli/acting-served.test.ts',
  'test/before/pair.test.ts',
  'test/before/attacks.test.ts',
  'test/before/deployment.test.ts',
  'test/cli/rehearsal/keyless-faults.test.ts',
  'test/world/simulation/exhaustive.test.ts',
  'test/cli/rehearsal/roles.test.ts',
  'test/leaks/leaks.test.ts',
  'test/cli/doctor-faults.test.ts',
  'test/attacks/registry.test.ts',
  'test/cli/first-week.test.ts',
  'test/cli/serve.test.ts',
  'test/infra/key-stacks.test.ts',
  'test/world/bundles.test.ts',
  'test/infra/many-keys.test.ts',
];

/** Run by both: by `npm test` on random states that are always the same, here on others; a half of the lives by each. */
export const DEEPER_SUITES = ['test/core/lifecycle/{life,promises}.test.ts', 'test/world/{life,whole-record}.test.ts'];
