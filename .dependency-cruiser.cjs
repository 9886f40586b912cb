/**
 * The import table of docs/architecture.md, enforced. What a folder may not import, it cannot depend on by accident:
 * the core stays pure, and the local account never runs anything but built bundles.
 */
const only = (name, from, allowed, comment, { builtins = true } = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed, dependencyTypesNot: builtins ? ['type-only', 'core'] : ['type-only'] },
});

const CORE = '^functions/core/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      'core',
      CORE,
      [CORE, '/zod/', '^node:crypto$', '^crypto$'],
      'core is pure: itself and zod; node:crypto for digests',
      { builtins: false },
    ),
    only('aws', '^functions/aws/', [CORE, '^functions/aws/', '/@aws-sdk/', '/@smithy/'], 'adapters: core and the SDK'),
    only(
      'targets',
      '^functions/targets/',
      [CORE, '^functions/targets/', '/axios/', '/zod/'],
      'CI hosts: core and axios',
    ),
    only(
      'runtime',
      '^functions/runtime/',
      [CORE, '^functions/runtime/', '/@aws-lambda-powertools/'],
      'runtime: core and powertools',
    ),
    only(
      'use-cases',
      '^functions/(rotate|deactivate|delete|sync)/(?!handler)',
      [CORE, '^functions/runtime/', '^functions/(rotate|deactivate|delete|sync)/(?!handler)', '/zod/'],
      'use cases know ports, not adapters',
    ),
    only(
      'report',
      '^functions/report/(?!handler)',
      [CORE, '^functions/runtime/', '^functions/report/(?!handler)', '/zod/', '/preact', '/vega', '/csv-stringify/'],
      'the report: core, and what renders it',
    ),
    only('handlers', '^functions/[^/]+/handler\\.ts$', ['^functions/'], 'handlers wire what is under functions/'),
    only(
      'infra',
      '^infra/',
      ['^infra/', '^package\\.json$', CORE, '/aws-cdk-lib/', '/constructs/', '/yaml/', '/esbuild/', '/zod/'],
      'infra: CDK and core',
    ),
    only(
      'local',
      '^local/',
      [
        '^local/',
        '^functions/core/(ports|names|target|registry)\\.ts$',
        '/croner/',
        '/esbuild/',
        '/zod/',
        '/@aws-sdk/client-',
      ],
      'the local world never imports a handler: it runs built bundles',
    ),
    only(
      'cli',
      '^cli/(?!commands/simulate)',
      ['^cli/', CORE, '^functions/', '/commander/', '/yoctocolors/', '/cli-progress/'],
      'the command line: core, adapters and use cases',
    ),
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'declared',
      comment: 'every package is a declared dependency',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
