// Typed fields of an untrusted spin-system record; each getter refuses in one sentence what it can't take.
import { ModelError } from '../../domain/errors.ts';
import { SPIN_SYSTEM_SOURCES } from './sources.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** @param where metabolite and moiety, for the message @param problem what is wrong, without a full stop */
export function broken(where: string, problem: string): ModelError {
  return new ModelError('MODEL_INVALID', `The spin system ${where} is broken: ${problem}.`, { where });
}

export function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw broken(where, 'an object was expected');
  }
  return value as Fields;
}

export function text(object: Fields, key: string, where: string): string {
  const value = object[key];
  if (typeof value !== 'string' || value === '') throw broken(where, `"${key}" must be a text`);
  return value;
}

export function finite(object: Fields, key: string, where: string): number {
  const value = object[key];
  if (typeof value !== 'number' || !Number.isFinite(value)) throw broken(where, `"${key}" must be a finite number`);
  return value;
}

/** An absent list is empty. */
export function list(object: Fields, key: string, where: string): readonly unknown[] {
  const value = object[key] ?? [];
  if (!Array.isArray(value)) throw broken(where, `"${key}" must be a list`);
  return value;
}

/** @returns the key of a listed source */
export function source(object: Fields, where: string): string {
  const key = object['source'];
  if (key === undefined || key === '') throw broken(where, 'a number is given without its "source"');
  if (typeof key !== 'string') throw broken(where, '"source" must be a text');
  if (!Object.hasOwn(SPIN_SYSTEM_SOURCES, key)) throw broken(where, `the source "${key}" is not known`);
  return key;
}
