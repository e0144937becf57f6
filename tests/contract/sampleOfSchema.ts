// A value that a schema of the contract accepts, with every optional field and one element in every list, so that tests can
// spoil each part of a request in turn.
import type { z } from 'zod';

/** The part of zod's definitions that the contract uses. */
interface Definition {
  readonly type: string;
  readonly shape?: Record<string, z.ZodType>;
  readonly element?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly items?: readonly z.ZodType[];
  readonly values?: readonly unknown[];
  readonly entries?: Record<string, unknown>;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly getter?: () => z.ZodType;
}

/** Tried in turn where a pattern or a bound decides. */
const TEXTS = ['sample', 'b1c6b7de-5a2f-4a43-8d0c-0d7ba3e8a1f9', '2026-01-31', '1.2.840', 'a', ''];
const NUMBERS = [1, 2, 100, 0.5, 0, -1];

function firstAccepted(schema: z.ZodType, candidates: readonly unknown[]): unknown {
  const found = candidates.find((candidate) => schema.safeParse(candidate).success);
  if (found === undefined) throw new Error(`None of ${JSON.stringify(candidates)} suits a schema of the contract.`);
  return found;
}

/** @throws where a schema is of a kind that no request had when this was written */
export function sampleOf(schema: z.ZodType): unknown {
  const definition = schema.def as unknown as Definition;
  const keys = (type: z.ZodType): string[] => {
    const names = (type.def as unknown as Definition).entries;
    return names === undefined ? ['key'] : Object.values(names).map(String);
  };
  switch (definition.type) {
    case 'object':
      return Object.fromEntries(Object.entries(definition.shape ?? {}).map(([name, part]) => [name, sampleOf(part)]));
    case 'array':
      return [sampleOf(definition.element as z.ZodType)];
    case 'tuple':
      return (definition.items ?? []).map(sampleOf);
    case 'record':
      return Object.fromEntries(
        keys(definition.keyType as z.ZodType).map((name) => [name, sampleOf(definition.valueType as z.ZodType)]),
      );
    case 'nullable':
    case 'optional':
    case 'readonly':
      return sampleOf(definition.innerType as z.ZodType);
    case 'union':
      return sampleOf(definition.options?.[0] as z.ZodType);
    case 'lazy':
      // JSON of any kind.
      return { nested: ['text', 1, null, true] };
    case 'literal':
      return definition.values?.[0];
    case 'enum':
      return Object.values(definition.entries ?? {})[0];
    case 'boolean':
      return true;
    case 'string':
      return firstAccepted(schema, TEXTS);
    case 'number':
      return firstAccepted(schema, NUMBERS);
    default:
      throw new Error(`No sample is known for a schema of the kind "${definition.type}".`);
  }
}
