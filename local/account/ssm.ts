import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { pageAfter, positionOf } from './paging';
import type { SsmInput } from './ssm-inputs';

const STANDARD_LIMIT = 4096;
const ADVANCED_LIMIT = 8192;
/** Versions of a parameter that are kept ("Working with parameter versions"). */
const MOST_VERSIONS = 100;

export interface Parameter {
  readonly Name: string;
  readonly Type: 'String' | 'StringList' | 'SecureString';
  readonly Value: string;
  readonly Version: number;
  readonly LastModifiedDate: Date;
  readonly ARN: string;
  readonly DataType: string;
  readonly Description?: string | undefined;
  readonly Tier: 'Standard' | 'Advanced';
  readonly LastModifiedUser: string;
}

/** Systems Manager's parameter store of one region. Values are kept as they came: nothing is encrypted here. */
export class Ssm {
  readonly #parameters = new Map<string, Parameter>();
  /** The versions of each parameter that is there, oldest first. */
  readonly #history = new Map<string, Parameter[]>();
  /** All names in their order, until one comes or goes: a long list is read page by page. */
  #names: readonly string[] | undefined;
  readonly #arnPrefix: string;

  constructor(
    accountId: string,
    region: string,
    private readonly clock: Clock,
  ) {
    this.#arnPrefix = `arn:aws:ssm:${region}:${accountId}:parameter`;
  }

