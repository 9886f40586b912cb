/**
 * The import table of docs/design/architecture.md, enforced. What a folder may not import, it cannot depend on by
 * accident: the core stays pure, the report stands on the core and never the other way round, and the local account and
 * hosts know nothing of Keyturn.
 */
const only = (name, from, allowed, comment, { builtins = true } = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed, dependencyTypesNot: builtins ? ['core'] : [] },
});

const CORE = '^functions/core/';
/** Core's own files beside its folders: names, errors, durations, audit events. */
const CORE_ROOT = '^functions/core/[^/]+\\.ts$';
const DIGESTS = ['^node:crypto$', '^crypto$'];
const core = (folder, ...more) =>
  only(
    `core-${folder}`,
    `^functions/core/${folder}/`,
    [CORE_ROOT, `^functions/core/${folder}/`, '/zod/', ...DIGESTS, ...more.map((name) => `^functions/core/${name}/`)],
    `core/${folder}: itself${more.map((name) => `, core/${name}`).join('')}`,
    { builtins: false },
  );
const PORTS = [
  '^functions/account/ports\\.ts$',
  '^functions/report/evidence/(ports|evidence|trail-write|own-change)\\.ts$',
];
/** Everything under functions but what wires it. */
const NO_HANDLER = ['^functions/[^/]+/(?!handler\\.ts$)'];
const USE_CASES = '^functions/(rotate|deactivate|delete|sync|archive|operate)/(?!handler)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    only(
      'core',
      CORE,
      [CORE, '/zod/', '/yaml/', '/canonicalize/', ...DIGESTS],
      'core is pure: itself, zod, yaml and canonicalize',
      {
        builtins: false,
      },
    ),
    only(
      'core-root',
      CORE_ROOT,
      [CORE_ROOT, '^functions/core/config/policy\\.ts$', '/zod/', '/canonicalize/', ...DIGESTS],
      'names, errors, durations and audit events stand below everything',
      { builtins: false },
    ),
    core('hosts', 'key'),
    {
      ...core('config', 'hosts'),
      to: { pathNot: [CORE_ROOT, '^functions/core/(config|hosts)/', '/zod/', '/yaml/', ...DIGESTS] },
    },
    core('key'),
    core('seal'),
    core('lifecycle', 'key', 'config', 'hosts'),
    core('findings', 'key', 'config', 'hosts', 'lifecycle'),
    core('forecast', 'key', 'config', 'hosts', 'lifecycle', 'findings'),
    core('request', 'key', 'config', 'hosts', 'lifecycle'),
    only('account', '^functions/account/', [CORE, '^functions/account/'], 'reading: core'),
    only('aws', '^functions/aws/', [CORE, ...PORTS, '^functions/aws/', '/@aws-sdk/', '/@smithy/'], 'the edge to AWS'),
    only(
      'hosts',
      '^functions/hosts/',
      [CORE, '^functions/account/ports\\.ts$', '^functions/hosts/', '/axios/', '/zod/'],
      'the edge to hosts',
    ),
    {
      name: 'one-host-never-another',
      severity: 'error',
      from: { path: '^functions/hosts/([^/.]+)/', pathNot: '^functions/hosts/http/' },
      to: { path: '^functions/hosts/[^/.]+/', pathNot: '^functions/hosts/($1|http)/' },
    },
    only(
      'runtime',
      '^functions/runtime/',
      [CORE, '^functions/account/', '^functions/runtime/', '/@aws-lambda-powertools/'],
      'runtime: core, account and powertools',
    ),
    only(
      'use-cases',
      USE_CASES,
      [CORE, '^functions/account/', '^functions/runtime/', USE_CASES, '/zod/'],
      'use cases know ports, not adapters',
    ),
    only(
      'report-evidence',
      '^functions/report/evidence/',
      [CORE, '^functions/account/ports\\.ts$', '^functions/report/evidence/', '/zod/'],
      'evidence is gathered through ports, and is not judged there',
    ),
    only(
      'report-judge',
      '^functions/report/judge/',
      [
        CORE,
        '^functions/report/evidence/evidence\\.ts$',
        '^functions/report/judge/',
        '^functions/report/group-by\\.ts$',
        '/zod/',
      ],
      'the judge is pure: it knows the evidence, neither the ports that it came through nor the page',
      { builtins: false },
    ),
    only(
      'report-page',
      '^functions/report/page/',
      [
        CORE,
        '^functions/report/page/',
        '^functions/report/judge/model\\.ts$',
        '^functions/report/group-by\\.ts$',
        '^node:crypto$',
        '^crypto$',
        '/preact',
        '/vega',
        '/csv-stringify/',
      ],
      'the page: the model of the report, and what renders it',
      { builtins: false },
    ),
    only(
      'report',
      '^functions/report/[^/]+(?<!handler)\\.ts$',
      [CORE, '^functions/account/ports\\.ts$', '^functions/report/(?!handler)', '/zod/'],
      'the report stands on the core',
    ),
    only(
      'provider',
      '^functions/provider/(?!handler)',
      [CORE, '^functions/account/ports\\.ts$', '^functions/provider/', '/jose/', '/zod/'],
      'secrets for pipelines: the core and jose',
    ),
    only('handlers', '^functions/[^/]+/handler\\.ts$', ['^functions/'], 'handlers wire what is under functions/'),
    only(
      'infra',
      '^infra/',
      [
        '^infra/',
        '^package\\.json$',
        CORE_ROOT,
        '^functions/core/(config|hosts|findings)/',
        '^functions/core/request/answer\\.ts$',
        '^functions/report/judge/model\\.ts$',
        '^cli/documents/',
        '/@cyclonedx/cyclonedx-library/',
        '/aws-cdk-lib/',
        '/constructs/',
        '/esbuild/',
        '/fflate/',
        '/yaml/',
        '/zod/',
      ],
      'infra: CDK, and of the core names, configuration, hosts and findings',
    ),
    only(
      'local',
      '^local/(?!test/)',
      ['^local/', '/croner/', '/esbuild/', '/jsep/', '/zod/', '/@aws-sdk/client-', '/@smithy/core/'],
      'the local account and hosts know nothing of Keyturn',
    ),
    only('local-tests', '^local/test/', ['^local/', '/node_modules/', '^node_modules/'], 'nor do their tests'),
    only(
      'cli',
      '^cli/(?!rehearsal/|render/rehearsal|commands/simulate|commands/clock|synthesize|main|run)',
      [
        '^cli/(?!rehearsal/)',
        '^package\\.json$',
        ...NO_HANDLER,
        '/@aws-sdk/client-secrets-manager/',
        '/@inquirer/prompts/',
        '/commander/',
        '/yoctocolors/',
        '/cli-progress/',
        '/preact',
        '/zod/',
      ],
      'the command line: core, adapters and use cases, never a handler',
    ),
    only(
      'cli-rehearsal',
      [
        '^cli/rehearsal/',
        '^cli/render/rehearsal\\.ts$',
        '^cli/render/rehearsal-faults\\.ts$',
        '^cli/commands/(simulate|clock)\\.ts$',
        '^cli/main\\.ts$',
        '^cli/run\\.ts$',
        '^cli/synthesize\\.ts$',
      ],
      [
        '^cli/',
        '^package\\.json$',
        ...NO_HANDLER,
        '^local/(?!test/)',
        '/@aws-sdk/client-iam/',
        '/@aws-sdk/client-kms/',
        '/@aws-sdk/client-s3/',
        '/@aws-sdk/client-sts/',
        '/yaml/',
        '/commander/',
        '/yoctocolors/',
        '/cli-progress/',
        '/zod/',
      ],
      'the rehearsal and what shows it: the local account and hosts too',
    ),
    {
      name: 'sibling-planners',
      comment: 'planners import facts, not each other',
      severity: 'error',
      from: { path: '^functions/core/lifecycle/(plan-[^/]+)\\.ts$' },
      to: { path: '^functions/core/lifecycle/plan-', pathNot: '^functions/core/lifecycle/$1\\.ts$' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { pathNot: ['^test/', '^local/test/'] },
      to: { path: ['^test/', '^local/test/'] },
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
