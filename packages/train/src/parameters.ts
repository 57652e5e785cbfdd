import { OstinatoError } from '@ostinato/kernel';
import type { Parameter } from '@ostinato/tensor';

/** What parameters are found in: a `Module`, or anything else that names its parameters. */
export interface ParameterSource {
  namedParameters(): Iterable<readonly [string, Parameter]>;
}

/** Parameters to train or watch: a model, or a list of parameters with or without names. */
export type ParameterSet = ParameterSource | Iterable<Parameter | readonly [string, Parameter]>;

/**
 * The parameters by name; those of a list without names are called `parameter 0`, `parameter 1`, ...
 * @throws OstinatoError when there is none, or two have one name
 */
export function namedParametersOf(where: string, source: ParameterSet): Map<string, Parameter> {
  const named = new Map<string, Parameter>();
  const list = 'namedParameters' in source ? source.namedParameters() : source;
  for (const member of list) {
    const [name, parameter] = isNamed(member) ? member : [`parameter ${named.size}`, member];
    if (named.has(name))
      throw new OstinatoError(`${where}: two parameters are named ${name}; give each its own name`);
    named.set(name, parameter);
  }
  if (named.size === 0) {
    throw new OstinatoError(`${where}: there are no parameters to train; are they fields of the model?`);
  }
  return named;
}

function isNamed(member: Parameter | readonly [string, Parameter]): member is readonly [string, Parameter] {
  return Array.isArray(member);
}