  /** @throws AwsError ParameterAlreadyExists, ValidationException, HierarchyLevelLimitExceededException. */
  putParameter(input: SsmInput<'PutParameter'>, modifiedBy: string) {
    assertParameterName(input.Name);
    const existing = this.#parameters.get(input.Name);
    if (existing !== undefined && input.Overwrite !== true) {
      const message =
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.';
      throw new AwsError('ParameterAlreadyExists', 400, message);
    }
    const Type = input.Type ?? existing?.Type;
    if (Type === undefined) throw invalid('A parameter type is required when you create a parameter.');
    const Tier = this.tier(input, existing);
    const parameter: Parameter = {
      Name: input.Name,
      Type,
      Value: input.Value,
      Version: (existing?.Version ?? 0) + 1,
      LastModifiedDate: new Date(this.clock.now()),
      ARN: `${this.#arnPrefix}${input.Name.startsWith('/') ? '' : '/'}${input.Name}`,
      DataType: input.DataType ?? existing?.DataType ?? 'text',
      Description: input.Description ?? existing?.Description,
      Tier,
      LastModifiedUser: modifiedBy,
    };
    this.#parameters.set(parameter.Name, parameter);
    const versions = existing === undefined ? [] : (this.#history.get(parameter.Name) ?? []);
    this.#history.set(parameter.Name, [...versions, parameter].slice(-MOST_VERSIONS));
    if (existing === undefined) this.#names = undefined;
    return { Version: parameter.Version, Tier };
  }

  /** @throws AwsError ParameterNotFound (AWS sends no message), ParameterVersionNotFound. */
  getParameter(input: SsmInput<'GetParameter'>) {
    const parameter = this.find(input.Name);
    if (parameter === undefined) throw new AwsError('ParameterNotFound', 400, '');
    return { Parameter: shown(parameter, input.WithDecryption) };
  }

  /** Who wrote it when, oldest first, page by page. @throws AwsError ParameterNotFound */
  getParameterHistory(input: SsmInput<'GetParameterHistory'>) {
    const versions = this.find(input.Name) && this.#history.get(input.Name);
    if (versions === undefined) throw new AwsError('ParameterNotFound', 400, '');
    const after = positionOf(input.NextToken, () => new AwsError('InvalidNextToken', 400, 'Invalid NextToken'));
    const order = ({ Version }: Parameter) => String(Version).padStart(10, '0');
    const { items, token } = pageAfter(versions, order, input.MaxResults ?? 50, after);
    const Parameters = items.map((version) => {
      const { ARN: _arn, ...rest } = version;
      return { ...rest, Value: shown(version, input.WithDecryption).Value, Labels: [], Policies: [] };
    });
    return { Parameters, NextToken: token };
  }

  /** Up to ten at once; unknown names come back as InvalidParameters. */
  getParameters(input: SsmInput<'GetParameters'>) {
    const found = input.Names.map((name) => ({ name, parameter: this.find(name) }));
    return {
      Parameters: found.flatMap(({ parameter }) =>
        parameter === undefined ? [] : [shown(parameter, input.WithDecryption)],
      ),
      InvalidParameters: found.flatMap(({ name, parameter }) => (parameter === undefined ? [name] : [])),
    };
  }

  /** @throws AwsError ValidationException, InvalidNextToken. */
  getParametersByPath(input: SsmInput<'GetParametersByPath'>) {
    if (!input.Path.startsWith('/')) {
      throw invalid(
        'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.',
      );
    }
    const prefix = input.Path.endsWith('/') ? input.Path : `${input.Path}/`;
    const below = (name: string) =>
      name.startsWith(prefix) && (input.Recursive === true || !name.slice(prefix.length).includes('/'));
    const { items, NextToken } = this.page(below, input.MaxResults ?? 10, input.NextToken);
    return { Parameters: items.map((parameter) => shown(parameter, input.WithDecryption)), NextToken };
  }

  /** Metadata only. Understands the filters `Name` and `Type` with Equals, BeginsWith and Contains. */
  describeParameters(input: SsmInput<'DescribeParameters'>) {
    const matches = (name: string) =>
      (input.ParameterFilters ?? []).every(({ Key, Option = 'Equals', Values }) => {
        const text = Key === 'Type' ? this.#parameters.get(name)?.Type : Key === 'Name' ? name : undefined;
        if (text === undefined) throw new AwsError('InvalidFilterKey', 400, `The filter key ${Key} is not supported.`);
        if (Option === 'BeginsWith') return Values.some((value) => text.startsWith(value));
        if (Option === 'Contains') return Values.some((value) => text.includes(value));
        return Values.includes(text);
      });
    const { items, NextToken } = this.page(matches, input.MaxResults ?? 50, input.NextToken);
    return { Parameters: items.map(({ Value: _value, ...metadata }) => metadata), NextToken };
  }

  /** @throws AwsError ParameterNotFound */
  deleteParameter(input: SsmInput<'DeleteParameter'>): void {
    if (!this.#parameters.delete(this.nameOf(input.Name))) throw new AwsError('ParameterNotFound', 400, '');
    this.#names = undefined;
  }

  deleteParameters(input: SsmInput<'DeleteParameters'>) {
    const deleted = input.Names.filter((name) => this.#parameters.delete(this.nameOf(name)));
    this.#names = undefined;
    return { DeletedParameters: deleted, InvalidParameters: input.Names.filter((name) => !deleted.includes(name)) };
  }

  private tier(input: SsmInput<'PutParameter'>, existing: Parameter | undefined): 'Standard' | 'Advanced' {
    const bytes = Buffer.byteLength(input.Value, 'utf8');
    const asked = input.Tier ?? existing?.Tier ?? 'Standard';
    const advanced = asked === 'Advanced' || existing?.Tier === 'Advanced' || (asked !== 'Standard' && bytes > 4096);
    if (!advanced && bytes > STANDARD_LIMIT) {
      throw invalid(
        'Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
      );
    }
    if (bytes > ADVANCED_LIMIT) {
      throw invalid('Advanced tier parameters support a maximum parameter value of 8192 characters.');
    }
    return advanced ? 'Advanced' : 'Standard';
  }

  /** By name, ARN, or either with `:version`; only the newest version is kept. */
  private find(selector: string): Parameter | undefined {
    const name = this.nameOf(selector);
    const [, plain = name, version] = /^(.*?)(?::(\d+))?$/.exec(name) ?? [];
    const parameter = this.#parameters.get(plain);
    if (parameter === undefined || version === undefined || Number(version) === parameter.Version) return parameter;
    const message = `Systems Manager could not find version ${version} of ${plain}. Verify the version and try again.`;
    throw new AwsError('ParameterVersionNotFound', 400, message);
  }

  private nameOf(nameOrArn: string): string {
    if (!nameOrArn.startsWith(this.#arnPrefix)) return nameOrArn;
    const path = nameOrArn.slice(this.#arnPrefix.length);
    return this.#parameters.has(path.slice(1)) ? path.slice(1) : path;
  }

  private page(matches: (name: string) => boolean, size: number, token: string | undefined) {
    const badToken = () => new AwsError('InvalidNextToken', 400, 'The specified token is not valid.');
    this.#names ??= [...this.#parameters.keys()].sort((a, b) => (a < b ? -1 : 1));
    const after = positionOf(token, badToken);
    const page = pageAfter(this.#names.filter(matches), (name) => name, size, after);
    return { items: page.items.flatMap((name) => this.#parameters.get(name) ?? []), NextToken: page.token };
  }
}

/** A secure string is unreadable unless its decryption was asked for. */
function shown(parameter: Parameter, withDecryption: boolean | undefined) {
  const { Description: _description, Tier: _tier, LastModifiedUser: _user, ...rest } = parameter;
  if (parameter.Type !== 'SecureString' || withDecryption === true) return rest;
  return { ...rest, Value: Buffer.from(`kms:alias/aws/ssm:${parameter.ARN}:${parameter.Version}`).toString('base64') };
}

function assertParameterName(name: string): void {
  if (!/^[\w./-]+$/.test(name)) {
    throw invalid(
      'Invalid parameter name. Please use correct syntax for referencing a parameter: only a mix of letters, numbers and the following 3 symbols .-_ are allowed, and / for a hierarchy.',
    );
  }
  const levels = name.split('/').filter((level) => level !== '');
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid(
      'Parameter name must be a fully qualified name. A name in a hierarchy begins with a forward slash "/".',
    );
  }
  if (/^(aws|ssm)/i.test(levels[0] ?? '')) {
    throw new AwsError('AccessDeniedException', 400, `No access to reserved parameter name: ${name}.`);
  }
  if (levels.length > 15) {
    const message = `Parameter name exceeds maximum hierarchy depth of 15: ${name}`;
    throw new AwsError('HierarchyLevelLimitExceededException', 400, message);
  }
  if (name.length > 1011) throw invalid('Parameter names can be at most 1011 characters long, the ARN included.');
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', 400, message);
}
