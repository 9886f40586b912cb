import type { Template } from './template';

type Declared = Template['parameters'][string];

/**
 * What a parameter stands for: a list where it is one.
 * @throws Error where nothing was given and there is no default
 */
export function parameterValue(name: string, { Default, Type }: Declared, given: string | undefined): unknown {
  const value = given ?? Default;
  if (value === undefined) throw new Error(`The parameter ${name} has no default`);
  return Type === 'CommaDelimitedList'
    ? String(value)
        .split(',')
        .map((item) => item.trim())
    : value;
}

/** @throws Error for a value that its parameter does not take, and for one of no parameter ("Parameters" in CloudFormation's guide) */
export function assertParameters({ parameters }: Template, given: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(parameters, name));
  if (unknown !== undefined) throw new Error(`Parameters: [${unknown}] do not exist in the template`);
  for (const [name, declared] of Object.entries(parameters)) {
    const { AllowedPattern, AllowedValues, MinValue, MaxValue } = declared;
    for (const item of [parameterValue(name, declared, given[name])].flat().map(String)) {
      const fits =
        (AllowedPattern === undefined || new RegExp(`^(?:${String(AllowedPattern)})$`).test(item)) &&
        (!Array.isArray(AllowedValues) || AllowedValues.includes(item)) &&
        (MinValue === undefined || Number(item) >= Number(MinValue)) &&
        (MaxValue === undefined || Number(item) <= Number(MaxValue));
      if (!fits) throw new Error(`Parameter ${name} failed to satisfy constraint: ${String(declared.Description)}`);
    }
  }
}
